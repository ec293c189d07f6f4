"""Douyin's live data tasks: started for each room of the feed, kept running; what could not be pushed is asked for."""

import json
from collections.abc import Iterator
from typing import Any

from kaibo.connectors.calling import (
    Answer,
    Call,
    Caller,
    PlatformFault,
    closing,
    code_under,
    granted,
    needed_settings,
    refuse,
)
from kaibo.connectors.contracts import Checked
from kaibo.connectors.pacing import Rate
from kaibo.connectors.payloads import whole
from kaibo.connectors.polling import Line, Page, Poll, caller_to
from kaibo.connectors.settling import BY, FETCH
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.polls import Fetched

BASE, AUTH_BASE = "https://webcast.bytedance.com", "https://developer.toutiao.com"
NEEDS = ("app_id", "app_secret")
TASKS, LOST = "tasks", "lost"
POLLS = (Poll(TASKS, 20), Poll(LOST, 120))
RATES = {"tasks": Rate(10, 1.0)}
"""Source: developer.open-douyin.com, start of a task: ten calls a second for an application."""
PUSHED = ("live_comment", "live_gift", "live_like", "live_fansclub")
KEPT = ("live_gift", "live_fansclub")
"""Only of these does the platform keep what it could not push, for a day."""
NOT_ON_AIR = "not_allowed"
RUNNING = 3
PAGE_SIZE = 100


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
    """Tasks looked after, or pages of what was lost. A room that is not on air is no failure: it is tried again."""
    if not line.rooms:
        refuse("no_rooms", "the feed names no room: tasks are started for each room by its number", "name the rooms")
    with closing(_caller(line, BASE)) as caller, closing(_caller(line, AUTH_BASE)) as auth:
        tokens = _tokens(line, auth)
        if name == TASKS:
            yield Page({"running": _looked_after(caller, tokens, line, list(cursor.get("running") or []))})
        else:
            yield from _lost(caller, tokens, line, dict(cursor.get("pages") or {}))


def check(line: Line) -> Checked:
    """The application, once the platform grants it a token."""
    needed_settings(line.settings, *NEEDS)
    with closing(_caller(line, AUTH_BASE)) as auth:
        _tokens(line, auth).current()
        return Checked("account", line.settings["app_id"])


def _looked_after(caller: Caller, tokens: Tokens, line: Line, known: list[str]) -> list[str]:
    """Tasks that run now: `room:type`."""
    running = []
    for room in line.rooms:
        for kind in PUSHED:
            key = f"{room}:{kind}"
            try:
                if key not in known or not _is_running(caller, tokens, line, room, kind):
                    _task(caller, tokens, line, "start", room, kind)
            except PlatformFault as fault:
                if fault.code != NOT_ON_AIR:
                    raise
                continue
            running.append(key)
    return running


def _is_running(caller: Caller, tokens: Tokens, line: Line, room: str, kind: str) -> bool:
    query = {"roomid": room, "appid": line.settings["app_id"], "msg_type": kind}
    said = _get(caller, tokens, "/api/live_data/task/get", query).said
    return whole(_data(said).get("status")) == RUNNING


def _task(caller: Caller, tokens: Tokens, line: Line, act: str, room: str, kind: str) -> None:  # noqa: PLR0917
    body = json.dumps({"roomid": room, "appid": line.settings["app_id"], "msg_type": kind}).encode()
    caller.ask(
        lambda token: Call(
            "POST",
            f"/api/live_data/task/{act}",
            {},
            body,
            {"access-token": token, "content-type": "application/json"},
        ),
        tokens=tokens,
        bucket="tasks",
    )


def _lost(caller: Caller, tokens: Tokens, line: Line, pages: dict[str, int]) -> Iterator[Page]:
    """From the last page that was not full on: the platform adds at the end. Events have the ids of their push."""
    for room in line.rooms:
        for kind in KEPT:
            number = int(pages.get(f"{room}:{kind}", 1))
            while True:
                query = {
                    "roomid": room,
                    "appid": line.settings["app_id"],
                    "msg_type": kind,
                    "page_num": str(number),
                    "page_size": str(PAGE_SIZE),
                }
                listed = _data(_get(caller, tokens, "/api/live_data/task/fail_data/get", query).said).get("data_list")
                rows = [row for row in listed or [] if isinstance(row, dict) and isinstance(row.get("payload"), str)]
                is_full = len(listed or []) >= PAGE_SIZE
                pages = {**pages, f"{room}:{kind}": number + is_full}
                told = {BY: FETCH, "room": room, "msg_type": kind}
                yield Page({"pages": pages}, tuple(Fetched(row["payload"].encode(), told) for row in rows))
                if not is_full:
                    break
                number += 1


def _get(caller: Caller, tokens: Tokens, path: str, query: dict[str, str]) -> Answer:
    return caller.ask(
        lambda token: Call("GET", path, query, headers={"access-token": token}), tokens=tokens, bucket="tasks"
    )


def _caller(line: Line, base: str) -> Caller:
    return caller_to("douyin_push", line, base=base, code_of=code_under("err_no"), rates=RATES)


def _tokens(line: Line, auth: Caller) -> Tokens:
    app, secret = line.settings["app_id"], line.settings["app_secret"]

    def grant(_seed: str) -> Granted:
        form = {"appid": app, "secret": secret, "grant_type": "client_credential"}
        head = {"content-type": "application/json"}
        answer = auth.ask(lambda _token: Call("POST", "/api/apps/v2/token", {}, json.dumps(form).encode(), head))
        fix = "check app id and app secret"
        return granted(_data(answer.said), code="bad_secret", problem="Douyin grants no access token", fix=fix)

    return Tokens(line.vault, owner=line.feed_id, seed=secret, grant=grant, clock=line.clock)


def _data(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    return data if isinstance(data, dict) else {}
