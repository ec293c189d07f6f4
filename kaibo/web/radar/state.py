"""Questions that wait and warnings, in the room's state. The word cloud does not belong on air."""

from typing import Any

from kaibo.commerce.shows.contracts import ShowView
from kaibo.kit.clock import MINUTE_US
from kaibo.operations.radar import api as radar

MOST = 8
WARNED_US = 3 * MINUTE_US


def questions_state(show: ShowView, *, now_us: int) -> dict[str, Any]:
    """Paths `question/<topic>:<link>` and `warning/<id>`. Cost: four queries, five with a question."""
    at_us = min(now_us, show.ended_at) if show.ended_at else now_us
    groups = radar.open_groups(show.show_id, at_us=at_us, most=MOST)
    said = {line.topic: line.text for line in radar.script_lines(*{one.topic for one in groups})} if groups else {}
    state: dict[str, Any] = {
        f"question/{one.topic}:{one.link_no}": {
            "topic": one.topic,
            "link_no": one.link_no,
            "count": one.count,
            "first_us": one.first_us,
            "weight": one.weight,
            "examples": list(one.examples),
            "say": said.get(one.topic, ""),
        }
        for one in groups
    }
    warnings = radar.signals(
        show.show_id, from_us=at_us - WARNED_US, to_us=at_us + MINUTE_US, kinds=("complaint", "flood"), limit=2
    )
    for one in warnings:
        state[f"warning/{one.id}"] = {"kind": one.kind, "words": one.term, "count": one.peak, "at_us": one.to_us}
    return state


def radar_version(show_id: str) -> int:
    """Moves whenever the radar of the show does. Cost: one query."""
    return radar.changed(show_id)
