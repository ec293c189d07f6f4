"""Reading payloads: ids as text, times to µs, money to minor units, and nothing personal passed on."""

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from kaibo.connectors.contracts import Outcome
from kaibo.connectors.reading import bad, sound
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock
from kaibo.kit.money import LARGEST_DIGITS, to_minor

CHINA = ZoneInfo("Asia/Shanghai")  # the zone of every platform here that writes times without one
FILE = "file"
"""Told of a payload that is a file: which kind of table it should be."""
IS_A_FILE = "a file, read by the imports as a table"
DEPTH = 6
DIGITS = 40  # the longest ids have 26; 1e999999 is two hundred kilobytes of zeros
KEPT_NAMES = 60
KEPT_TEXT = 500
PERSONAL: frozenset[str] = frozenset(
    """
    address address_info avatar avatar_url buyer_email buyer_message buyer_open_id buyer_openid buyer_words buyeropenid
    card_data comment_user_id content cpf detail_info doudian_open_id email encrypt_account_id encrypt_detail
    encrypt_post_receiver encrypt_post_tel external_userid externaluserid first_name from_user_id full_address
    group_nickname last_name mobile mobile_phone nick nick_name nickname open_address_id open_id openid phone
    phone_number post_addr post_receiver post_receiver_msg post_tel receiver receiver_address receiver_msg
    receiver_name receiver_phone receiver_tel recipient_address remark sec_openid seller_note seller_remark
    seller_words sharer_info sharer_openid sharer_unionid tel tel_number to_user_id uface uname union_id unionid
    user_avatar user_id user_info user_infos user_name user_nicker userid virtual_tel_number
    """.split()  # noqa: SIM905 - a list of this length is read as words, not as quotes
)
"""Fields that say who somebody is, how to reach them, or what they wrote in confidence: never in an event.

The raw body in the inbox still holds them until it is emptied (KAIBO_INBOX_DAYS).
"""


class BadField(Exception):
    """A field that cannot be read: its name, what is wrong, how to put it right."""

    def __init__(self, field: str, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.field, self.problem, self.fix = field, problem, fix


def decode(payload: bytes) -> Any:
    """JSON with every digit kept: fractions stay decimal. Raises BadField."""
    try:
        return json.loads(sound(payload).decode("utf-8-sig"), parse_float=_fraction)
    except (ValueError, RecursionError) as error:
        raise BadField("payload", f"no JSON: {error}", "hand over the payload as the platform sent it") from None


def _fraction(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise ValueError(f"{digits[:40]} is no number that anybody counts with") from None


def as_object(value: Any, field: str) -> dict[str, Any]:
    """An object, also when it comes as a JSON text. Raises BadField."""
    if isinstance(value, str) and value.strip():
        value = decode(value.encode())
    if isinstance(value, dict):
        return {str(name): inner for name, inner in value.items()}
    raise BadField(field, f"{field} is no object", "hand over the payload as the platform sent it")


def objects(value: Any, field: str) -> list[dict[str, Any]]:
    """A list of objects; one alone is a list of one. Raises BadField."""
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return value
    raise BadField(field, f"{field} is no list of objects", "hand over the payload as the platform sent it")


def text(value: Any) -> str | None:
    """An id or a word as text; empty is None. Numbers keep their digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    return str(value).strip().strip('"').strip() or None


def whole(value: Any) -> int | None:
    """A whole number, also out of text; None where it is no such number."""
    found = text(value)
    if found is None:
        return None
    try:
        number = Decimal(found)
        is_whole = number.is_finite() and number.adjusted() < DIGITS and number == int(number)
        return int(number) if is_whole else None
    except InvalidOperation:
        return None


def count(value: Any) -> int | None:
    """A whole number that is not below zero."""
    number = whole(value)
    return number if number is not None and number >= 0 else None


def minor(value: Any, currency: str) -> int | None:
    """A decimal amount as minor units; None where it is no amount."""
    found = text(value)
    if found is None:
        return None
    try:
        amount = Decimal(found)
        is_amount = amount.is_finite() and amount.adjusted() < LARGEST_DIGITS
        return to_minor(amount, currency) if is_amount else None
    except InvalidOperation:
        return None


def instant(*values: Any) -> int | None:
    """The first value that is a plausible instant: s, ms or µs by magnitude, or China's local time as text."""
    for value in values:
        found = text(value)
        if found is None or found == "0":
            continue
        try:
            return clock.parse_instant(found, zone=CHINA)
        except (ValueError, OverflowError):
            continue
    return None


def needed(value: Any, field: str) -> Any:
    """The value. Raises BadField when there is none."""
    if value is None:
        raise BadField(field, f"{field} is missing", "hand over the payload as the platform sent it, or name it")
    return value


def impersonal(value: Any, depth: int = 0) -> Any:
    """The value without personal fields, bounded in depth, width and length; fractions as text."""
    if isinstance(value, Mapping):
        if depth >= DEPTH:
            return None
        kept = [(str(name), inner) for name, inner in value.items() if str(name).lower() not in PERSONAL]
        return {name: impersonal(inner, depth + 1) for name, inner in kept[:KEPT_NAMES]}
    if isinstance(value, list):
        return [impersonal(inner, depth + 1) for inner in value[:KEPT_NAMES]] if depth < DEPTH else None
    if isinstance(value, str):
        return _cut(value)
    return str(value) if isinstance(value, Decimal) else value


def _cut(value: str) -> str:
    if value[:1] in "{[" and value[1:]:
        try:  # JSON inside a text would smuggle personal fields past their names
            inner = json.dumps(impersonal(json.loads(value)), ensure_ascii=False)
        except (ValueError, RecursionError):
            inner = value
        return inner[:KEPT_TEXT]
    return value[:KEPT_TEXT]


def unknown(
    kind: str, payload: Mapping[str, Any], *, platform: str, room_id: str, event_id: str, at: int
) -> PlatformEvent:
    """What we have no word for, kept beside the platform's own name for it."""
    attrs = {"their_kind": kind, **impersonal(payload)}
    return PlatformEvent(
        event_id=event_id, kind="unknown", platform=platform, room_id=room_id, occurred_at=at, attrs=attrs
    )


def some(**values: Any) -> dict[str, Any] | None:
    """Attrs of what is known; None when nothing is."""
    return {name: value for name, value in values.items() if value not in (None, "")} or None


def guarded(rows: list[Any], read: Callable[[Any], Iterator[Outcome]]) -> Iterator[Outcome]:
    """Outcomes of each row; one that cannot be read is a bad line and does not stop the others."""
    for number, row in enumerate(rows, 1):
        try:
            yield from read(row)
        except BadField as problem:
            raw = json.dumps(row, ensure_ascii=False, default=str)
            yield bad(number, problem.field, problem.problem, problem.fix, raw)


def refused(problem: BadField, payload: bytes) -> Outcome:
    """The one outcome of a payload that cannot be read at all."""
    return bad(1, problem.field, problem.problem, problem.fix, payload)


def documents(payload: bytes) -> list[Any]:
    """The JSON documents of a payload: one, or one per line as captures are kept. Raises BadField."""
    try:
        return [decode(payload)]
    except BadField as whole_problem:
        lines = [line for line in payload.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        try:
            return [decode(line) for line in lines]
        except BadField:
            raise whole_problem from None


def figure(
    name: str, value: int, *, platform: str, room_id: str, at: int, basis: str = "cumulative", is_final: bool = False
) -> PlatformEvent:
    """A number that a platform states as of an instant; stating the same twice is the same event."""
    attrs = {"figure": name, "value": value, "basis": basis, "origin": "pushed", "is_final": is_final}
    return PlatformEvent(
        event_id=f"figure:{name}:{at}",
        kind="figure.reported",
        platform=platform,
        room_id=room_id,
        occurred_at=at,
        attrs=attrs,
    )
