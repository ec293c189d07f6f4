"""Totals of an account's shows, once Douyin states them: the rooms of the last days, each asked until it is final."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from kaibo.connectors.calling import Answer, Call, Caller, closing, needed_settings, refuse
from kaibo.connectors.contracts import Checked
from kaibo.connectors.douyin_room.translate import ended_at, is_complete
from kaibo.connectors.pacing import Rate
from kaibo.connectors.payloads import text, whole
from kaibo.connectors.polling import Line, Page, Poll, caller_to
from kaibo.connectors.settling import BY, FETCH
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import DAY_US, MICROS

BASE = "https://open.douyin.com"
NEEDS = ("client_key", "refresh_token", "open_id")
TOTALS = "totals"
POLLS = (Poll(TOTALS, 1800),)
"""The platform states a show's totals on the next morning: asking more often brings nothing sooner."""
RATES = {"calls": Rate(5, 1.0)}
"""No limit is documented; a refusal slows down."""
DAYS = 7
"""A room whose totals are not final after so many days is given up: the platform lists it no longer."""
PARTS = ("base", "interactive", "audience")
DOUYIN = "1"  # `live_id`, the line of business


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:  # noqa: ARG001 - there is one
    """A page per show that has ended, all its replies together; the cursor holds the rooms that are final."""
    with closing(_caller(line)) as caller:
        tokens = _tokens(line, caller)
        listed = _rooms(caller, tokens, line)
        done = [room for room in cursor.get("done") or [] if room in listed]
        yield Page({"done": done})
        for room in listed:
            if room in done:
                continue
            replies = _replies(caller, tokens, line, room)
            if replies and all(is_complete(one.said) for one in replies):
                done = [*done, room]
            yield Page({"done": done}, tuple(_body(one, replies[0], line) for one in replies))


def check(line: Line) -> Checked:
    """The account, once its shows can be listed."""
    needed_settings(line.settings, *NEEDS)
    with closing(_caller(line)) as caller:
        _rooms(caller, _tokens(line, caller), line)
        return Checked("account", line.settings["open_id"])


def _rooms(caller: Caller, tokens: Tokens, line: Line) -> list[str]:
    now = line.clock.now_us() // MICROS
    span = {"start_time": str(now - DAYS * DAY_US // MICROS), "end_time": str(now)}
    listed = _ask(caller, tokens, line, "room_id", span).said.get("room_ids")
    return [room for room in map(text, listed if isinstance(listed, list) else []) if room]


def _replies(caller: Caller, tokens: Tokens, line: Line, room: str) -> list[Answer]:
    """What is stated of a show; nothing before its end is, for totals without it would have no time."""
    wanted = {"room_id": room, "live_id": DOUYIN}
    base = _ask(caller, tokens, line, PARTS[0], wanted)
    if ended_at(base.said) is None:
        return []
    return [base, *(_ask(caller, tokens, line, part, wanted) for part in PARTS[1:])]


def _body(answer: Answer, base: Answer, line: Line) -> Fetched:
    """A feed of one room speaks of it; the platform gives each show a room number of its own."""
    told = {BY: FETCH, "ended": str(ended_at(base.said))}
    return Fetched(answer.raw, {**told, "room": line.rooms[0]} if len(line.rooms) == 1 else told)


def _ask(caller: Caller, tokens: Tokens, line: Line, part: str, wanted: dict[str, str]) -> Answer:
    query = {"open_id": line.settings["open_id"], **wanted}
    return caller.ask(
        lambda token: Call("GET", f"/room/data/{part}/get/", query, headers={"access-token": token}),
        tokens=tokens,
        bucket="calls",
    )


def _code(said: dict[str, Any]) -> str:
    """The platform's code, which stands in one of three places."""
    parts = (said, said.get("data"), said.get("extra"))
    found = (whole(part.get(name)) for part in parts if isinstance(part, dict) for name in ("err_no", "error_code"))
    return next((str(code) for code in found if code), "")


def _caller(line: Line) -> Caller:
    return caller_to("douyin_room", line, base=BASE, code_of=_code, rates=RATES)


def _tokens(line: Line, caller: Caller) -> Tokens:
    def grant(refresh: str) -> Granted:
        form = {"client_key": line.settings["client_key"], "grant_type": "refresh_token", "refresh_token": refresh}
        head = {"content-type": "application/x-www-form-urlencoded"}
        call = Call("POST", "/oauth/refresh_token/", {}, urlencode(form).encode(), head)
        data = caller.ask(lambda _token: call).said.get("data")
        if not isinstance(data, dict) or not data.get("access_token"):
            refuse("bad_token", "Douyin grants no access token", "authorise the application again")
        seconds = float(whole(data.get("expires_in")) or 7200)
        return Granted(str(data["access_token"]), seconds, str(data.get("refresh_token") or refresh))

    return Tokens(line.vault, owner=line.feed_id, seed=line.settings["refresh_token"], grant=grant, clock=line.clock)
