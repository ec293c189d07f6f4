"""Kuaishou shops' interfaces: orders and refunds by their time of change, signed, with cursors."""

import functools
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from kaibo.connectors import signing
from kaibo.connectors.calling import Answer, Call, Caller, closing, compact, needed_settings, refuse
from kaibo.connectors.contracts import Checked
from kaibo.connectors.pacing import Rate
from kaibo.connectors.payloads import text, whole
from kaibo.connectors.polling import Line, Page, Poll, caller_to
from kaibo.connectors.settling import BY, FETCH, ORDERS
from kaibo.connectors.spans import Span, begun, spans
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import DAY_US, MICROS

BASE = "https://openapi.kwaixiaodian.com"
NEEDS = ("app_key", "app_secret", "sign_secret", "refresh_token")
AFTER_SALES = "after_sales"
POLLS = (Poll(ORDERS, 20), Poll(AFTER_SALES, 60))
RATES = {"calls": Rate(10, 1.0)}
"""Limits are told per application in the console; a refusal slows down."""
PAGE_SIZE = 50
FIRST_DAYS = 7
LONGEST_SECONDS = DAY_US // MICROS
"""Orders may span 7 days, refunds are told to span one: the shorter serves both."""
METHODS = {ORDERS: "open.order.cursor.list", AFTER_SALES: "open.seller.order.refund.pcursor.list"}
CURSORS = {ORDERS: "cursor", AFTER_SALES: "pcursor"}
BY_CHANGE, OLDEST_FIRST, EVERY_ORDER, EVERY_REFUND = 2, 2, 1, 9
REFRESH = "/oauth2/refresh_token"
DONE, NO_MORE = 1, frozenset(("", "nomore", "no_more"))
PHRASES = {
    "exceed qps limit": "qps",
    "exceed quota limit": "quota",
    "验签失败": "sign",
    "签名校验失败": "sign",
    "无scope": "scope",
}
"""What Kuaishou's help pages tell by its words alone, without a code."""


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
    """Pages of what changed since the cursor; the platform's cursors hold their place while things change."""
    cursor = begun(cursor, now_us=line.clock.now_us(), has_pushes=line.has_pushes, first_days=FIRST_DAYS)
    yield Page(cursor)
    with closing(_caller(line, _code)) as caller, closing(_caller(line, _refresh_code)) as auth:
        ask = functools.partial(_ask, caller, _tokens(line, auth), line, name)
        now, first = line.clock.now_us(), int(cursor["since_us"])
        for span in spans(cursor, now, first_us=first, longest_seconds=LONGEST_SECONDS):
            for page in _pages(span, cursor, CURSORS[name], ask):
                cursor = dict(page.cursor)
                yield page


def check(line: Line) -> Checked:
    """How many orders changed in the last hour, as far as one page tells."""
    needed_settings(line.settings, *NEEDS)
    with closing(_caller(line, _code)) as caller, closing(_caller(line, _refresh_code)) as auth:
        now = line.clock.now_us() // MICROS
        said = _ask(caller, _tokens(line, auth), line, ORDERS, Span(now - 3600, now), "").said
        orders = _data(said).get("orderList")
        return Checked("orders_changed", str(len(orders) if isinstance(orders, list) else 0))


def _pages(span: Span, cursor: dict[str, Any], field: str, ask: Callable[[Span, str], Answer]) -> Iterator[Page]:
    place = str(span.at or "")
    while True:
        answer = ask(span, place)
        following = text(_data(answer.said).get(field)) or ""
        is_last = following in NO_MORE or following == place
        after = span.finished(cursor) if is_last else span.paused(cursor, following)
        yield Page(after, (Fetched(answer.raw, {BY: FETCH}),))
        if is_last:
            return
        place = following


def _ask(caller: Caller, tokens: Tokens, line: Line, name: str, span: Span, place: str) -> Answer:  # noqa: PLR0917
    wanted: dict[str, Any] = {
        "beginTime": span.from_s * 1000,
        "endTime": span.to_s * 1000,
        "pageSize": PAGE_SIZE,
        "queryType": BY_CHANGE,
        "sort": OLDEST_FIRST,
        CURSORS[name]: place,
    }
    if name == ORDERS:
        wanted |= {"orderViewStatus": EVERY_ORDER, "cpsType": 0}
    else:
        wanted |= {"type": EVERY_REFUND, "currentPage": 1}
    method, param = METHODS[name], compact(wanted).decode()

    def make(token: str) -> Call:
        told = {
            "access_token": token,
            "appkey": line.settings["app_key"],
            "method": method,
            "param": param,
            "signMethod": "HMAC_SHA256",
            "timestamp": str(line.clock.now_us() // 1000),
            "version": "1",
        }
        sign = signing.kuaishou_request(told, secret=line.settings["sign_secret"])
        return Call("GET", "/" + method.replace(".", "/"), {**told, "sign": sign})

    return caller.ask(make, tokens=tokens, bucket="calls")


def _caller(line: Line, code_of: Callable[[dict[str, Any]], str]) -> Caller:
    return caller_to("kuaishou_shop", line, base=BASE, code_of=code_of, rates=RATES)


def _code(said: dict[str, Any]) -> str:
    """Empty for `result` 1; else the finest code there is, or the documented phrase."""
    if whole(said.get("result")) == DONE:
        return ""
    words = " ".join(str(said.get(name) or "") for name in ("error_msg", "errorMsg", "sub_msg", "msg")).lower()
    for phrase, code in PHRASES.items():
        if phrase in words:
            return code
    return text(said.get("sub_code")) or text(said.get("result")) or text(said.get("code")) or "no result"


def _refresh_code(said: dict[str, Any]) -> str:
    """A refused refresh token bears the code of a spent access token: here it means that the grant has ended."""
    code = _code(said)
    return f"refresh:{code}" if code else ""


def _tokens(line: Line, auth: Caller) -> Tokens:
    def grant(refresh: str) -> Granted:
        form = {
            "app_id": line.settings["app_key"],
            "app_secret": line.settings["app_secret"],
            "grant_type": "refresh_token",
            "refresh_token": refresh,
        }
        head = {"content-type": "application/x-www-form-urlencoded"}
        said = auth.ask(lambda _token: Call("POST", REFRESH, {}, urlencode(form).encode(), head)).said
        if not said.get("access_token"):
            refuse("bad_token", "Kuaishou grants no access token", "authorise the application again")
        seconds = float(whole(said.get("expires_in")) or 3600)
        return Granted(str(said["access_token"]), seconds, str(said.get("refresh_token") or ""))

    return Tokens(line.vault, owner=line.feed_id, seed=line.settings["refresh_token"], grant=grant, clock=line.clock)


def _data(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    return data if isinstance(data, dict) else {}
