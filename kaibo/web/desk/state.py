"""The lineup in the room's state: the list for "next" and "return", and what the link being explained needs said."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import Line
from kaibo.kit.clock import MICROS
from kaibo.warehouse.contracts import Moment

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


def with_title(now: dict[str, Any] | None, lines: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """What is being explained, named by the lineup where no feed names it."""
    if now is None or now["title"] or not now["link_no"]:
        return now
    title = next((line["title"] for line in lines if line["link_no"] == now["link_no"]), "")
    return {**now, "title": title} if title else now


def with_titles(rows: Mapping[str, Any], lines: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Rows of the table `goods/<key>`, named by the lineup where no feed names them."""
    known = list(lines)
    return {path: with_title(row, known) for path, row in rows.items()} if known else dict(rows)


CALL_US = 60 * MICROS


def call_state(moments: Iterable[Moment], *, now_us: int) -> dict[str, Any]:
    """Path `desk/call`: the newest call to the host while it is young; the page takes it away by its own clock."""
    calls = [each for each in moments if each.kind == "note.marked" and each.attrs.get("scope") == "call"]
    last = max(calls, key=lambda each: each.at_us, default=None)
    if last is None or now_us - last.at_us > CALL_US:
        return {}
    return {"desk/call": {"id": last.event_id, "at": last.at_us, "text": last.text or ""}}


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
