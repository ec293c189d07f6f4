"""Qianchuan's reports, asked for again and again: totals of rooms on air, of plans, of the account, of whole rooms."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kaibo.connectors.calling import Answer, Call, Caller, closing, needed_settings, refuse
from kaibo.connectors.contracts import Checked
from kaibo.connectors.oceanengine import fields
from kaibo.connectors.oceanengine.translate import totals_after
from kaibo.connectors.pacing import Rate
from kaibo.connectors.payloads import CHINA, whole
from kaibo.connectors.polling import Line, Page, Poll, caller_to
from kaibo.connectors.settling import BY, FETCH
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import DAY_US, MICROS, iso, to_datetime

BASE = "https://api.oceanengine.com"
NEEDS = ("app_id", "secret", "refresh_token", "advertiser_id")
POLLS = (
    Poll("rooms", 20, keeps_gap=True),
    Poll("uni", 60),
    Poll("plans", 60),
    Poll("hours", 300),
)
RATES = {"report": Rate(5, 1.0)}
"""The limits are not documented: a fifth of what other reports of the platform allow [m]; a refusal slows down."""
PAGE_SIZE = 100
KEPT_DAYS = 3
"""A room's totals are forgotten so many days after they were last stated."""
LATE_HOUR = 6
"""Until this hour yesterday's rooms are asked for too: a show may run past midnight."""
_LIVE_FIELDS = sorted((*fields.SPEND, *fields.STEP_MONEY, *fields.STEP_COUNTS, *fields.FIGURES, *fields.MONEY_FIGURES))
_PATHS = {
    "uni": "/open_api/v1.0/qianchuan/report/uni_promotion/get/",
    "plans": "/open_api/v1.0/qianchuan/report/ad/get/",
    "hours": "/open_api/v1.0/qianchuan/report/advertiser/get/",
}
_ROOMS = "/open_api/v1.0/qianchuan/today_live/room/get/"


def wanted_polls(settings: Mapping[str, str]) -> tuple[Poll, ...]:
    """Totals of rooms always, another report where it is the one that tells spend."""
    chosen = settings.get("spend_from") or "rooms"
    return tuple(one for one in POLLS if one.name in {"rooms", chosen})


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
    """Pages of one report. Steps are told by the report that `spend_from` names, figures by every report."""
    chosen = line.settings.get("spend_from") or "rooms"
    if name not in {"rooms", chosen}:
        return
    with closing(_caller(line)) as caller:
        tokens = _tokens(line, caller)
        if name == "rooms":
            yield from _rooms(caller, tokens, line, cursor, tells_spend=chosen == "rooms")
        else:
            yield from _report(name, caller, tokens, line, cursor)


def check(line: Line) -> Checked:
    """The number of rooms of today that the account sees."""
    needed_settings(line.settings, *NEEDS)
    with closing(_caller(line)) as caller:
        answer = _ask(caller, _tokens(line, caller), _ROOMS, _room_query(line, _today(line), 1))
        info = _page_info(answer.said)
        return Checked("rooms_today", str(whole(info.get("total_number")) or len(_listed(answer.said))))


def _rooms(caller: Caller, tokens: Tokens, line: Line, cursor: dict[str, Any], *, tells_spend: bool) -> Iterator[Page]:
    today, *_before = days = _days(line)
    listed: set[str] = set()
    for day in days:
        page, last = 1, 1
        while page <= last:
            answer = _ask(caller, tokens, _ROOMS, _room_query(line, day, page))
            told = {} if tells_spend else {"spend": "0"}
            if day != today and listed:
                told["skip_rooms"] = ",".join(sorted(listed))
            cursor, body = _told(cursor, answer, line, told)
            yield Page(cursor, (body,))
            listed |= {str(room.get("room_id")) for room in _listed(answer.said)} if day == today else set()
            last, page = whole(_page_info(answer.said).get("total_page")) or 1, page + 1


def _report(name: str, caller: Caller, tokens: Tokens, line: Line, cursor: dict[str, Any]) -> Iterator[Page]:
    """What was spent last before midnight is told by yesterday's totals alone."""
    query = {
        "advertiser_id": line.settings["advertiser_id"],
        "fields": json.dumps(sorted((*fields.SPEND, *fields.STEP_MONEY, *fields.STEP_COUNTS))),
        "filtering": json.dumps({"marketing_goal": "LIVE_PROM_GOODS"}),
        "page_size": str(PAGE_SIZE),
    }
    if name == "hours":
        query["time_granularity"] = "TIME_GRANULARITY_HOURLY"
    for day in _days(line):
        told = {"account": line.settings["advertiser_id"], "day": day}
        page, last = 1, 1
        while page <= last:
            asked = {**query, "start_date": day, "end_date": day, "page": str(page)}
            answer = _ask(caller, tokens, _PATHS[name], asked)
            cursor, body = _told(cursor, answer, line, told)
            yield Page(cursor, (body,))
            last, page = whole(_page_info(answer.said).get("total_page")) or 1, page + 1


def _told(cursor: dict[str, Any], answer: Answer, line: Line, told: dict[str, str]) -> tuple[dict[str, Any], Fetched]:
    """The reply between the totals before it and the time it was read, and the cursor with the totals after it."""
    at = max(line.clock.now_us(), int(cursor.get("at") or 0) + 1)
    known: dict[str, list[int]] = cursor.get("totals") or {}
    before = {key: kept[0] for key, kept in known.items() if _is_in(key, answer.said)}
    body = json.dumps({"at": iso(at), "before": before, "reply": None}, ensure_ascii=False).encode()
    body = body.replace(b'"reply": null', b'"reply": ' + answer.raw.removeprefix(b"\xef\xbb\xbf").strip())
    told = {**told, BY: FETCH, "as_of": str(at)}
    limit = at // MICROS - KEPT_DAYS * DAY_US // MICROS
    after = {key: [total, at // MICROS] for key, total in totals_after(body, told).items()}
    totals = {key: kept for key, kept in {**known, **after}.items() if kept[1] >= limit}
    return {"at": at, "totals": totals}, Fetched(body, told, delivery_id=f"report:{line.feed_id}:{at}", received_at=at)


def _is_in(key: str, said: dict[str, Any]) -> bool:
    """Only the totals of places that the reply speaks of go with it."""
    room, plan = key.split("|")[:2]
    rows = _listed(said)
    if room.startswith("account:"):
        return not plan or any(str(row.get("ad_id")) == plan for row in rows)
    return any(str(row.get("room_id")) == room for row in rows)


def _room_query(line: Line, day: str, page: int) -> dict[str, str]:
    query = {
        "advertiser_id": line.settings["advertiser_id"],
        "date_time": f"{day} 00:00:00",
        "room_status": "ALL",
        "ad_status": "ALL",
        "fields": json.dumps(_LIVE_FIELDS),
        "page": str(page),
        "page_size": str(PAGE_SIZE),
    }
    aweme = line.settings.get("aweme_id")
    return {**query, "aweme_id": aweme} if aweme else query


def _ask(caller: Caller, tokens: Tokens, path: str, query: dict[str, str]) -> Answer:
    return caller.ask(
        lambda token: Call("GET", path, query, headers={"Access-Token": token}), tokens=tokens, bucket="report"
    )


def _caller(line: Line) -> Caller:
    return caller_to(
        "oceanengine",
        line,
        base=BASE,
        code_of=lambda said: "" if whole(said.get("code")) == 0 else str(said.get("code")),
        rates=RATES,
    )


def _tokens(line: Line, caller: Caller) -> Tokens:
    def grant(refresh: str) -> Granted:
        form = {
            "app_id": whole(line.settings["app_id"]) or line.settings["app_id"],
            "secret": line.settings["secret"],
            "grant_type": "refresh_token",
            "refresh_token": refresh,
        }
        body, kind = json.dumps(form).encode(), {"content-type": "application/json"}
        answer = caller.ask(lambda _token: Call("POST", "/open_api/oauth2/refresh_token/", body=body, headers=kind))
        data = answer.said.get("data")
        if not isinstance(data, dict) or not data.get("access_token"):
            refuse("bad_token", "Qianchuan grants no access token", "authorise the application again")
        return Granted(
            str(data["access_token"]),
            float(whole(data.get("expires_in")) or 3600),
            str(data.get("refresh_token") or ""),
        )

    return Tokens(line.vault, owner=line.feed_id, seed=line.settings["refresh_token"], grant=grant, clock=line.clock)


def _today(line: Line) -> str:
    return to_datetime(line.clock.now_us()).astimezone(CHINA).date().isoformat()


def _days(line: Line) -> list[str]:
    """Today, and until the morning yesterday too."""
    now = line.clock.now_us()
    days = [now, now - DAY_US] if to_datetime(now).astimezone(CHINA).hour < LATE_HOUR else [now]
    return [to_datetime(day).astimezone(CHINA).date().isoformat() for day in days]


def _data(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    return data if isinstance(data, dict) else {}


def _page_info(said: dict[str, Any]) -> dict[str, Any]:
    info = _data(said).get("page_info")
    return info if isinstance(info, dict) else {}


def _listed(said: dict[str, Any]) -> list[dict[str, Any]]:
    data = _data(said)
    found = next((data[name] for name in ("room_list", "list") if isinstance(data.get(name), list)), None)
    return [row for row in found or () if isinstance(row, dict)]
