"""The lineup in the room's state: the list for "next" and "return", and what the link being explained needs said."""

import re
from typing import Any

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import Line

_POINTS = re.compile(r"[\n;；|]+|(?<=[^\d])[,，、](?=\S)")
POINTS = 3


def desk_state(show_id: str, *, link_no: str | None) -> dict[str, Any]:
    """Paths `desk/lines` and `desk/now`; none without a lineup. Cost: two queries."""
    lines = [line for line in lineups.lineup(show_id).lines if line.link_no]
    if not lines:
        return {}
    state: dict[str, Any] = {"desk/lines": [_short(line) for line in lines]}
    current = next((line for line in lines if line.link_no == link_no), None)
    if current is not None:
        state["desk/now"] = {
            "link_no": current.link_no,
            "gift": current.gift,
            "coupon": current.coupon,
            "points": selling_points(current),
            "list_price_minor": current.list_price_minor,
            "promise": current.promise,
        }
    return state


def selling_points(line: Line) -> list[str]:
    """The first three points, however people part them."""
    return [point.strip() for point in _POINTS.split(line.points) if point.strip()][:POINTS]


def _short(line: Line) -> dict[str, Any]:
    return {
        "link_no": line.link_no,
        "title": line.title or line.style_no,
        "price_minor": line.live_price_minor,
        "role": line.role,
        "minutes": line.planned_minutes,
        "pieces": line.pieces,
        "gift": line.gift,
    }
