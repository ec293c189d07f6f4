"""kill -9 at random moments: what was acknowledged is there, once."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from kaibo.eventlog.segments import segments
from kaibo.eventlog.tests.helpers import bring, event, numbers, stored
from kaibo.kit.clock import now_us

ROUNDS = 3
STEP = 20

_SENDER = """
import sys
import django
django.setup()
from kaibo.eventlog import api, appender
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.tests.helpers import event
appender.SEAL_BYTES = 30_000
log = api.open_log()
start = int(sys.argv[1])
for first in range(0, 1_000_000, 20):
    told = [event(f"k{n}", occurred_at=start + n * 1_000_000, viewer_id=f"u{n % 50}") for n in range(first, first + 20)]
    receipt = log.append_events(told, provenance=Provenance("feed_k"))
    assert receipt.accepted + receipt.duplicates == 20, receipt
    print(first + 20, flush=True)
"""


def _records_for(home: Path) -> None:
    """The child's own records: a copy of the migrated ones."""
    with sqlite3.connect(connection.settings_dict["NAME"]) as ours, sqlite3.connect(home / "records.sqlite3") as theirs:
        ours.backup(theirs)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the child works on a copy of the SQLite records")
def test_it_keeps_every_acknowledged_event_once_through_kills_at_random_moments(home: Path) -> None:
    _records_for(home)
    start = now_us() - 10**12
    chance = random.Random(20261123)
    acknowledged = rounds_left_open = 0
    for _ in range(ROUNDS):
        child = subprocess.Popen(
            [sys.executable, "-c", _SENDER, str(start)],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "kaibo.config.settings"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        assert child.stdout.readline().strip().isdigit()
        time.sleep(chance.uniform(0.1, 0.7))
        child.kill()
        told = [int(line) for line in child.stdout.read().splitlines() if line.endswith("0")]
        child.wait()
        acknowledged = max([acknowledged, *told])
        rounds_left_open += any(not segment.ids_path.exists() for segment in segments())
    assert acknowledged > STEP
    assert rounds_left_open
    ids = [line.event_id for line in stored()]
    assert len(ids) == len(set(ids))
    assert {f"k{number}" for number in range(acknowledged)} <= set(ids)
    again = [event(f"k{number}", occurred_at=start + number * 1_000_000) for number in range(acknowledged + STEP)]
    held = len(ids)
    assert numbers(bring(again)) == (len(again) - held, held, 0)
    lines = stored()
    assert [line.seq for line in lines] == list(range(1, len(again) + 1))
