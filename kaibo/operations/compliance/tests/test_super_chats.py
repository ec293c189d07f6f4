"""Words that a viewer paid to have on the screen are read like any comment."""

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import now_us
from kaibo.operations.compliance import api as compliance

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
SPAM = "加薇信 abc123456 领券"


def test_it_reads_the_words_of_a_super_chat() -> None:
    told = {"platform": "bilibili", "room_id": "5", "show_id": "s1", "viewer_id": "v1", "occurred_at": now_us()}
    log = eventlog.open_log()
    log.append_events(
        [
            PlatformEvent(event_id="sc", kind="gift.sent", text=SPAM, amount_minor=3000, currency="CNY", **told),
            PlatformEvent(event_id="rose", kind="gift.sent", amount_minor=10, currency="CNY", **told),
        ],
        provenance=Provenance("f"),
    )
    log.close()
    while compliance.look():
        pass
    [case] = compliance.list_cases()
    assert (case.scene, case.rule) == ("comment", "conduct.wechat")
    assert [one.event_id for one in compliance.case(case.id).evidence] == ["sc"]
    assert compliance.spoken_rate("s1", scene="comment").texts == 1, "a gift without words is none"
