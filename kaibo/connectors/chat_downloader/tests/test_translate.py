"""Files of chat-downloader as events."""

import json
from pathlib import Path

import pytest

from kaibo.connectors.api import BadFile, recognised_by
from kaibo.connectors.contracts import BadLine
from kaibo.connectors.tests.reading import events, outcomes

CHAT = Path(__file__).parent.parent / "fixtures" / "chat.jsonl"
TOLD = {"room": "r", "platform": "youtube", "start": "2026-06-01T00:00:00Z"}


def test_it_reads_lines_and_arrays_alike() -> None:
    found = events("chat_downloader", CHAT, **TOLD)
    assert [one.kind for one in found] == ["comment.posted", "comment.posted", "gift.sent", "unknown"]
    hello, late, paid, other = found
    assert (hello.viewer_id, hello.text, hello.occurred_at) == ("a1", "hello", 1_780_000_000_000_000)
    assert late.occurred_at == 1_780_272_012_250_000
    assert (paid.amount_minor, paid.currency, paid.text) == (500, "USD", "for you")
    assert (other.attrs["their_kind"], "lee" in str(other)) == ("subscription", False)
    assert {one.platform for one in found} == {"youtube"}
    rows = [json.loads(line) for line in CHAT.read_text().splitlines()]
    array = events("chat_downloader", rows, **TOLD)
    assert [(one.kind, one.occurred_at, one.text) for one in array] == [
        (one.kind, one.occurred_at, one.text) for one in found
    ]


def test_it_gives_rows_without_an_id_the_same_id_again() -> None:
    rows = CHAT.read_text().splitlines()[1]
    first, second = events("chat_downloader", f"{rows}\n{rows}\n", **TOLD)
    assert second.event_id == f"{first.event_id}.1"


def test_it_places_messages_before_the_show() -> None:
    row = {**json.loads(CHAT.read_text().splitlines()[1]), "time_in_seconds": -1.5}
    (found,) = events("chat_downloader", [row], **TOLD)
    assert found.occurred_at == 1_780_271_998_500_000


def test_it_says_what_is_missing() -> None:
    found = outcomes("chat_downloader", CHAT, room="r")
    assert [one.field for one in found if isinstance(one, BadLine)] == ["timestamp"]
    assert {one.field for one in outcomes("chat_downloader", CHAT)} == {"room"}
    broken = outcomes("chat_downloader", CHAT.read_bytes() + b'{"message_type": ', **TOLD)
    assert isinstance(broken[-1], BadLine)
    cut = b"[" + CHAT.read_bytes().replace(b"\n", b",")
    (found_cut,) = outcomes("chat_downloader", cut, **TOLD)
    assert isinstance(found_cut, BadLine)


def test_it_is_recognised_and_checks_its_options() -> None:
    assert recognised_by(CHAT) == ["chat_downloader"]
    with pytest.raises(BadFile, match="no platform name"):
        outcomes("chat_downloader", CHAT, room="r", platform="You Tube")
    with pytest.raises(BadFile, match="not a time"):
        outcomes("chat_downloader", CHAT, room="r", start="soon")
