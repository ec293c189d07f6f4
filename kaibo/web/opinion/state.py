"""Open matters of a room, in the state of its show."""

from typing import Any

from kaibo.commerce.shows.contracts import ShowView
from kaibo.operations.opinion import api as opinion
from kaibo.operations.opinion.contracts import Level

MOST = 2
"""Beside questions of buyers there is room for two: alarms first."""


def opinion_state(show: ShowView) -> dict[str, Any]:
    """Paths `warning/opinion-<matter>` of matters heard in the show's room. Cost: one query."""
    place = show.platform, show.room_id
    found = [view for view in opinion.list_matters() if place in view.rooms]
    found.sort(key=lambda view: (view.level != Level.ALARM, not view.is_waiting))
    return {
        f"warning/opinion-{view.id}": {
            "kind": "opinion",
            "words": view.concern.value,
            "count": view.count,
            "at_us": view.last_us,
            "level": view.level.value,
            "due_us": view.due_us if view.is_waiting else None,
            "matter": view.id,
        }
        for view in found[:MOST]
    }


def opinion_version() -> int:
    """Moves whenever a matter does. Cost: one query."""
    return opinion.changed()
