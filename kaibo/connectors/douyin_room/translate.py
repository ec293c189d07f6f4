"""Saved replies with a room's totals as stated figures. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import (
    BadField,
    as_object,
    count,
    documents,
    figure,
    guarded,
    instant,
    needed,
    objects,
    refused,
    text,
)
from kaibo.kit.clock import DAY_US, MICROS

PLATFORM = "douyin"
FIGURES = {
    "live_watch_cnt_td": "views",
    "live_watch_ucnt_td": "viewers",
    "live_comment_cnt_td": "comments",
    "live_comment_ucnt_td": "commenters",
    "live_like_cnt_td": "likes",
    "live_share_cnt_td": "shares",
    "live_follow_ucnt_td": "followers_gained",
}
"""Their total -> our figure; any other keeps its own name, so that it is at hand without being taken for ours."""
CLOCKS = ("live_start_ts", "live_end_ts")
NOT_READY = "the platform has not finished this number"
A_CLOCK = "start and end of the show, used as the time of its totals"
NO_TOTALS = "a reply without totals"


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One figure per total.

    Shape: as of `live_end_ts`, here or told as `ended` (then final), else `as_of` as told, else the end of the day
    that the reply speaks of.
    Source: developer.open-douyin.com, room data.
    """
    try:
        replies = documents(payload)
    except BadField as problem:
        yield refused(problem, payload)
        return
    yield from guarded(replies, lambda reply: _reply(reply, told))


def _reply(reply: Any, told: Mapping[str, str]) -> Iterator[Outcome]:
    data = as_object(reply, "payload").get("data")
    rows = objects((data if isinstance(data, dict) else {}).get("stats") or [], "data.stats")
    if not isinstance(data, dict) or not rows:
        yield Skipped(NO_TOTALS)
        return
    waits = {
        (text(one.get("item")), text(one.get("name")))
        for one in objects(data.get("data_ready_status") or [], "data.data_ready_status")
        if one.get("is_ready") is False
    }
    waiting_names = {name for _item, name in waits}
    ended = {_show(row): instant(row.get("value")) for row in rows if row.get("name") == "live_end_ts"}
    for row in rows:
        name = needed(text(row.get("name")), "data.stats.name")
        if name in CLOCKS:
            yield Skipped(A_CLOCK)
        elif name in waiting_names:
            yield Skipped(NOT_READY)
        else:
            yield from _total(row, name, ended.get(_show(row)) or instant(told.get("ended")), told)


def ended_at(reply: Mapping[str, Any]) -> int | None:
    """When the show of a reply ended, µs UTC; None while the platform does not state it."""
    return next((instant(row.get("value")) for row in _rows(reply, "stats") if row.get("name") == "live_end_ts"), None)


def is_complete(reply: Mapping[str, Any]) -> bool:
    """Whether every total of a reply is finished."""
    waits = any(one.get("is_ready") is False for one in _rows(reply, "data_ready_status"))
    return bool(_rows(reply, "stats")) and not waits


def _rows(reply: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    data = reply.get("data")
    found = data.get(name) if isinstance(data, dict) else None
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _show(row: dict[str, Any]) -> tuple[str | None, str | None]:
    return text(row.get("item")), text(row.get("live_id"))


def _total(row: dict[str, Any], name: str, ended: int | None, told: Mapping[str, str]) -> Iterator[Outcome]:
    room = needed(told.get("room") or text(row.get("item")), "item")
    stated = ended or instant(told.get("as_of"), told.get("received_at"))
    if stated is None:
        day = needed(instant(row.get("timeslot")), "timeslot")
        stated = day + DAY_US - MICROS
    value = needed(count(row.get("value")), name)
    yield figure(FIGURES.get(name, name), value, platform=PLATFORM, room_id=room, at=stated, is_final=ended is not None)
