"""Words go, numbers stay: through the real log, lake and counter."""

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.models import ErasedViewer
from kaibo.eventlog.segments import segments
from kaibo.kit.clock import DAY_US, now_us
from kaibo.operations.privacy import api as privacy
from kaibo.operations.privacy.errors import NoViewer
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.counter import Counter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
OLD, NEW, SHOW = now_us() - 200 * DAY_US, now_us() - DAY_US, "s1"


def comment(name: str, viewer: str, at: int) -> PlatformEvent:
    return PlatformEvent(
        event_id=name,
        kind="comment.posted",
        platform="douyin",
        room_id="r1",
        show_id=SHOW,
        viewer_id=viewer,
        occurred_at=at,
        text=f"words of {name}",
        attrs={"nickname": f"Nick {viewer}", "color": 7},
    )


def bring(events: list[PlatformEvent]) -> None:
    """Write and seal a segment of its own, count it, and let the lake have it."""
    log = eventlog.open_log()
    log.append_events(events, provenance=Provenance("f"))
    log.close()
    counter = Counter()
    try:
        counter.run_once()
    finally:
        counter.close()


def words() -> dict[str, str | None]:
    return {event.event_id: event.text for event in eventlog.events_of(SHOW)}


def test_it_takes_old_words_out_of_lake_and_segments_and_keeps_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    bring([comment("old", "v1", OLD), comment("new", "v2", NEW)])
    eventlog.rewrite_show(SHOW)
    before = warehouse.totals(SHOW)
    assert privacy.let_go(actor="user:1") == "nothing to let go"
    monkeypatch.setenv("KAIBO_COMMENT_DAYS", "180")
    privacy.let_go(actor="user:1")
    assert words() == {"old": None, "new": "words of new"}
    assert {event.event_id: event.attrs for event in eventlog.events_of(SHOW)} == {"old": None, "new": {"color": 7}}
    assert [one.text for one in warehouse.recent_comments(SHOW)] == ["words of new"]
    assert "0 comments" in privacy.let_go(actor="user:1"), "a second night finds nothing more"
    warehouse.request_rebuild(SHOW)
    bring([comment("later", "v2", NEW)])
    assert warehouse.totals(SHOW)["comments"] == before["comments"] + 1
    assert warehouse.totals(SHOW)["commenters"] == before["commenters"]
    [entry, *_] = eventlog.audit_entries(act="comments.let_go")
    assert entry.actor == "user:1"


def test_it_empties_old_segments_and_still_knows_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    bring([comment("old", "v1", OLD)])
    monkeypatch.setenv("KAIBO_COMMENT_DAYS", "30")
    monkeypatch.setattr("kaibo.operations.privacy.services.now_us", lambda: now_us() + 60 * DAY_US)
    assert "1 segments emptied" in privacy.let_go(actor="user:1")
    assert [one.path.stat().st_size for one in segments()] == [0]
    log = eventlog.open_log()
    try:
        receipt = log.append_events([comment("old", "v1", OLD)], provenance=Provenance("f"))
    finally:
        log.close()
    assert (receipt.accepted, receipt.duplicates) == (0, 1)


def test_it_forgets_a_viewer_by_the_id_of_the_platform() -> None:
    bring([comment("a", "v1", NEW), comment("b", "v2", NEW)])
    [known] = privacy.find("nick V1")
    done = privacy.erase("v1", platform="douyin", actor="user:1")
    assert (done.viewer_id, done.had_name) == (known.viewer_id, True)
    assert privacy.find("nick v1") == []
    assert [one.text for one in warehouse.recent_comments(SHOW)] == ["words of b"]
    assert privacy.kept().waiting == 1
    ErasedViewer.objects.update(erased_at=now_us() - DAY_US)
    privacy.let_go(actor="system:privacy")
    assert words() == {"a": None, "b": "words of b"}
    assert privacy.kept().waiting == 0
    assert [entry.act for entry in eventlog.audit_entries(thing=f"viewer:{known.viewer_id}")] == ["viewer.erased"]
    bring([comment("again", "v1", NEW)])
    assert privacy.find("nick v1") == [], "no name is learned again"


def test_it_refuses_to_erase_nobody() -> None:
    with pytest.raises(NoViewer):
        privacy.erase("  ", platform="douyin", actor="user:1")
