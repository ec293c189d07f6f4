"""`kaibo analyse`: an answer for scripts, and the rooms by name where none was given."""

import json
from pathlib import Path

import pytest

from kaibo.commerce.rooms import api as rooms
from kaibo.config.commands.analyse import _asked, _known
from kaibo.kit.errors import NotFound

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_answers_about_a_room(home: Path) -> None:
    answer = _asked("returning_viewers", "p/r")
    assert (answer["rows"], answer["platform"], answer["room_id"]) == ([], "p", "r")
    assert json.dumps(answer)
    assert "who comes back" in _known()["returning_viewers"]


def test_it_names_the_rooms_when_none_is_given(home: Path) -> None:
    rooms.save_room("douyin", "8801", name="a", actor="system:test")
    with pytest.raises(NotFound) as refused:
        _asked("returning_viewers", "")
    assert "douyin/8801" in refused.value.fix
