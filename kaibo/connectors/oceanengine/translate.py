"""Saved reports of Qianchuan: totals that grow become steps of spend and stated figures. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.oceanengine import fields
from kaibo.connectors.payloads import (
    CHINA,
    BadField,
    as_object,
    count,
    documents,
    figure,
    guarded,
    instant,
    minor,
    needed,
    refused,
    some,
    text,
    unknown,
    whole,
)
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import to_datetime

PLATFORM = "douyin"
NO_TOTALS = "a reply without totals"
LISTED_TODAY = "a room of yesterday that today's list holds"
_TIMES = ("stat_datetime", "stat_time", "as_of", "date_time")
DEPTH = 6


@dataclass(slots=True)
class Totals:
    """The totals seen last, by place and field: what a step starts from. A place's spend starts at nothing."""

    last: dict[str, int] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

    def step(self, place: str, name: str, total: int) -> int:
        """By how much the total has grown; below zero when the platform corrected it."""
        key = f"{place}|{name}"
        grown = total - self.last.get(key, 0)
        self.last[key] = total
        self.touched.add(key)
        return grown


def totals_after(payload: bytes, told: Mapping[str, str]) -> dict[str, int]:
    """The totals that stand at the end of a captured reply: what the next one's `before` has to be."""
    totals = Totals()
    for _outcome in guarded(documents(payload), lambda reply: _reply(reply, told, totals)):
        pass
    return {key: totals.last[key] for key in totals.touched}


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """Steps and figures of each row of each reply, in the order of the payload.

    Shape: a line is a reply, or `{"at": …, "before": {…}, "reply": …}` as the client keeps it; `before` holds the
    totals that earlier replies have told. `as_of` is told where nothing in it says when. `spend` told as "0": another
    report tells this money. The steps of one payload sum to its last total less `before`. Units: fen; Qianchuan
    states yuan.
    Source: open.oceanengine.com, Qianchuan reports.
    """
    try:
        replies = documents(payload)
    except BadField as problem:
        yield refused(problem, payload)
        return
    totals = Totals()
    yield from guarded(replies, lambda reply: _reply(reply, told, totals))


def _reply(given: Any, told: Mapping[str, str], totals: Totals) -> Iterator[Outcome]:
    given = as_object(given, "payload")
    captured_at = given.get("at") if "reply" in given else None
    reply = as_object(given["reply"], "reply") if "reply" in given else given
    if isinstance(given.get("before"), dict):
        known = {str(key): whole(value) for key, value in given["before"].items()}
        totals.last |= {key: value for key, value in known.items() if value is not None}
    data = reply.get("data")
    rows = list(_rows(data, 0))
    if rows:
        for row in rows:
            yield from _row(row, captured_at, told, totals)
    elif isinstance(data, dict) and ("balance" in data or _list(data)):
        yield from _funds(data, captured_at, told)
    else:
        yield Skipped(NO_TOTALS)


def _rows(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Objects with a field that we know, however deep the reply nests them; names in lower case."""
    if depth > DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _rows(one, depth + 1)
    elif isinstance(value, dict):
        row = {str(name).lower(): inner for name, inner in value.items()}
        if row.keys() & fields.KNOWN:
            yield row
            return
        for inner in value.values():
            if isinstance(inner, dict | list):
                for found in _rows(inner, depth + 1):
                    yield {**_places(value), **found}


def _places(value: dict[str, Any]) -> dict[str, Any]:
    """What the outer object says about where and when, for rows whose numbers are nested in it."""
    names = ("room_id", "ad_id", "aweme_id", "advertiser_id", *_TIMES)
    return {name: value[name] for name in names if name in value}


def _row(row: dict[str, Any], captured_at: Any, told: Mapping[str, str], totals: Totals) -> Iterator[Outcome]:
    room = told.get("room") or text(row.get("room_id"))
    owner = text(row.get("aweme_id")) or text(row.get("anchor_id")) or text(row.get("advertiser_id"))
    room = room or f"account:{needed(owner or told.get('account') or None, 'room_id')}"
    if room in (told.get("skip_rooms") or "").split(","):
        yield Skipped(LISTED_TODAY)
        return
    times = (captured_at, *(row.get(name) for name in _TIMES), told.get("as_of"), told.get("received_at"))
    at = needed(instant(*times), "as_of")
    plan = text(row.get("ad_id")) or ""
    if told.get("spend") != "0":
        yield from _steps(row, totals, room=room, at=at, plan=plan, day=told.get("day") or _day(at))
    if not plan:
        yield from _figures(row, room, at)


def _steps(row: dict[str, Any], totals: Totals, *, room: str, at: int, plan: str, day: str) -> Iterator[Outcome]:
    """`day` is the one that was asked for: a reply may come after the midnight before which it was counted."""
    span = text(row.get("stat_datetime")) or text(row.get("stat_time")) or ""
    span = span or (day if room.startswith("account:") else "")
    place = f"{room}|{plan}|{span}"
    for name, is_whole_room in fields.SPEND.items():
        total = minor(row.get(name), "CNY")
        if total is not None:
            step = totals.step(place, name, total)
            extra = _grown(row, place, totals)
            if step or extra:
                yield _spend(step, total, extra, room=room, at=at, plan=plan, span=span, is_whole_room=is_whole_room)


def _day(at: int) -> str:
    """The day in China that an account's total belongs to: it starts at nothing each midnight."""
    return to_datetime(at).astimezone(CHINA).date().isoformat()


def _grown(row: dict[str, Any], place: str, totals: Totals) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, ours in fields.STEP_MONEY.items():
        total = minor(row.get(name), "CNY")
        if total is not None:
            found[ours] = found.get(ours, 0) + totals.step(place, name, total)
    for name, ours in fields.STEP_COUNTS.items():
        total = count(row.get(name))
        if total is not None:
            found[ours] = totals.step(place, name, total)
    return {name: value for name, value in found.items() if value}


def _spend(
    step: int, total: int, extra: dict[str, int], *, room: str, at: int, plan: str, span: str, is_whole_room: bool
) -> PlatformEvent:
    event = PlatformEvent(
        event_id=f"spend:{plan}:{at}:{int(is_whole_room)}:{total}" + (f":{span}" if span else ""),
        kind="spend.reported",
        platform=PLATFORM,
        room_id=room,
        occurred_at=at,
        amount_minor=step,
        currency="CNY",
    )
    event.attrs = some(plan_id=plan or None, is_whole_room=is_whole_room, **extra)
    return event


def _figures(row: dict[str, Any], room: str, at: int) -> Iterator[Outcome]:
    names = {**fields.FIGURES, **dict.fromkeys(fields.OWN_COUNTS)}
    for name, ours in names.items():
        value = count(row.get(name))
        if value is not None:
            yield figure(ours or name, value, platform=PLATFORM, room_id=room, at=at)
    for name, ours in fields.MONEY_FIGURES.items():
        value = minor(row.get(name), "CNY")
        if value is not None:
            yield figure(ours, value, platform=PLATFORM, room_id=room, at=at)


def _list(data: dict[str, Any]) -> list[dict[str, Any]]:
    listed = data.get("list")
    found = listed if isinstance(listed, list) else []
    return [one for one in found if isinstance(one, dict) and {"balance", "transaction_type"} & one.keys()]


def _funds(data: dict[str, Any], captured_at: Any, told: Mapping[str, str]) -> Iterator[Outcome]:
    """The balance of an account, and its days; a transfer of money is no event of ours and is kept as unknown."""
    for row in _list(data) or [data]:
        room = f"account:{needed(text(row.get('advertiser_id')), 'advertiser_id')}"
        times = (captured_at, row.get("date"), row.get("create_time"), told.get("as_of"), told.get("received_at"))
        at = needed(instant(*times), "as_of")
        balance = minor(row.get("balance"), "CNY")
        if balance is None:
            key = f"fund:{text(row.get('transaction_seq')) or ''}:{at}"
            yield unknown("advertiser.fund", row, platform=PLATFORM, room_id=room, event_id=key, at=at)
        else:
            yield figure("ad_balance_minor", balance, platform=PLATFORM, room_id=room, at=at, basis="point")
