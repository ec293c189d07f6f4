"""Captured TikTok LIVE events."""

from pathlib import Path

from kaibo.connectors.api import recognised_by
from kaibo.connectors.contracts import BadLine, Skipped
from kaibo.connectors.tests.reading import outcomes

CAPTURE = Path(__file__).parent.parent / "fixtures" / "events.jsonl"


def test_it_counts_a_gift_when_its_combo_ends() -> None:
    found = outcomes("tiktok_live", CAPTURE, room="r")
    comment, running, gift, like, join, online, shopping, end = found
    assert isinstance(running, Skipped)
    assert (gift.kind, gift.quantity, gift.amount_minor, gift.attrs["diamonds"]) == ("gift.sent", 9, None, 1)
    assert (comment.kind, comment.text, comment.viewer_id) == ("comment.posted", "how much", "71")
    assert (like.count, join.kind, online.count) == (15, "viewer.entered", 321)
    assert (shopping.kind, shopping.attrs["details"], end.kind) == ("unknown", {"product_id": 9}, "note.marked")


def test_it_names_room_and_field_and_is_recognised() -> None:
    assert recognised_by(CAPTURE) == ["tiktok_live"]
    assert {one.field for one in outcomes("tiktok_live", CAPTURE)} == {"room"}
    (bad,) = outcomes("tiktok_live", b'{"type":"LikeEvent","timestamp":1780000000}', room="r")
    assert isinstance(bad, BadLine)
    assert bad.field == "count"
    (bad,) = outcomes("tiktok_live", b'{"type":"LikeEvent","count":1}', room="r")
    assert isinstance(bad, BadLine)
    assert bad.field == "timestamp"
