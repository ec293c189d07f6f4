"""`kaibo shows`: the ids that other commands ask for."""

from pathlib import Path

import pytest

from kaibo.commerce.shows import api as shows
from kaibo.config.commands.shows import known_shows

pytestmark = pytest.mark.django_db


def test_it_lists_shows_with_their_room_and_when_they_begin(home: Path) -> None:
    assert known_shows(limit=5) == []
    at = 1_773_316_800_000_000
    for number in range(3):
        shows.ensure_show(
            f"s{number}", platform="p", room_id="r", title=f"Night {number}",
            started_at=at + number * 86_400_000_000, ended_at=at + number * 86_400_000_000 + 1, actor="system:test",
        )  # fmt: skip
    found = known_shows(limit=2)
    assert [one["show"] for one in found] == ["s2", "s1"]
    assert found[0] == {
        "show": "s2", "begins": "2026-03-14 20:00", "status": "ended", "room": "p/r", "title": "Night 2",
    }  # fmt: skip
