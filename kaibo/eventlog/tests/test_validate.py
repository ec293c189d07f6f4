"""What the door accepts, and the sentence for what it does not."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaibo.eventlog.kinds import KINDS
from kaibo.eventlog.lines import ENCODER, Line, Rules
from kaibo.eventlog.validate import Checked, check_body, check_each, split
from kaibo.kit.clock import DAY_US, iso

NOW = 1_795_000_000_000_000
ANY = Rules(now_us=NOW, currency="CNY")
BOUND = Rules(now_us=NOW, currency="CNY", platform="douyin", rooms=frozenset({"771"}))
GOOD = {"event_id": "e", "kind": "order.paid", "platform": "douyin", "room_id": "771", "occurred_at": NOW}


def body(*lines: dict[str, Any] | bytes) -> bytes:
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


def one(**values: Any) -> Line:
    checked = check_body(body({**GOOD, **values}), ANY)
    assert checked.problems == []
    return checked.lines[0]


BROKEN: list[tuple[bytes | dict[str, Any], str, str]] = [
    (b'{"event_id": "x", ', "", "not JSON"),
    (b'["a"]', "", "not an object"),
    (b"\xff\xfe", "", "not JSON"),
    ({"event_id": None}, "event_id", "missing"),
    ({"kind": ""}, "kind", "missing"),
    ({"platform": "抖 音"}, "platform", "no platform name"),
    ({"platform": "taobao"}, "platform", "token"),
    ({"room_id": "999"}, "room_id", "does not cover"),
    ({"occurred_at": "2026-11-22T20:00:00"}, "occurred_at", "no zone"),
    ({"occurred_at": "yesterday"}, "occurred_at", "not a time"),
    ({"occurred_at": NOW + 2 * DAY_US}, "occurred_at", "ahead"),
    ({"occurred_at": 12345}, "occurred_at", "no epoch"),
    ({"occurred_at": "1970-01-20T00:00:00Z"}, "occurred_at", "2001"),
    ({"occurred_at": True}, "occurred_at", "true"),
    ({"count": -1}, "count", "below zero"),
    ({"count": "5"}, "count", "not a number"),
    ({"quantity": 1.5}, "quantity", "not a whole number"),
    ({"amount_minor": 19.9}, "amount_minor", "not a whole number"),
    ({"amount_minor": -5}, "amount_minor", "negative"),
    ({"amount_minor": 10**18}, "amount_minor", "out of range"),
    ({"amount_minor": 5, "currency": "RMB元"}, "currency", "currency"),
    ({"viewer_id": 1.5e18}, "viewer_id", "not a text"),
    ({"text": "长" * 4001}, "text", "4001"),
    ({"text": "a\x00b"}, "text", "NUL"),
    ({"attrs": [1]}, "attrs", "not an object"),
    ({"attrs": {"a": "x" * 40_000}}, "attrs", "bytes"),
    ({"show_id": "a/b"}, "show_id", "slashes"),
    ({"attrs": {"amount_with_subsidy_minor": 9 * 10**18}}, "attrs.amount_with_subsidy_minor", "out of range"),
    ({"attrs": {"ad_clicks": 10**30}}, "attrs.ad_clicks", "out of range"),
    ({"attrs": {"stock": True}}, "attrs.stock", "not a whole number"),
    ({"attrs": {"receivable_minor": "12"}}, "attrs.receivable_minor", "not a whole number"),
    ({"attrs": {"value": 0.35}}, "attrs.value", "not a whole number"),
]


@pytest.mark.parametrize(("broken", "field", "words"), BROKEN, ids=lambda value: str(value)[:40])
def test_it_names_line_field_and_fix_of_a_broken_line_and_keeps_the_rest(
    broken: bytes | dict[str, Any], field: str, words: str
) -> None:
    bad = broken if isinstance(broken, bytes) else {**GOOD, **broken}
    checked = check_body(body(GOOD, bad, b"", {**GOOD, "event_id": "f"}), BOUND)
    assert [line.event_id for line in checked.lines] == ["e", "f"]
    (problem,) = checked.problems
    assert (problem.line, problem.field) == (2, field)
    assert words in problem.problem
    assert problem.fix
    assert checked.raws == [bad if isinstance(bad, bytes) else json.dumps(bad).encode()]


def test_it_names_every_broken_line_of_one_body() -> None:
    lines = [bad if isinstance(bad, bytes) else {**GOOD, **bad} for bad, _, _ in BROKEN]
    checked = check_body(body(*[part for bad in lines for part in (GOOD, bad)]), BOUND)
    assert len(checked.lines) == len(BROKEN)
    assert [problem.line for problem in checked.problems] == [2 * number for number in range(1, len(BROKEN) + 1)]


@pytest.mark.parametrize(
    "at",
    [
        1_795_000_000,
        1_795_000_000_000,
        NOW,
        1_795_000_000.0,
        "1795000000",
        "1795000000000",
        iso(NOW),
        "2026-11-18T19:06:40+08:00",
        "2026-11-18T11:06:40Z",
        "20261118T110640Z",
    ],
)
def test_it_brings_every_form_of_time_to_microseconds(at: int | float | str) -> None:
    assert one(occurred_at=at).occurred_at == NOW


def test_it_keeps_numbers_of_attrs_that_nobody_counts_with_as_they_are() -> None:
    given = {"their_id": 6917529027641081856, "stock": None, "value": 10**13, "weight": 0.5}
    assert one(attrs=given).attrs == given


def test_it_takes_ids_given_as_numbers_as_text() -> None:
    line = one(order_id=6917529027641081856, viewer_id=7, room_id=771)
    assert (line.order_id, line.viewer_id, line.room_id) == ("6917529027641081856", "7", "771")


def test_it_keeps_an_unknown_kind_beside_its_own_name() -> None:
    line = one(kind="red_packet.grabbed", attrs={"a": 1})
    assert (line.kind, line.attrs) == ("unknown", {"a": 1, "original_kind": "red_packet.grabbed"})
    assert one(kind="red_packet.grabbed").attrs == {"original_kind": "red_packet.grabbed"}


def test_it_assumes_a_currency_only_where_there_is_money() -> None:
    assert one(amount_minor=5).currency == "CNY"
    assert one(amount_minor=5, currency="usd").currency == "USD"
    assert one().currency is None
    assert one(kind="spend.reported", amount_minor=-5).amount_minor == -5


def test_it_takes_empty_optional_texts_as_absent() -> None:
    line = one(product_id="", viewer_id=None, text="")
    assert (line.product_id, line.viewer_id, line.text) == (None, None, "")


def test_it_reads_an_array_a_byte_order_mark_and_blank_lines() -> None:
    two = [GOOD, {**GOOD, "event_id": "f"}]
    assert len(check_body(json.dumps(two).encode(), ANY).lines) == 2
    assert len(check_body(b"\xef\xbb\xbf\n\n" + body(*two) + b"\r\n", ANY).lines) == 2
    checked = check_body(json.dumps([GOOD, {**GOOD, "kind": 5.5}]).encode(), ANY)
    assert (len(checked.lines), checked.problems[0].line, checked.problems[0].field) == (1, 2, "kind")
    (problem,) = check_body(b'[{"event_id": ', ANY).problems
    assert problem.line == 1
    assert "not JSON" in problem.problem


def test_it_survives_nesting_that_exhausts_the_stack() -> None:
    bomb = json.dumps(GOOD)[:-1].encode() + b', "attrs": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}"
    checked = check_body(body(bomb, GOOD), ANY)
    assert len(checked.lines) == 1
    assert checked.problems[0].line == 1


_TIMES = st.one_of(
    st.integers(min_value=0, max_value=2 * 10**16),
    st.integers(min_value=NOW - 10**12, max_value=NOW + 10**12),
    st.floats(min_value=0, max_value=2e16, allow_nan=False),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from(
        ["2026-11-18T11:06:40.1234567Z", "2026-11-18T24:00:00Z", "2026-11-18 11:06:40+08:00", "x", "", None]
    ),
    st.booleans(),
)
_TEXT = st.one_of(st.text(max_size=6), st.none(), st.integers(), st.floats(), st.booleans(), st.just("x" * 201))
_NUMBER = st.one_of(
    st.integers(-2, 5), st.floats(-2, 5), st.none(), st.text(max_size=2), st.just(10**16), st.booleans()
)
_ATTRS = st.one_of(
    st.none(),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3) | st.integers(), max_size=3),
    st.lists(st.none()),
)
_LINES = st.fixed_dictionaries(
    {},
    optional={
        "event_id": _TEXT | st.just("e"),
        "kind": st.sampled_from([*sorted(KINDS)[:4], "other.kind", "", 5]),
        "platform": st.sampled_from(["douyin", "taobao", "Douyin", "抖音", ""]),
        "room_id": st.sampled_from(["771", 771, "other"]),
        "occurred_at": _TIMES,
        "show_id": _TEXT,
        "viewer_id": _TEXT,
        "text": _TEXT,
        "amount_minor": _NUMBER,
        "currency": st.sampled_from(["CNY", "usd", "", "RMBX", None]),
        "count": _NUMBER,
        "quantity": _NUMBER,
        "attrs": _ATTRS,
        "seq": _TEXT,
        "feed_id": _NUMBER,
    },
).map(lambda given: {**GOOD, **given})


def _told(checked: Checked) -> list[bytes]:
    return [ENCODER.encode(line) for line in checked.lines]


@settings(max_examples=300, deadline=None)
@given(st.lists(_LINES, min_size=1, max_size=4), st.sampled_from([ANY, BOUND]))
def test_it_accepts_the_same_lines_at_full_speed_and_one_by_one(lines: list[dict[str, Any]], rules: Rules) -> None:
    check_body(body(GOOD), ANY)  # so that a body of the same room is read in the quickest way there is
    together = check_body(body(*lines), rules)
    alone = check_each(split(body(*lines)), rules)
    for checked in (together, alone):
        for line in checked.lines:
            line.seq = None  # whatever a sender gave is overwritten later
    assert _told(together) == _told(alone)
    assert together.problems == alone.problems
    singly = [check_body(body(line), rules) for line in lines]
    assert [bool(checked.lines) for checked in singly] == [
        number not in {problem.line for problem in together.problems} for number in range(1, len(lines) + 1)
    ]


_PLAIN = st.fixed_dictionaries(
    {"occurred_at": st.integers(NOW - 10**12, NOW + 2 * DAY_US)},
    optional={
        "kind": st.sampled_from([*sorted(KINDS), "other.kind"]),
        "text": st.sampled_from(["a", 'a"b', "a\nb", "a\x00b", "\\u0000", "长" * 4001]),
        "amount_minor": st.sampled_from([0, 5, -5, 10**18]),
        "currency": st.sampled_from(["CNY", "USD", "RMBX"]),
        "attrs": st.sampled_from([{"a": 1}, {"stock": "5"}, {"stock": 5}, {"a": "x" * 40_000}]),
        "room_id": st.sampled_from(["771", "other"]),
        "show_id": st.sampled_from(["A", None]),
    },
).map(lambda given: {**GOOD, **given})


@settings(max_examples=300, deadline=None)
@given(st.lists(_PLAIN, min_size=1, max_size=3), st.sampled_from([ANY, BOUND]))
def test_it_reads_a_body_like_the_last_one_as_it_reads_it_line_by_line(
    lines: list[dict[str, Any]], rules: Rules
) -> None:
    assert check_body(body(GOOD), ANY).lines
    together, alone = check_body(body(*lines), rules), check_each(split(body(*lines)), rules)
    assert _told(together) == _told(alone)
    assert together.problems == alone.problems
    assert together.place in {None, (GOOD["platform"], GOOD["room_id"])}
    if together.place is not None:
        assert {(line.platform, line.room_id, line.show_id) for line in together.lines} == {(*together.place, None)}


def test_it_takes_the_quickest_way_through_a_body_like_the_last_one() -> None:
    check_body(body(GOOD), ANY)
    assert check_body(body(GOOD, {**GOOD, "event_id": "f"}), BOUND).place == ("douyin", "771")
    assert check_body(body({**GOOD, "room_id": "other"}), ANY).place is None


@settings(max_examples=200, deadline=None)
@given(_LINES)
def test_it_refuses_or_stores_what_can_be_read_back(line: dict[str, Any]) -> None:
    for taken in check_body(body(line), ANY).lines:
        taken.seq = None
        written = ENCODER.encode(taken)
        again = msgspec.json.decode(written, type=Line)
        assert isinstance(again.occurred_at, int)
        assert ENCODER.encode(again) == written
