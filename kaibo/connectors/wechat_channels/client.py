"""WeChat shops and Channels: orders and after-sales with their amounts, and the dashboards of shows on air."""

import json
from collections.abc import Iterator
from typing import Any

from kaibo.connectors.calling import Answer, Call, Caller, closing, code_under, granted, needed_settings
from kaibo.connectors.contracts import Checked
from kaibo.connectors.pacing import Rate
from kaibo.connectors.payloads import CHINA, text, whole
from kaibo.connectors.polling import Line, Page, Poll, caller_to
from kaibo.connectors.settling import BY, FETCH, ORDERS
from kaibo.connectors.spans import Span, begun, spans
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import DAY_US, MICROS, to_datetime

BASE = "https://api.weixin.qq.com"
NEEDS = ("receiver", "app_secret")
AFTER_SALES, LIVE = "after_sales", "live"
POLLS = (Poll(ORDERS, 20), Poll(AFTER_SALES, 60), Poll(LIVE, 20, keeps_gap=True))
RATES = {"calls": Rate(20, 1.0)}
"""No limit is documented; a refusal slows down."""
LIST_SIZE = 100
DETAILS_AT_ONCE = 20
"""So many details are kept together; a crash asks for at most these again."""
FIRST_DAYS = 7
LONGEST_SECONDS = DAY_US // MICROS
ENDED = frozenset(
    ("MERCHANT_REFUND_SUCCESS", "USER_CANCELD", "USER_CANCELED", "MERCHANT_REJECT_REFUND", "MERCHANT_REJECT_RETURN",
     "MERCHANT_RETURN_SUCCESS", "PLATFORM_REFUND_SUCCESS", "CLOSED")
)  # fmt: skip
"""States of an after-sale that do not change any more."""
OPEN_DAYS = 30
OPEN_AT_ONCE = 50
LATE_HOUR = 6
"""Until this hour yesterday's shows are asked for too: the list goes by the day on which a show began."""


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
    """Pages of what changed: orders by their time of change, after-sales until they end, dashboards as they stand."""
    with closing(_caller(line)) as caller:
        tokens = _tokens(line, caller)
        if name == LIVE:
            yield from _live(caller, tokens, line, cursor)
            return
        cursor = begun(cursor, now_us=line.clock.now_us(), has_pushes=line.has_pushes, first_days=FIRST_DAYS)
        yield Page(cursor)
        read = _orders if name == ORDERS else _after_sales
        yield from read(caller, tokens, line, cursor)


def check(line: Line) -> Checked:
    """How many shows of today the account sees."""
    needed_settings(line.settings, *NEEDS)
    with closing(_caller(line)) as caller:
        return Checked("shows_today", str(len(_shows(caller, _tokens(line, caller), line.clock.now_us()))))


def _orders(caller: Caller, tokens: Tokens, line: Line, cursor: dict[str, Any]) -> Iterator[Page]:
    now, first = line.clock.now_us(), int(cursor["since_us"])
    for span in spans(cursor, now, first_us=first, longest_seconds=LONGEST_SECONDS):
        key, passed = span.at or ["", 0]
        while True:
            wanted = {
                "update_time_range": {"start_time": span.from_s, "end_time": span.to_s},
                "page_size": LIST_SIZE,
                "next_key": key,
            }
            listed = _ask(caller, tokens, "/channels/ec/order/list/get", wanted).said
            ids = [one for one in map(text, listed.get("order_id_list") or []) if one]
            while passed < len(ids):
                some = ids[passed : passed + DETAILS_AT_ONCE]
                bodies = [_ask(caller, tokens, "/channels/ec/order/get", {"order_id": one}) for one in some]
                passed += len(some)
                cursor = span.paused(cursor, [key, passed])
                yield Page(cursor, tuple(map(_body, bodies)))
            key, passed = text(listed.get("next_key")) or "", 0
            if not listed.get("has_more") or not key:
                break
            cursor = span.paused(cursor, [key, 0])
            yield Page(cursor)
        cursor = span.finished(cursor)
        yield Page(cursor)


def _after_sales(caller: Caller, tokens: Tokens, line: Line, cursor: dict[str, Any]) -> Iterator[Page]:
    """The interface lists by time of creation alone: what is under way is remembered and asked for until it ends."""
    now, first = line.clock.now_us(), int(cursor["since_us"])
    for span in spans(cursor, now, first_us=first - OPEN_DAYS * DAY_US, longest_seconds=LONGEST_SECONDS):
        cursor = _listed(caller, tokens, span, cursor)
        yield Page(cursor)
    waiting = sorted(cursor.get("open", {}).items(), key=lambda pair: int(pair[1]))[:OPEN_AT_ONCE]
    oldest = now // MICROS - 2 * OPEN_DAYS * DAY_US // MICROS
    for number, (after_sale, _asked) in enumerate(waiting):
        answer = _ask(caller, tokens, "/channels/ec/aftersale/getaftersaleorder", {"after_sale_order_id": after_sale})
        order = answer.said.get("after_sale_order")
        found = order if isinstance(order, dict) else {}
        left = dict(cursor.get("open", {}))
        is_old = (whole(found.get("create_time")) or oldest) < oldest
        if found.get("status") in ENDED or is_old or not found:
            left.pop(after_sale, None)
        else:
            left[after_sale] = now // MICROS + number
        cursor = {**cursor, "open": left}
        yield Page(cursor, (_body(answer),))


def _listed(caller: Caller, tokens: Tokens, span: Span, cursor: dict[str, Any]) -> dict[str, Any]:
    key, found = "", dict(cursor.get("open", {}))
    while True:
        wanted = {"begin_create_time": span.from_s, "end_create_time": span.to_s, "next_key": key}
        listed = _ask(caller, tokens, "/channels/ec/aftersale/getaftersalelist", wanted).said
        for one in map(text, listed.get("after_sale_order_id_list") or []):
            if one:
                found.setdefault(one, 0)
        key = text(listed.get("next_key")) or ""
        if not listed.get("has_more") or not key:
            return {**span.finished(cursor), "open": found}


def _live(caller: Caller, tokens: Tokens, line: Line, cursor: dict[str, Any]) -> Iterator[Page]:
    now = line.clock.now_us()
    days = [now - DAY_US, now] if to_datetime(now).astimezone(CHINA).hour < LATE_HOUR else [now]
    shows = [show for day in days for show in _shows(caller, tokens, day)]
    for export_id in dict.fromkeys(text(show.get("export_id")) for show in shows):
        if export_id is None:
            continue
        answer = _ask(caller, tokens, "/channels/livedashboard/getlivedata", {"export_id": export_id})
        at = max(line.clock.now_us(), int(cursor.get("at") or 0) + 1)
        cursor = {"at": at}
        told = {BY: FETCH, "as_of": str(at), "room": export_id}
        page = Fetched(answer.raw, told, delivery_id=f"live:{line.feed_id}:{at}", received_at=at)
        yield Page(cursor, (page,))


def _shows(caller: Caller, tokens: Tokens, at_us: int) -> list[dict[str, Any]]:
    """The shows that began on the day of the instant."""
    day = int(to_datetime(at_us).astimezone(CHINA).strftime("%Y%m%d"))
    listed = _ask(caller, tokens, "/channels/livedashboard/getlivelist", {"ds": day}).said.get("live_items")
    return [one for one in listed or [] if isinstance(one, dict)]


def _body(answer: Answer) -> Fetched:
    return Fetched(answer.raw, {BY: FETCH})


def _ask(caller: Caller, tokens: Tokens, path: str, wanted: dict[str, Any]) -> Answer:
    body = json.dumps(wanted, ensure_ascii=False).encode()
    return caller.ask(
        lambda token: Call("POST", path, {"access_token": token}, body, {"content-type": "application/json"}),
        tokens=tokens,
        bucket="calls",
    )


def _caller(line: Line) -> Caller:
    return caller_to("wechat_channels", line, base=BASE, code_of=code_under("errcode"), rates=RATES)


def _tokens(line: Line, caller: Caller) -> Tokens:
    app, secret = line.settings["receiver"], line.settings["app_secret"]

    def grant(_seed: str) -> Granted:
        form = {"grant_type": "client_credential", "appid": app, "secret": secret}
        head = {"content-type": "application/json"}
        said = caller.ask(
            lambda _token: Call("POST", "/cgi-bin/stable_token", {}, json.dumps(form).encode(), head)
        ).said
        fix = "check app id and app secret"
        return granted(said, code="bad_token", problem="WeChat grants no access token", fix=fix)

    return Tokens(line.vault, owner=line.feed_id, seed=secret, grant=grant, clock=line.clock)
