"""Youzan's interfaces: orders and after-sales by their time of change; what moves while it is read is not lost."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from kaibo.connectors.calling import Answer, Call, Caller, closing, compact, needed_settings, refuse
from kaibo.connectors.contracts import Checked
from kaibo.connectors.pacing import Rate
from kaibo.connectors.payloads import CHINA, whole
from kaibo.connectors.polling import Line, Page, Poll, caller_to
from kaibo.connectors.settling import BY, FETCH, ORDERS
from kaibo.connectors.spans import Span, begun, spans
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import MICROS, to_datetime

BASE = "https://open.youzanyun.com"
NEEDS = ("client_id", "secret", "kdt_id")
AFTER_SALES = "after_sales"
POLLS = (Poll(ORDERS, 40), Poll(AFTER_SALES, 60))
"""Orders become visible late: the documents ask for more than 30 seconds between two questions."""
RATES = {"calls": Rate(5, 1.0)}
"""No limit is documented for orders; calls are counted and paid for. A refusal slows down."""
FIRST_DAYS = 7
LONGEST_SECONDS = 6 * 3600
PAGE_SIZE = {ORDERS: 100, AFTER_SALES: 50}
MOST = {ORDERS: 10_000, AFTER_SALES: 3_000}
"""No page beyond these rows is told: a fuller span is asked for in parts."""
PATHS = {ORDERS: "/api/youzan.trades.sold.get/4.0.4", AFTER_SALES: "/api/youzan.trade.refund.search/3.0.1"}
TOTALS = {ORDERS: "total_results", AFTER_SALES: "total"}
TOKEN, AGAIN = "/auth/token", "again"
GOOD = 200
JSON = {"content-type": "application/json"}


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
    """Pages of what changed since the cursor.

    Shape: what changes while it is being read leaves its span, and all behind it moves up by one; so the pages of a
    span are read from the last to the first, and nothing slips through.
    """
    cursor = begun(cursor, now_us=line.clock.now_us(), has_pushes=line.has_pushes, first_days=FIRST_DAYS)
    yield Page(cursor)
    with closing(_caller(line)) as caller:
        ask = functools.partial(_ask, caller, _tokens(line, caller), name)
        now, first = line.clock.now_us(), int(cursor["since_us"])
        for whole_span in spans(cursor, now, first_us=first, longest_seconds=LONGEST_SECONDS):
            span, answer = _narrowed(name, whole_span, ask)
            for page in _pages(name, span, cursor, answer, ask, shop=line.settings["kdt_id"]):
                cursor = dict(page.cursor)
                yield page
            if span.to_s < whole_span.to_s:
                return  # the next round goes on from there


def check(line: Line) -> Checked:
    """How many orders changed in the last hour."""
    needed_settings(line.settings, *NEEDS)
    with closing(_caller(line)) as caller:
        now = line.clock.now_us() // MICROS
        answer = _ask(caller, _tokens(line, caller), ORDERS, Span(now - 3600, now), 1)
        return Checked("orders_changed", str(_total(ORDERS, answer)))


def _narrowed(name: str, span: Span, ask: Callable[[Span, int], Answer]) -> tuple[Span, Answer | None]:
    """A part of the span, from its beginning, that can be told whole, and its first page; a begun span as it is."""
    if span.at is not None:
        return span, None
    while True:
        answer = ask(span, 1)
        if _total(name, answer) <= MOST[name] or span.to_s - span.from_s < 2:
            return span, answer
        span = Span(span.from_s, (span.from_s + span.to_s) // 2)


def _pages(
    name: str,
    span: Span,
    cursor: dict[str, Any],
    first: Answer | None,
    ask: Callable[[Span, int], Answer],
    *,
    shop: str,
) -> Iterator[Page]:
    def page(number: int, answer: Answer) -> Page:
        after = span.paused(cursor, number - 1) if number > 1 else span.finished(cursor)
        return Page(after, (Fetched(answer.raw, {BY: FETCH, "shop": shop}),))

    number = int(span.at or 0)
    if first is not None:
        number = min(-(-_total(name, first) // PAGE_SIZE[name]), MOST[name] // PAGE_SIZE[name])
        if number <= 1:
            yield page(1, first)
            return
        yield Page(span.paused(cursor, number), (Fetched(first.raw, {BY: FETCH, "shop": shop}),))
    while number >= 1:
        yield page(number, ask(span, number))
        number -= 1


def _ask(caller: Caller, tokens: Tokens, name: str, span: Span, page: int) -> Answer:
    wanted: dict[str, Any] = {"page_no": page, "page_size": PAGE_SIZE[name]}
    if name == ORDERS:
        wanted |= {"start_update": _local(span.from_s), "end_update": _local(span.to_s)}
    else:
        wanted |= {"update_time_start": span.from_s, "update_time_end": span.to_s}
    body = compact(wanted)
    return caller.ask(
        lambda token: Call("POST", PATHS[name], {"access_token": token}, body, JSON), tokens=tokens, bucket="calls"
    )


def _local(seconds: int) -> str:
    return to_datetime(seconds * MICROS).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _total(name: str, answer: Answer) -> int:
    return whole(_data(answer.said).get(TOTALS[name])) or 0


def _caller(line: Line) -> Caller:
    return caller_to("youzan", line, base=BASE, code_of=_code, rates=RATES)


def _code(said: dict[str, Any]) -> str:
    """The gateway refuses in one form, the interfaces in another, all with status 200."""
    gateway = said.get("gw_err_resp") or said.get("error_response")
    if isinstance(gateway, dict):
        return str(gateway.get("err_code") or gateway.get("code") or "no code")
    is_good = said.get("success") is True and whole(said.get("code")) == GOOD
    return "" if is_good else str(said.get("code") or "no code")


def _tokens(line: Line, caller: Caller) -> Tokens:
    """An application of one's own names the shop; asking anew must say so, or the same token comes back."""
    shop = line.settings["kdt_id"]

    def grant(refresh: str) -> Granted:
        wanted = {
            "authorize_type": "silent",
            "client_id": line.settings["client_id"],
            "client_secret": line.settings["secret"],
            "grant_id": shop,
            "refresh": refresh == AGAIN,
        }
        data = _data(caller.ask(lambda _token: Call("POST", TOKEN, {}, compact(wanted), JSON)).said)
        if not data.get("access_token"):
            refuse("bad_token", "Youzan grants no access token", "check client id, secret and shop id")
        ends = whole(data.get("expires")) or 0  # the instant at which it ends, in milliseconds
        seconds = max(60.0, ends / 1000 - line.clock.now_us() / MICROS)
        return Granted(str(data["access_token"]), seconds, AGAIN)

    return Tokens(line.vault, owner=line.feed_id, seed=shop, grant=grant, clock=line.clock)


def _data(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    return data if isinstance(data, dict) else {}
