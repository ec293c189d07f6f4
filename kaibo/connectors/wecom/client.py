"""WeCom's interfaces: customer groups and their statistics, customers, and message tasks that members confirm."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from kaibo.connectors.calling import Answer, Call, Caller, closing, code_under, granted, needed_settings, refuse
from kaibo.connectors.contracts import Checked
from kaibo.connectors.pacing import Rate
from kaibo.connectors.payloads import CHINA, text
from kaibo.connectors.polling import Line, Page, Poll, caller_to
from kaibo.connectors.settling import BY, FETCH
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import DAY_US, MICROS, to_datetime

BASE = "https://qyapi.weixin.qq.com"
NEEDS = ("receiver", "contact_secret")
GROUPS, STATISTICS, CONTACTS, MESSAGES = "groups", "statistics", "contacts", "messages"
POLLS = (Poll(GROUPS, 900), Poll(STATISTICS, 3600), Poll(CONTACTS, 6 * 3600), Poll(MESSAGES, 300))
RATES = {"calls": Rate(5, 1.0)}
"""A company's calls are limited by the minute and the interface; a refusal slows down."""
PAGE_SIZE = 100
OWNERS = 100
"""More owners than this in one question are refused, and parts of a total are no total."""
FIRST_DAYS = 7
READY_HOUR = 8
"""Yesterday's statistics are asked for from this hour on."""
TASK_DAYS = 14
"""So long members may still confirm a task; older ones are not asked for again."""
CHATS = ("single", "group")
EVERYBODY = 2
ROOT = "/cgi-bin/externalcontact/"
Ask = Callable[[str, dict[str, Any] | None], Answer]


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
    """Pages of one of the four; each is kept with the place behind it."""
    needed_settings(line.settings, *NEEDS)
    read = {GROUPS: _groups, STATISTICS: _statistics, CONTACTS: _contacts, MESSAGES: _messages}[name]
    with closing(calls(line)) as caller:
        yield from read(asker(caller, line), line, dict(cursor))


def check(line: Line) -> Checked:
    """The company, when its members for customers can be listed."""
    needed_settings(line.settings, *NEEDS)
    with closing(calls(line)) as caller:
        _colleagues(asker(caller, line))
        return Checked("account", line.settings["receiver"])


def _groups(ask: Ask, line: Line, cursor: dict[str, Any]) -> Iterator[Page]:
    """Each group with how many people are in it now; those still to be asked for are part of the place."""
    while True:
        if "left" not in cursor:
            said = ask(
                "groupchat/list", {"status_filter": 0, "limit": PAGE_SIZE, **from_place(cursor.get("next"))}
            ).said
            chats = [text(one.get("chat_id")) for one in rows_of(said, "group_chat_list")]
            cursor = {**cursor, "left": [one for one in chats if one], "next": text(said.get("next_cursor")) or ""}
        while cursor["left"]:
            chat, *left = cursor["left"]
            answer = ask("groupchat/get", {"chat_id": chat, "need_name": 0})
            at = max(line.clock.now_us(), int(cursor.get("at") or 0) + 1)
            cursor = {**cursor, "left": left, "at": at}
            told = {BY: FETCH, "as_of": str(at)}
            yield Page(cursor, (Fetched(answer.raw, told, delivery_id=f"group:{chat}:{at}", received_at=at),))
        is_last = not cursor["next"]
        cursor = {name: value for name, value in cursor.items() if name == "at" or (name == "next" and value)}
        yield Page(cursor)
        if is_last:
            return


def _statistics(ask: Ask, line: Line, cursor: dict[str, Any]) -> Iterator[Page]:
    """Whole days that are over, one by one."""
    local = to_datetime(line.clock.now_us()).astimezone(CHINA)
    today = local.replace(hour=0, minute=0, second=0, microsecond=0)
    last = today - timedelta(days=1 if local.hour >= READY_HOUR else 2)
    reached = text(cursor.get("day"))
    day = datetime.fromisoformat(reached) + timedelta(days=1) if reached else today - timedelta(days=FIRST_DAYS)
    members = _colleagues(ask) if day <= last else []
    if len(members) > OWNERS:
        refuse("too_many_owners", f"WeCom states groups of at most {OWNERS} members at once; there are {len(members)}")
    while members and day <= last:
        begin = int(day.timestamp())
        owners = {"userid_list": members}
        answer = ask(
            "groupchat/statistic_group_by_day",
            {"day_begin_time": begin, "day_end_time": begin, "owner_filter": owners},
        )
        told = {BY: FETCH, "corp": line.settings["receiver"]}
        cursor = {"day": day.isoformat()}
        yield Page(cursor, (Fetched(answer.raw, told, delivery_id=f"groupday:{begin}"),))
        day += timedelta(days=1)


def _contacts(ask: Ask, line: Line, cursor: dict[str, Any]) -> Iterator[Page]:
    """Every customer of every member; the same customer again is the same event."""
    members = _colleagues(ask)
    told = {BY: FETCH, "corp": line.settings["receiver"]}
    for start in range(int(cursor.get("start") or 0), len(members), PAGE_SIZE):
        place = text(cursor.get("next")) if cursor.get("start") == start else None
        while True:
            wanted = {"userid_list": members[start : start + PAGE_SIZE], "limit": PAGE_SIZE, **from_place(place)}
            answer = ask("batch/get_by_user", wanted)
            place = text(answer.said.get("next_cursor"))
            cursor = {"start": start, "next": place} if place else {"start": start + PAGE_SIZE}
            yield Page(cursor, (Fetched(answer.raw, told),))
            if not place:
                break
    yield Page({})


def _messages(ask: Ask, line: Line, _cursor: dict[str, Any]) -> Iterator[Page]:
    """The tasks of two weeks, and of each who has confirmed; what did not change is not kept again."""
    now = line.clock.now_us() // MICROS
    for chat_type in CHATS:
        place: str | None = None
        while True:
            span = {"start_time": now - TASK_DAYS * DAY_US // MICROS, "end_time": now}
            wanted = {"chat_type": chat_type, "filter_type": EVERYBODY, "limit": PAGE_SIZE, **span, **from_place(place)}
            said = ask("get_groupmsg_list_v2", wanted).said
            for one in rows_of(said, "group_msg_list"):
                if text(one.get("msgid")):
                    yield from _confirmations(ask, line, one, chat_type)
            place = text(said.get("next_cursor"))
            if not place:
                break
    yield Page({"at": line.clock.now_us()})


def _confirmations(ask: Ask, line: Line, task: dict[str, Any], chat_type: str) -> Iterator[Page]:
    place: str | None = None
    told = {BY: FETCH, "corp": line.settings["receiver"], "msgid": str(text(task.get("msgid"))), "chat_type": chat_type}
    told["created"] = text(task.get("create_time")) or ""
    while True:
        answer = ask("get_groupmsg_task", {"msgid": told["msgid"], "limit": PAGE_SIZE, **from_place(place)})
        place = text(answer.said.get("next_cursor"))
        mark = hashlib.sha256(told["msgid"].encode() + answer.raw).hexdigest()
        yield Page({}, (Fetched(answer.raw, told, delivery_id=f"task:{mark}"),))
        if not place:
            return


def _colleagues(ask: Ask) -> list[str]:
    found = ask("get_follow_user_list", None).said.get("follow_user")
    return sorted(filter(None, map(text, found if isinstance(found, list) else [])))


def rows_of(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = said.get(name)
    return [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []


def from_place(place: object) -> dict[str, str]:
    return {"cursor": str(place)} if place else {}


def asker(caller: Caller, line: Line) -> Ask:
    tokens = _tokens(line, caller)

    def ask(path: str, wanted: dict[str, Any] | None) -> Answer:
        body = b"" if wanted is None else json.dumps(wanted, ensure_ascii=False).encode()
        method, head = ("GET", {}) if wanted is None else ("POST", {"content-type": "application/json"})
        return caller.ask(
            lambda token: Call(method, ROOT + path, {"access_token": token}, body, head), tokens=tokens, bucket="calls"
        )

    return ask


def calls(line: Line) -> Caller:
    return caller_to("wecom", line, base=BASE, code_of=code_under("errcode"), rates=RATES)


def _tokens(line: Line, caller: Caller) -> Tokens:
    corp, secret = line.settings["receiver"], line.settings["contact_secret"]

    def grant(_seed: str) -> Granted:
        query = {"corpid": corp, "corpsecret": secret}
        said = caller.ask(lambda _token: Call("GET", "/cgi-bin/gettoken", query)).said
        return granted(said, code="bad_token", problem="WeCom grants no access token", fix="check corp id and secret")

    return Tokens(line.vault, owner=line.feed_id, seed=secret, grant=grant, clock=line.clock)
