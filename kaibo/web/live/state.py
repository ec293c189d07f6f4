"""Everything the control room of one show displays, as one flat dict: path -> JSON value.

Values say instants, never ages: the browser counts those, so a quiet show has a quiet state. Money is minor units of
`meta/show`.currency. A figure is `{id, v, u, s, r, says, at, o, f, c}`; `v` is null exactly when it is missing.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import Error as DatabaseError
from django.db import connections

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import MINUTE_US
from kaibo.kit.clock import now_us as present
from kaibo.kit.errors import NotFound
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Tile, Value
from kaibo.metrics.facts import Facts
from kaibo.metrics.stated import PARTS, is_too_little
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.columns import BY_NAME
from kaibo.warehouse.contracts import MinuteRow
from kaibo.web.compliance.state import alerts_state, alerts_version
from kaibo.web.desk.state import call_state, desk_state, with_title, with_titles
from kaibo.web.live import goods, lights
from kaibo.web.live.doors import PacedDoors, RoomDoors
from kaibo.web.opinion.state import opinion_state, opinion_version
from kaibo.web.radar.state import questions_state, radar_version
from kaibo.web.registers.state import register_state
from kaibo.web.rounds.state import round_state

State = dict[str, Any]

MINUTE_COLUMNS = {"online": "online_last", "gmv": "gmv_paid_minor", "spend": "spend_minor", "comments": "comments"}
"""What a minute of the strips shows besides entries and the 15-minute ROI: plain columns of its row."""

STRIP_COLUMNS = {"online": "online_last", "entries": "views", "gmv": "gmv_paid_minor", "spend": "spend_minor"}
"""Strip -> the column whose minutes a feed reports; where none does, typed rounds are drawn."""

STRIPS = {
    "online": "online_now",
    "entries": "views",
    "gmv": "gmv_paid",
    "spend": "ad_spend",
    "comments": "comments_per_minute",
    "violations": "violations",
    "breakeven": "breakeven_roas",
}
"""Single figures that the strips, the bar and the lists need: above all the reason why there is nothing."""

MARKS = (
    "host.on",
    "interaction.opened",
    "price.changed",
    "ad.adjusted",
    "violation.received",
    "note.marked",
    "show.started",
    "show.ended",
)
COMMENTS = 50
SHOWN_ELSEWHERE = frozenset({"ad_balance_minor"})
"""Stated figures that a tile shows already."""
SETTLED_SECONDS = 30.0  # an ended show that nothing was counted for is looked at afresh this often


class Watch(NamedTuple):
    """What one board shows: comments and what was found in them are left out for people who may not read them."""

    show_id: str
    sees_comments: bool


def room_state(show_id: str, *, now_us: int, sees_comments: bool = True, doors: RoomDoors | None = None) -> State:
    """The page of one show at one instant.

    Raises: ShowNotFound. Cost: about 25 queries, whatever the size of the show: all parts share one `Facts`.
    """
    with eventlog.one_look():
        return _state(show_id, now_us, doors or RoomDoors(), sees_comments=sees_comments)


def _state(show_id: str, now_us: int, doors: RoomDoors, *, sees_comments: bool) -> State:
    show = shows.show(show_id, now_us=now_us)
    facts = metrics.facts_of(show_id, now_us=now_us, doors=doors)
    state: State = {"meta/show": _meta(show)}
    state.update(_tiles(facts))
    state.update(_minutes(facts, doors.source_rows(show_id)))
    state.update(_marks(facts))
    state.update(goods.goods_state(facts))
    state.update(lights.lights_state(facts.coverage))
    state.update(_sources(facts))
    state.update(_stated(facts))
    state["host"] = _host(facts)
    state.update(desk_state(show_id, link_no=(state["now"] or {}).get("link_no")))
    lines = state.get("desk/lines", ())
    state["now"] = with_title(state["now"], lines)
    state.update(with_titles({path: row for path, row in state.items() if path.startswith("goods/")}, lines))
    state.update(call_state(facts.moments, now_us=now_us))
    state.update(round_state(show, is_fed=lambda strip: facts.heard(STRIP_COLUMNS[strip]) is not None))
    state.update(register_state(show, facts))
    if sees_comments:
        state.update(_comments(show_id))
        state.update(alerts_state(show_id))
        state.update(questions_state(show, now_us=now_us))
        state.update(opinion_state(show))
    return state


def figure(value: Value) -> State:
    """A metric's value as the page reads it."""
    short: State = {"id": value.id, "v": _round(value.value), "u": value.unit, "s": value.status, "at": value.as_of}
    if value.value is None:
        short["r"] = value.reason
    optional = {"says": value.says, "o": value.origin, "f": list(value.sources), "c": value.currency}
    return short | {name: given for name, given in optional.items() if given}


def _round(value: float | int | None) -> float | int | None:
    """Seven digits are more than any page shows, and keep frames from changing in the fifteenth."""
    return float(f"{value:.7g}") if isinstance(value, float) else value


def _meta(show: ShowView) -> State:
    try:
        room = rooms.room(show.platform, show.room_id)
        name, currency = room.title, room.currency
    except NotFound:
        name, currency = show.room_id, "CNY"
    return {
        "title": show.title,
        "platform": show.platform,
        "room": name,
        "status": show.status.value,
        "from_us": show.begins_at,
        "to_us": show.ended_at if show.status == ShowStatus.ENDED else None,
        "planned_end_us": show.planned_end_at,
        "currency": currency,
    }


def _tiles(facts: Facts) -> State:
    state: State = {}
    for number, tile in enumerate(metrics.tiles(facts.show_id, facts=facts), start=1):
        state[f"tile/{number}"] = _tile(tile)
    values = metrics.evaluate(facts.show_id, list(STRIPS.values()), facts=facts)
    for name, metric in STRIPS.items():
        state[f"strip/{name}"] = figure(values[metric])
    return state


def _tile(tile: Tile) -> State:
    return {
        "main": figure(tile.value),
        "change": figure(tile.change_5m) if tile.change_5m else None,
        "band": [_round(edge) for edge in tile.band] if tile.band else None,
        "target": figure(tile.target) if tile.target else None,
        "also": [figure(value) for value in tile.also],
    }


def _minutes(facts: Facts, source_rows: Sequence[MinuteRow]) -> State:
    """`minute/<µs>`: online, natural and paid entries, GMV, spend, 15-minute ROI, comments; null is unknown."""
    entries = _entries(facts, source_rows)
    columns = [_column(facts, name) for name in MINUTE_COLUMNS.values()]
    roi = dict(metrics.series(facts.show_id, ["roas_room_15m"], facts=facts)["roas_room_15m"])
    state: State = {}
    for minute_us in facts.rows.minutes:
        online, gmv, spend, comments = (column(minute_us) for column in columns)
        state[f"minute/{minute_us}"] = [online, *entries(minute_us), gmv, spend, _round(roi.get(minute_us)), comments]
    return state


def _column(facts: Facts, name: str) -> Callable[[int], int | None]:
    """A column by minute: null where no feed reports it or too little of it is stated, else 0 where nothing happened.

    Never 0 for online.
    """
    if facts.heard(name) is None:
        return lambda _: None
    points = dict(facts.rows.points(name, None, None))
    nothing = 0 if BY_NAME[name].merge == "sum" else None
    part = PARTS.get(name)

    def at(minute_us: int) -> int | None:
        if part is not None:
            end_us = minute_us + MINUTE_US
            if is_too_little(*part.told_of(lambda one: facts.rows.total(one, minute_us, end_us))):
                return None
        return points.get(minute_us, nothing)

    return at


def _entries(facts: Facts, source_rows: Sequence[MinuteRow]) -> Callable[[int], tuple[int | None, int | None]]:
    """Natural and paid entries by minute; entries without a traffic source count as natural on the strip."""
    if facts.heard("views") is None:
        return lambda _: (None, None)
    natural: dict[int, int] = {}
    paid: dict[int, int] = {}
    for row in source_rows:
        side = paid if row.key == "paid" else natural
        side[row.minute_us] = side.get(row.minute_us, 0) + row.values.get("views", 0)
    return lambda minute_us: (natural.get(minute_us, 0), paid.get(minute_us, 0))


def _marks(facts: Facts) -> State:
    return {
        f"mark/{moment.event_id}": {
            "kind": moment.kind,
            "at_us": moment.at_us,
            "text": moment.text or moment.host_id or moment.link_no or "",
        }
        for moment in facts.moments
        if moment.kind in MARKS
    }


def _sources(facts: Facts) -> State:
    return {
        f"source/{name}": {"views": values["views"], "gmv": values.get("gmv_paid_minor")}
        for name, values in facts.by("source").items()
        if values.get("views")
    }


def _stated(facts: Facts) -> State:
    """The newest of each figure that a platform or a person stated; ours are never mixed with them."""
    return {
        f"figure/{name}": {
            "value": stated[-1].value,
            "as_of_us": stated[-1].as_of_us,
            "origin": stated[-1].origin,
            "is_final": stated[-1].is_final,
        }
        for name, stated in facts.figures.items()
        if name not in SHOWN_ELSEWHERE
    }


def _host(facts: Facts) -> State | None:
    duties = [duty for duty in facts.duties if duty.to_us is None]
    return {"id": duties[-1].host_id, "name": duties[-1].host_id, "from_us": duties[-1].from_us} if duties else None


def _comments(show_id: str) -> State:
    found = warehouse.recent_comments(show_id, limit=COMMENTS)
    names = eventlog.nicknames([comment.viewer_id for comment in found if comment.viewer_id])
    return {
        f"comment/{comment.event_id}": {
            "at_us": comment.at_us,
            "text": comment.text,
            "name": names.get(comment.viewer_id or "", ""),
        }
        for comment in found
    }


_DOORS = PacedDoors()
_settled: dict[Watch, tuple[object, float, State]] = {}


def live_version(watch: Watch) -> object:
    """What the hub compares to see whether anything was counted or found. Cost: 4 queries."""
    return _on_own_connection(lambda: _version(watch.show_id))


def live_state(watch: Watch) -> State:
    """The state as of now; of a show that is over, the last one as long as nothing more was counted for it."""
    return _on_own_connection(lambda: _live_state(watch))


def _version(show_id: str) -> tuple[int, ...]:
    return warehouse.show_version(show_id), alerts_version(show_id), radar_version(show_id), opinion_version()


def _live_state(watch: Watch) -> State:
    version = _version(watch.show_id)
    kept = _settled.get(watch)
    if kept and kept[0] == version and time.monotonic() - kept[1] < SETTLED_SECONDS:
        return kept[2]
    state = room_state(watch.show_id, now_us=present(), sees_comments=watch.sees_comments, doors=_DOORS)
    _settled.pop(watch, None)
    if state["meta/show"]["status"] == ShowStatus.ENDED:
        _settled[watch] = (version, time.monotonic(), state)
        while len(_settled) > 64:
            del _settled[next(iter(_settled))]
    return state


def _on_own_connection[T](read: Callable[[], T]) -> T:
    """The hub's threads keep their connection between reads; one that failed is thrown away, not reused."""
    try:
        return read()
    except DatabaseError:
        connections.close_all()
        raise
