"""Live data pushes of Douyin as events."""

from pathlib import Path

from kaibo.connectors.contracts import BadLine, Skipped
from kaibo.connectors.tests.reading import events, outcomes

FIXTURES = Path(__file__).parent.parent / "fixtures"


def test_it_reads_comments_with_times_in_s_and_ms() -> None:
    first, second = events("douyin_push", FIXTURES / "comments.json", room="771")
    assert (first.kind, first.event_id, first.room_id, first.platform) == ("comment.posted", "7301", "771", "douyin")
    assert (first.text, first.viewer_id, first.attrs) == ("这个多少钱", "viewer-a", {"nickname": "小雨"})
    assert (first.occurred_at, second.occurred_at) == (1_780_000_000_000_000, 1_780_000_000_500_000)
    assert second.text == ""


def test_it_counts_gifts_in_fen_and_leaves_test_pushes_out() -> None:
    gift, test = outcomes("douyin_push", FIXTURES / "gifts.json", room="771")
    assert (gift.kind, gift.quantity, gift.amount_minor, gift.currency) == ("gift.sent", 3, 300, "CNY")
    assert isinstance(test, Skipped)
    assert "test push" in test.reason


def test_it_tells_joining_a_fan_club_from_rising_in_it() -> None:
    row = {"msg_id": "1", "sec_openid": "a", "timestamp": 1780000000, "fansclub_reason_type": 2, "fansclub_level": 1}
    joined, rose = events("douyin_push", [row, {**row, "msg_id": "2", "fansclub_reason_type": 1}], room="771")
    assert joined.kind == "fanclub.joined"
    assert (rose.kind, rose.attrs["their_kind"]) == ("unknown", "live_fansclub")


def test_it_keeps_likes_and_what_it_has_no_word_for() -> None:
    like = {"msg_id": "1", "sec_openid": "a", "like_num": 20, "timestamp": 1780000000, "nickname": "小雨"}
    strange = {"msg_id": "2", "sec_openid": "b", "nickname": "阿明", "new_field": 7, "timestamp": 1780000000}
    liked, unknown = events("douyin_push", [like, strange], room="771")
    assert (liked.kind, liked.count) == ("like.given", 20)
    assert unknown.kind == "unknown"
    assert unknown.attrs["new_field"] == 7
    assert "阿明" not in str(unknown.attrs)
    assert "sec_openid" not in unknown.attrs


def test_it_names_the_field_of_a_bad_message_and_keeps_the_others() -> None:
    good = {"msg_id": "1", "sec_openid": "a", "like_num": 1, "timestamp": 1780000000}
    found = outcomes("douyin_push", [good, {**good, "msg_id": None}, {**good, "like_num": -1}], room="771")
    assert [one.field for one in found if isinstance(one, BadLine)] == ["msg_id", "like_num"]
    assert found[0].kind == "like.given"
    (nowhere,) = outcomes("douyin_push", [good])
    assert isinstance(nowhere, BadLine)
    assert nowhere.field == "room"


def test_it_keeps_webhooks_of_an_account_out_of_rooms() -> None:
    follow = {
        "event": "new_follow_action",
        "from_user_id": "fan",
        "to_user_id": "host",
        "client_key": "k",
        "content": '{"action_type":1,"action_time":1780000000}',
    }
    (gained,) = events("douyin_push", follow)
    assert (gained.kind, gained.room_id, gained.viewer_id) == ("follow.gained", "account:host", "fan")
    (lost,) = events("douyin_push", {**follow, "content": '{"action_type":2,"action_time":1780000000}'})
    assert lost.kind == "unknown"
    phone = {"event": "life_member_join", "content": '{"account_id":"12","mobile":"13800000000"}'}
    (joined,) = events("douyin_push", phone, received_at="1780000000000000")
    assert "13800000000" not in str(joined)
