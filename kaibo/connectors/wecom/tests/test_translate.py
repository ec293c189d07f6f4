"""WeCom callbacks as events."""

from pathlib import Path

from kaibo.connectors.contracts import Skipped
from kaibo.connectors.tests.reading import events, outcomes

FIXTURES = Path(__file__).parent.parent / "fixtures"
JOINED = (FIXTURES / "joined.xml").read_text()


def test_it_counts_each_person_who_joins_a_group() -> None:
    first, second = events("wecom", JOINED)
    assert (first.kind, first.room_id, first.viewer_id) == ("group.joined", "group-1", "person-a")
    assert (second.viewer_id, second.attrs) == ("person-b", {"scene": "3"})
    assert first.event_id != second.event_id
    assert events("wecom", JOINED) == [first, second]


def test_it_counts_those_who_leave_without_a_list() -> None:
    start, end = JOINED.index("<MemChangeList>"), JOINED.index("</xml>")
    (left,) = events("wecom", (JOINED[:start] + JOINED[end:]).replace("add_member", "del_member"))
    assert (left.kind, left.count, left.viewer_id) == ("group.left", 2, None)


def test_it_keeps_other_callbacks_without_people_and_words() -> None:
    (contact,) = events("wecom", FIXTURES / "contact.xml")
    assert (contact.kind, contact.room_id) == ("unknown", "corp:corp-1")
    assert contact.attrs == {"their_kind": "change_external_contact", "ChangeType": "add_external_contact"}
    text = (
        "<xml><ToUserName>corp-1</ToUserName><FromUserName>zhangsan</FromUserName><CreateTime>1780000000</CreateTime>"
        "<MsgType>text</MsgType><Content>secret words</Content><MsgId>77</MsgId><AgentID>1</AgentID></xml>"
    )
    (message,) = events("wecom", text)
    assert (message.kind, message.event_id) == ("unknown", "77")
    assert "secret words" not in str(message)
    assert "zhangsan" not in str(message)


def test_it_skips_replies_of_interfaces() -> None:
    (found,) = outcomes("wecom", {"errcode": 0, "errmsg": "ok"})
    assert isinstance(found, Skipped)
