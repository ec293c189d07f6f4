"""Numbers for a monitoring system, and who may read them."""

import re
from pathlib import Path

import pytest
from django.test import Client

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]
SAMPLE = re.compile(r'kaibo_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[0-9.e+-]+')


def read(client: Client, **more: str) -> dict[str, float]:
    answer = client.get("/ops/metrics", **more)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in lines), lines
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_it_counts_what_is_on_disk_and_not_counted_yet(client: Client) -> None:
    assert read(client)["kaibo_count_behind_events"] == 0
    feed, _token = eventlog.create_feed('Shop "A"', connector="ndjson", platform="shop", actor="system:test")
    log = eventlog.open_log()
    line = b'{"event_id":"1","kind":"viewer.entered","platform":"shop","room_id":"1","occurred_at":1790000000}'
    log.append_lines(line + b"\n{}", provenance=Provenance(feed.id))
    log.tick()
    found = read(client)
    log.close()
    labels = f'{{feed="{feed.id}",connector="ndjson"}}'
    assert found["kaibo_count_behind_events"] == 1
    assert found["kaibo_log_quarantined_lines"] == 1
    assert found[f"kaibo_feed_accepted_total{labels}"] == 1
    assert found[f"kaibo_feed_rejected_total{labels}"] == 1


def test_it_admits_this_machine_or_the_token(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/ops/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    monkeypatch.setenv("KAIBO_METRICS_TOKEN", "watcher")
    assert client.get("/ops/metrics").status_code == 403
    assert client.get("/ops/metrics", headers={"Authorization": "Bearer watcheR"}).status_code == 403
    assert read(client, REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer watcher")


def test_it_needs_a_place_to_measure(client: Client, home: Path) -> None:
    assert read(client)["kaibo_log_segments"] == 0
    assert not list(home.glob("log/segments/*.ndjson"))
