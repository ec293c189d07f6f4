"""Whatever kind of words a viewer said, they go when the viewer is erased."""

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.models import ErasedViewer
from kaibo.kit.clock import DAY_US, now_us
from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.models import Hit
from kaibo.operations.privacy import api as privacy
from kaibo.operations.radar.follow import Follower
from kaibo.operations.radar.models import Answered
from kaibo.warehouse.counter import Counter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

SPAM = "加薇信 abc123456 领券"


def test_it_forgets_super_chats_messages_of_groups_and_what_is_evidence_of_nothing() -> None:
    old = {"platform": "douyin", "room_id": "r1", "show_id": "s1", "occurred_at": now_us() - DAY_US}
    log = eventlog.open_log()
    log.append_events(
        [
            PlatformEvent(event_id="q", kind="comment.posted", viewer_id="v2", text="这件多少钱", **old),
            PlatformEvent(
                event_id="c", kind="comment.posted", viewer_id="v1", text=SPAM, attrs={"reply_to": "q"}, **old
            ),
            PlatformEvent(
                event_id="g",
                kind="gift.sent",
                viewer_id="v1",
                text="SC 我叫张三",
                attrs={"gift": "super_chat"},
                amount_minor=3000,
                currency="CNY",
                **old,
            ),
            PlatformEvent(event_id="m", kind="group.message_posted", viewer_id="v1", text="我叫张三", **old),
        ],
        provenance=Provenance("f"),
    )
    log.close()
    while compliance.look():
        pass
    radar = Follower()
    while radar.look():
        pass
    counter = Counter()
    try:
        counter.run_once()
    finally:
        counter.close()
    eventlog.rewrite_show("s1")
    assert Hit.objects.get(event_id="c").text == SPAM
    privacy.erase("v1", platform="douyin", actor="user:1")
    ErasedViewer.objects.update(erased_at=now_us() - DAY_US)
    privacy.let_go(actor="system:privacy")
    assert {one.event_id: one.text for one in eventlog.events_of("s1")} == {
        "q": "这件多少钱",
        "c": None,
        "g": None,
        "m": None,
    }
    [gift] = [one for one in eventlog.events_of("s1") if one.event_id == "g"]
    assert (gift.amount_minor, gift.attrs) == (3000, {"gift": "super_chat"}), "what was counted stays"
    [hit] = Hit.objects.filter(event_id="c")
    assert (hit.case, hit.text, hit.viewer_id) == (None, "", "")
    assert [one.words for one in Answered.objects.filter(how="reply")] == [""]
