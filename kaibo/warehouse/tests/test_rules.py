"""A setting that decides how events are counted: rows follow it, those counted before too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.warehouse import api, sqlfiles
from kaibo.warehouse.counter import Counter

pytestmark = pytest.mark.django_db
AT = 1_773_316_800_000_000


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    sqlfiles.load.cache_clear()


def effective() -> int:
    """What a counter that starts now makes of the log."""
    sqlfiles.load.cache_clear()
    counter = Counter()
    counter.run_once()
    counter.close()
    return api.totals("s")["effective_views"]


def test_it_counts_again_when_the_threshold_changes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, _ = eventlog.create_feed("f", connector="ndjson", platform="p", actor="system:test")
    log = eventlog.open_log()
    events = [
        PlatformEvent(
            event_id=f"e{seconds}",
            kind="viewer.left",
            platform="p",
            room_id="r",
            show_id="s",
            viewer_id=f"v{seconds}",
            occurred_at=AT,
            duration_ms=seconds * 1000,
        )
        for seconds in (5, 10, 29, 30)
    ]
    log.append_events(events, provenance=Provenance(feed.id))
    log.close()
    assert effective() == 3
    before = api.show_version("s")
    assert effective() == 3
    assert api.show_version("s") == before, "nothing changed, nothing is counted again"
    monkeypatch.setenv("KAIBO_EFFECTIVE_SECONDS", "30")
    assert effective() == 1
    monkeypatch.delenv("KAIBO_EFFECTIVE_SECONDS")
    assert effective() == 3
