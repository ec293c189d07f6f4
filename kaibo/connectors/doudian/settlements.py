"""Doudian's settlement files: one a day, asked for, made by the platform, fetched and kept as received."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from kaibo.connectors.calling import AddressEnded, Answer, Caller, PlatformFault, TooLong
from kaibo.connectors.files import fetched_file
from kaibo.connectors.payloads import CHINA, text, whole
from kaibo.connectors.polling import Line, Page
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import DAY_US, MICROS, to_datetime

EXPORT = "doudian_settlement"
"""The kind of table that the file is: the 结算单 that the shop's back office exports."""
ASK_FOR, ASK_WHERE = "order.downloadSettleItemToShop", "order.downloadToShop"
HOSTS = ("bytetos.com",)
"""Source: the address in the documents' sample reply, lf6-tos-bill-center-sign.bytetos.com."""
GOOD = "100000"
BY_SETTLEMENT = 0
READY_HOUR = 10
"""Yesterday's file is asked for from this hour on; older days at once."""
FIRST_DAYS = 7
DAY_SECONDS = DAY_US // MICROS
LOOK_SECONDS, REST_SECONDS = 60.0, 3600.0
PATIENCE_SECONDS = 6 * 3600
"""A file that is not made by then is asked for anew."""
ADDRESSES = 3
LONGEST_BYTES = 32 * 1024 * 1024
"""A longer file is asked for in halves: what is kept as received is held whole."""
SHORTEST_SECONDS = 60
type Ask = Callable[[str, dict[str, Any]], Answer]


def settlements(ask: Ask, caller: Caller, line: Line, cursor: dict[str, Any]) -> Iterator[Page]:
    """A file for each day that is over, one after the other; what the platform still makes is asked for later.

    Shape: the cursor says up to where files were fetched (`reached`, s), and of the one under way its span, the
    platform's number for it and when it was asked for; so a restart asks for no file twice. Where nothing is due or
    a file is being made, nothing but the cursor comes.
    """
    while True:
        now = line.clock.now_us() // MICROS
        if "to" not in cursor:
            reached = int(cursor.get("reached") or _midnight(now) - FIRST_DAYS * DAY_SECONDS)
            cursor = {"reached": reached}
            if reached >= _over(now):
                yield Page(cursor, again_seconds=REST_SECONDS)
                return
            cursor |= {"from": reached, "to": reached + DAY_SECONDS}
        if "download_id" not in cursor:
            cursor |= {"download_id": _asked_for(ask, cursor), "asked": now}
            yield Page(cursor, again_seconds=LOOK_SECONDS)
        try:
            body = _file(ask, caller, str(cursor["download_id"]))
        except TooLong:
            cursor = _halved(cursor)
            yield Page(cursor)
            continue
        if body is None:
            yield _waiting(cursor, now)
            return
        kept = _kept(cursor, body)
        cursor = {"reached": cursor["to"]} if cursor["to"] >= _day_end(cursor) else _rest(cursor)
        yield Page(cursor, (kept,), again_seconds=LOOK_SECONDS)


def _midnight(now: int) -> int:
    local = to_datetime(now * MICROS).astimezone(CHINA)
    return int(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())


def _over(now: int) -> int:
    """The instant up to which days can be asked for."""
    is_ready = to_datetime(now * MICROS).astimezone(CHINA).hour >= READY_HOUR
    return _midnight(now) - (0 if is_ready else DAY_SECONDS)


def _day_end(cursor: dict[str, Any]) -> int:
    return int(cursor["reached"]) + DAY_SECONDS


def _rest(cursor: dict[str, Any]) -> dict[str, Any]:
    """What is left of a day after a part of it."""
    return {"reached": cursor["reached"], "from": cursor["to"], "to": _day_end(cursor)}


def _halved(cursor: dict[str, Any]) -> dict[str, Any]:
    """The first half of a span whose file is too large. Raises TooLong for a span that is a minute already."""
    start, end = int(cursor["from"]), int(cursor["to"])
    if end - start <= SHORTEST_SECONDS:
        raise TooLong(
            f"the settlement file of the minute from {_said(start)} is larger than {LONGEST_BYTES >> 20} MB",
            fix="export it in the shop's back office and drop it on the page of imports",
        )
    return {"reached": cursor["reached"], "from": start, "to": (start + end) // 2}


def _asked_for(ask: Ask, cursor: dict[str, Any]) -> str:
    """The platform's number for the file. Raises PlatformFault with the platform's words when it makes none."""
    start, end = int(cursor["from"]), int(cursor["to"])
    wanted = {"start_time": _said(start), "end_time": _said(end - 1), "time_type": BY_SETTLEMENT}
    data = _data(ask(ASK_FOR, wanted))
    found = text(data.get("download_id"))
    if not found:
        raise _not_made(f"of {_said(start)[:10]}", data)
    return found


def _file(ask: Ask, caller: Caller, download_id: str) -> bytes | None:
    """The file, None while it is being made. An address that has ended is asked for anew. Raises TooLong."""
    for number in range(ADDRESSES):
        address = text(_data(ask(ASK_WHERE, {"download_id": download_id})).get("url"))
        if not address:
            return None
        try:
            return caller.fetch(address, hosts=HOSTS, longest=LONGEST_BYTES)
        except AddressEnded:
            if number == ADDRESSES - 1:
                raise
    return None


def _waiting(cursor: dict[str, Any], now: int) -> Page:
    """The same place again in a minute; after hours the file is asked for anew."""
    if now - int(cursor["asked"]) < PATIENCE_SECONDS:
        return Page(cursor, again_seconds=LOOK_SECONDS)
    return Page({name: cursor[name] for name in ("reached", "from", "to")}, again_seconds=LOOK_SECONDS)


def _kept(cursor: dict[str, Any], body: bytes) -> Fetched:
    start, end = int(cursor["from"]), int(cursor["to"])
    part = "" if end - start == DAY_SECONDS else f"-{_said(start)[11:].replace(':', '')}"
    mark = hashlib.sha256(body).hexdigest()[:16]
    name = f"doudian-settlement-{_said(start)[:10]}{part}.csv"
    return fetched_file(EXPORT, body, name=name, mark=f"{start}:{end}:{mark}")


def _said(seconds: int) -> str:
    return to_datetime(seconds * MICROS).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _data(answer: Answer) -> dict[str, Any]:
    data = answer.said.get("data")
    return data if isinstance(data, dict) else {}


def _not_made(what: str, data: dict[str, Any]) -> PlatformFault:
    code, said = data.get("code"), text(data.get("code_msg")) or ""
    words = f": {code} {said[:200]}" if whole(code) is not None and str(code) != GOOD else ""
    fault = PlatformFault(f"Doudian makes no settlement file {what}{words}")
    fault.code = "not_made"
    return fault
