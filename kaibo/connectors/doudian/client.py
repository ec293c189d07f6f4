"""Doudian's interfaces: orders by their time of change, line by line, after-sales, and files of settlements."""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kaibo.connectors import signing
from kaibo.connectors.calling import (
    Answer,
    Call,
    Caller,
    PlatformFault,
    closing,
    compact,
    granted,
    needed_settings,
)
from kaibo.connectors.contracts import Checked
from kaibo.connectors.doudian.settlements import settlements
from kaibo.connectors.pacing import Rate
from kaibo.connectors.payloads import whole
from kaibo.connectors.polling import Line, Page, Poll, caller_to
from kaibo.connectors.settling import BY, FETCH, ORDERS
from kaibo.connectors.spans import Span, begun, spans
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import DAY_US, MICROS, to_datetime

BASE = "https://openapi-fxg.jinritemai.com"
NEEDS = ("app_key", "secret", "shop_id")
AFTER_SALES, SETTLEMENTS = "after_sales", "settlements"
POLLS = (Poll(ORDERS, 20), Poll(AFTER_SALES, 60), Poll(SETTLEMENTS, 86_400))
"""Settlements are due once a day; while a file is being made they are asked for each minute."""
RATES = {"orders": Rate(10, 1.0)}
"""No limit is documented; a refusal slows down."""
PAGE_SIZE = 100
FIRST_DAYS = 7
LONGEST_SECONDS = DAY_US // MICROS
ZONE_HOURS = 8


def wanted_polls(settings: Mapping[str, str]) -> tuple[Poll, ...]:
    """Settlements only where nobody said no: an application may lack that right."""
    return tuple(one for one in POLLS if one.name != SETTLEMENTS or settings.get("settlements") != "no")


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
    """Pages of what changed since the cursor, or the files of the days since then.

    Shape: what changes while it is being read leaves its span, and all behind it moves up by one; so the pages of a
    span are read from the last to the first, and nothing slips through.
    """
    if name == SETTLEMENTS:
        with closing(_caller(line)) as caller:
            ask = functools.partial(_ask, caller, line, tokens=_tokens(line, caller))
            yield from settlements(ask, caller, line, cursor)
        return
    cursor = begun(cursor, now_us=line.clock.now_us(), has_pushes=line.has_pushes, first_days=FIRST_DAYS)
    yield Page(cursor)
    with closing(_caller(line)) as caller:
        tokens = _tokens(line, caller)
        read = _orders if name == ORDERS else _after_sales
        for span in spans(
            cursor, line.clock.now_us(), first_us=int(cursor["since_us"]), longest_seconds=LONGEST_SECONDS
        ):
            for page in _pages(span, cursor, functools.partial(read, caller, tokens, line, span)):
                cursor = dict(page.cursor)
                yield page


def check(line: Line) -> Checked:
    """How many orders changed in the last hour."""
    needed_settings(line.settings, *NEEDS)
    with closing(_caller(line)) as caller:
        now = line.clock.now_us() // MICROS
        answer = _orders(caller, _tokens(line, caller), line, Span(now - 3600, now), 0)
        return Checked("orders_changed", str(_total(answer)))


def _pages(span: Span, cursor: dict[str, Any], read: Callable[[int], Answer]) -> Iterator[Page]:
    number = span.at
    if number is None:
        answer = read(0)
        last = max(0, -(-_total(answer) // PAGE_SIZE) - 1)
        after = span.paused(cursor, last) if last else span.finished(cursor)
        yield Page(after, (_body(answer),))
        number = last or -1
    while number >= 0:
        answer = read(number)
        after = span.paused(cursor, number - 1) if number else span.finished(cursor)
        yield Page(after, (_body(answer),))
        number -= 1


def _body(answer: Answer) -> Fetched:
    return Fetched(answer.raw, {BY: FETCH})


def _orders(caller: Caller, tokens: Tokens, line: Line, span: Span, page: int) -> Answer:
    wanted = {
        "update_time_start": span.from_s,
        "update_time_end": span.to_s,
        "order_by": "update_time",
        "order_asc": True,
        "page": page,
        "size": PAGE_SIZE,
    }
    return _ask(caller, line, "order.searchList", wanted, tokens)


def _after_sales(caller: Caller, tokens: Tokens, line: Line, span: Span, page: int) -> Answer:
    wanted = {
        "update_start_time": span.from_s,
        "update_end_time": span.to_s,
        "order_by": ["update_time asc"],
        "page": page,
        "size": PAGE_SIZE,
    }
    return _ask(caller, line, "afterSale.List", wanted, tokens)


def _total(answer: Answer) -> int:
    data = answer.said.get("data")
    return (whole(data.get("total")) or 0) if isinstance(data, dict) else 0


def _ask(caller: Caller, line: Line, method: str, wanted: dict[str, Any], tokens: Tokens | None) -> Answer:
    def make(token: str) -> Call:
        body = compact(wanted)
        stamp = to_datetime(line.clock.now_us() + ZONE_HOURS * 3600 * MICROS).strftime("%Y-%m-%d %H:%M:%S")
        told = {"app_key": line.settings["app_key"], "method": method, "timestamp": stamp, "v": "2"}
        sign = signing.doudian_request(told, body.decode(), secret=line.settings["secret"])
        query = {**told, "sign_method": "hmac-sha256", "sign": sign}
        path = "/" + method.replace(".", "/")
        head = {"content-type": "application/json;charset=UTF-8"}
        return Call("POST", path, {**query, "access_token": token} if token else query, body, head)

    return caller.ask(make, tokens=tokens, bucket="orders")


def _caller(line: Line) -> Caller:
    return caller_to("doudian", line, base=BASE, code_of=_code, rates=RATES)


def _code(said: dict[str, Any]) -> str:
    """The old form says `err_no` 0, the new one `code` 10000; its `sub_code` says more."""
    if "err_no" in said:
        return "" if whole(said["err_no"]) == 0 else str(said["err_no"])
    if whole(said.get("code")) == 10000:
        return ""
    detail = str(said.get("sub_code") or "").split(":")[0]
    return detail or str(said.get("code"))


def _tokens(line: Line, caller: Caller) -> Tokens:
    """The first grant names the shop (an application of its own), later ones renew what was granted."""
    shop = line.settings["shop_id"]

    def grant(refresh: str) -> Granted:
        if refresh != shop:
            wanted = {"grant_type": "refresh_token", "refresh_token": refresh}
            try:
                return _granted(_ask(caller, line, "token.refresh", wanted, None))
            except PlatformFault as fault:
                if not fault.is_permanent:
                    raise
        wanted = {"grant_type": "authorization_self", "code": "", "shop_id": shop}
        return _granted(_ask(caller, line, "token.create", wanted, None))

    return Tokens(line.vault, owner=line.feed_id, seed=shop, grant=grant, clock=line.clock)


def _granted(answer: Answer) -> Granted:
    fix, said = "check app key, secret and shop id", answer.said.get("data")
    return granted(said, code="bad_token", problem="Doudian grants no access token", fix=fix, seconds=3600)
