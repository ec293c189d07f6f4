"""TikTok Shop's interfaces: orders and returns by their time of change, signed, with page tokens."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from kaibo.connectors import signing
from kaibo.connectors.calling import Answer, Call, Caller, closing, code_under, compact, needed_settings, refuse
from kaibo.connectors.contracts import Checked
from kaibo.connectors.pacing import Rate
from kaibo.connectors.payloads import text, whole
from kaibo.connectors.polling import Line, Page, Poll, caller_to
from kaibo.connectors.settling import BY, FETCH, ORDERS
from kaibo.connectors.spans import Span, begun, spans
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import DAY_US, MICROS

BASE, AUTH_BASE = "https://open-api.tiktokglobalshop.com", "https://auth.tiktok-shops.com"
NEEDS = ("app_key", "secret", "refresh_token", "shop_cipher")
AFTER_SALES = "after_sales"
POLLS = (Poll(ORDERS, 20), Poll(AFTER_SALES, 60))
RATES = {"calls": Rate(10, 1.0)}
"""Limits are told per application in the console; a refusal slows down."""
PAGE_SIZE = 50
FIRST_DAYS = 7
LONGEST_SECONDS = DAY_US // MICROS
PATHS = {ORDERS: "/order/202309/orders/search", AFTER_SALES: "/return_refund/202309/returns/search"}
REFRESH = "/api/v2/token/refresh"


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
    """Pages of what changed since the cursor; the platform's page tokens hold their place while things change."""
    cursor = begun(cursor, now_us=line.clock.now_us(), has_pushes=line.has_pushes, first_days=FIRST_DAYS)
    yield Page(cursor)
    with closing(_caller(line, BASE)) as caller, closing(_caller(line, AUTH_BASE)) as auth:
        ask = functools.partial(_ask, caller, _tokens(line, auth), line, PATHS[name])
        now, first = line.clock.now_us(), int(cursor["since_us"])
        for span in spans(cursor, now, first_us=first, longest_seconds=LONGEST_SECONDS):
            for page in _pages(span, cursor, ask):
                cursor = dict(page.cursor)
                yield page


def check(line: Line) -> Checked:
    """How many orders changed in the last hour."""
    needed_settings(line.settings, *NEEDS)
    with closing(_caller(line, BASE)) as caller, closing(_caller(line, AUTH_BASE)) as auth:
        now = line.clock.now_us() // MICROS
        said = _ask(caller, _tokens(line, auth), line, PATHS[ORDERS], Span(now - 3600, now), "").said
        return Checked("orders_changed", str(whole(_data(said).get("total_count")) or 0))


def _pages(span: Span, cursor: dict[str, Any], ask: Callable[[Span, str], Answer]) -> Iterator[Page]:
    token = str(span.at or "")
    while True:
        answer = ask(span, token)
        token = text(_data(answer.said).get("next_page_token")) or ""
        after = span.paused(cursor, token) if token else span.finished(cursor)
        yield Page(after, (Fetched(answer.raw, {BY: FETCH}),))
        if not token:
            return


def _ask(caller: Caller, tokens: Tokens, line: Line, path: str, span: Span, page: str) -> Answer:  # noqa: PLR0917
    body = compact({"update_time_ge": span.from_s, "update_time_lt": span.to_s})

    def make(token: str) -> Call:
        query = {
            "app_key": line.settings["app_key"],
            "page_size": str(PAGE_SIZE),
            "shop_cipher": line.settings["shop_cipher"],
            "sort_field": "update_time",
            "sort_order": "ASC",
            "timestamp": str(line.clock.now_us() // MICROS),
        }
        if page:
            query["page_token"] = page
        query["sign"] = signing.tiktok_request(path, query, body, secret=line.settings["secret"])
        return Call("POST", path, query, body, {"content-type": "application/json", "x-tts-access-token": token})

    return caller.ask(make, tokens=tokens, bucket="calls")


def _caller(line: Line, base: str) -> Caller:
    return caller_to("tiktok_shop", line, base=base, code_of=code_under("code"), rates=RATES)


def _tokens(line: Line, auth: Caller) -> Tokens:
    def grant(refresh: str) -> Granted:
        query = {
            "app_key": line.settings["app_key"],
            "app_secret": line.settings["secret"],
            "refresh_token": refresh,
            "grant_type": "refresh_token",
        }
        data = _data(auth.ask(lambda _token: Call("GET", REFRESH, query)).said)
        if not data.get("access_token"):
            refuse("bad_token", "TikTok Shop grants no access token", "authorise the application again")
        ends = whole(data.get("access_token_expire_in")) or 0  # the instant at which it ends, in spite of its name
        seconds = max(60.0, float(ends - line.clock.now_us() // MICROS))
        return Granted(str(data["access_token"]), seconds, str(data.get("refresh_token") or ""))

    return Tokens(line.vault, owner=line.feed_id, seed=line.settings["refresh_token"], grant=grant, clock=line.clock)


def _data(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    return data if isinstance(data, dict) else {}
