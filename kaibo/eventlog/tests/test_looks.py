"""Reads that see one instant, and writers that need not wait for them."""

import threading

import pytest
from django.db import connection

from kaibo.eventlog.looks import one_look
from kaibo.eventlog.models import Artifact

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def written_elsewhere(name: str) -> None:
    def write() -> None:
        try:
            Artifact.objects.create(name=name, version=1, sha256="0", actor="system:test", published_at=1)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join(timeout=10)
    assert not thread.is_alive(), "a reader keeps a writer waiting"


def test_it_sees_what_was_there_at_its_first_read_and_keeps_nobody_waiting() -> None:
    written_elsewhere("before")
    with one_look():
        assert Artifact.objects.count() == 1
        written_elsewhere("meanwhile")
        assert Artifact.objects.count() == 1
        with one_look():
            assert Artifact.objects.count() == 1
    assert Artifact.objects.count() == 2
    if connection.vendor == "sqlite":
        assert connection.transaction_mode == "IMMEDIATE", "writers would run into each other"
