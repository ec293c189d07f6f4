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


def test_it_states_a_days_groups_at_its_end_and_no_number_that_is_missing() -> None:
    data = {"chat_total": 2, "member_total": 6, "msg_total": 0}
    found = events("wecom", {"errcode": 0, "items": [{"stat_time": 1600272000, "data": data}]})
    stated = {one.attrs["figure"]: one.attrs["value"] for one in found if one.attrs}
    assert stated == {"group_day.chat_total": 2, "group_day.member_total": 6, "group_day.msg_total": 0}
    assert {one.occurred_at for one in found} == {(1600272000 + 86_400) * 1_000_000 - 1}


def test_it_takes_an_answer_about_a_task_only_with_the_task_it_is_about() -> None:
    (skipped,) = outcomes("wecom", {"errcode": 0, "task_list": [{"userid": "lisi", "status": 2}]})
    assert isinstance(skipped, Skipped)
