"""Reconciliation: what was counted, typed, pushed and imported about the same figure, and why they differ."""

from collections.abc import Iterator

from kaibo.kit.clock import MINUTE_US
from kaibo.metrics import api as metrics
from kaibo.metrics.facts import Facts
from kaibo.metrics.stated import PARTS, is_too_little
from kaibo.operations.reports.contracts import Cause, Claim, Comparison
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.columns import BY_NAME
from kaibo.warehouse.contracts import Figure

FIRST = ("gmv_paid_minor", "orders_paid", "payers", "units_paid", "gmv_placed_minor", "refund_minor", "spend_minor",
         "views", "viewers", "online_max", "comments", "followers_gained")  # fmt: skip
"""The order of the page; other figures that somebody stated follow."""
CLOSE = 0.005
"""Half a per cent: rounding of platforms (万 with two decimals) stays below it."""
MONEY_SUFFIX = "_minor"
BY_HAND = frozenset({"desk", "rounds", "registers"})
"""Feeds of our own pages: they tell acts and typed figures, never an order or a viewer."""


def reconcile(show_id: str, *, at_us: int | None = None) -> tuple[Comparison, ...]:
    """Every figure that at least one source states beside our count, claims in the order counted, typed, pushed,
    imported; a figure that only one side knows stands behind the others, without a difference.

    Cost: about 12 queries.
    """
    facts = metrics.facts_of(show_id, now_us=at_us)
    stated = [name for name in facts.figures if name in BY_NAME]
    counted = [name for name in FIRST if facts.heard(name) is not None and BY_NAME[name].merge == "sum"]
    names = [name for name in FIRST if name in stated or name in counted]
    names += [name for name in sorted(stated) if name not in FIRST]
    found = [_compare(facts, name, claims) for name in names if (claims := tuple(_claims(facts, name)))]
    return tuple(sorted(found, key=lambda one: len(one.claims) < 2))


def _compare(facts: Facts, column: str, claims: tuple[Claim, ...]) -> Comparison:
    base = claims[0]
    differences: list[int | None] = [None]
    causes: list[tuple[Cause, ...]] = [()]
    for claim in claims[1:]:
        difference = claim.value - base.value
        differences.append(difference)
        is_named = base.kind == "counted" and difference != 0
        causes.append(tuple(_causes(facts, column, claim, difference)) if is_named else ())
    return Comparison(column, column.endswith(MONEY_SUFFIX), claims, tuple(differences), tuple(causes))


def _claims(facts: Facts, column: str) -> Iterator[Claim]:
    feeds = {feed.id: feed.name or feed.id for feed in facts.coverage.feeds}
    heard = facts.heard(column)
    totals = warehouse.totals(facts.show_id) if heard is not None else {}
    if heard is not None and _is_known(column, totals):
        told = [feed for feed in heard.feeds if feed.connector not in BY_HAND] or heard.feeds
        times = [feed.last_event_at for feed in told if feed.last_event_at is not None]
        names = ", ".join(feed.name or feed.id for feed in told)
        yield Claim(
            "counted", totals.get(column, 0), max(times, default=None), names, is_final=facts.ended_us is not None
        )
    for origin in ("typed", "pushed", "imported"):
        last = _last(facts.figures.get(column, []), origin)
        if last is not None:
            source = feeds.get(last.feed_id, last.feed_id)
            yield Claim(origin, last.value, last.as_of_us, source, is_final=last.is_final)


def _is_known(column: str, totals: dict[str, int]) -> bool:
    """Whether events state enough of it: nobody named is not nobody there."""
    part = PARTS.get(column)
    return part is None or not is_too_little(*part.told_of(lambda name: totals.get(name, 0)))


def _last(figures: list[Figure], origin: str) -> Figure | None:
    """The last cumulative statement; a final one before any other."""
    found = [one for one in figures if one.origin == origin and one.basis == "cumulative"]
    return max(found, key=lambda one: (one.is_final, one.as_of_us, one.event_id), default=None)


def _causes(facts: Facts, column: str, claim: Claim, difference: int) -> Iterator[Cause]:
    """What can be named: the one cause that explains the difference best, else parts of it and what they leave."""
    found = [*_time_cut(facts, column, claim, difference), *_money(facts, column, difference)]
    full = [cause for cause in found if cause.explains and cause.amount is not None]
    if full:
        yield min(full, key=lambda cause: abs((cause.amount or 0) - difference))
    else:
        rest = difference
        for cause in found:
            if cause.amount is not None and abs(rest - cause.amount) < abs(rest):
                rest -= cause.amount
                yield cause
        if rest:
            yield Cause("unnamed", rest)
    yield from _gaps(facts, column)


def _near(amount: int, difference: int, whole: int) -> bool:
    return abs(amount - difference) <= max(1, CLOSE * abs(whole))


def _time_cut(facts: Facts, column: str, claim: Claim, difference: int) -> Iterator[Cause]:
    """What was counted after the moment of the statement, to the minute."""
    if claim.as_of is None or BY_NAME[column].merge != "sum" or claim.as_of >= facts.clock_us:
        return
    minute = -(-claim.as_of // MINUTE_US) * MINUTE_US
    after = warehouse.totals(facts.show_id, from_us=minute).get(column, 0)
    if after:
        yield Cause("time_cut", -after, _near(-after, difference, claim.value))


def _money(facts: Facts, column: str, difference: int) -> Iterator[Cause]:
    totals = warehouse.totals(facts.show_id)
    whole = totals.get(column, 0)
    if column == "gmv_paid_minor":
        candidates = [
            ("refunds_taken_off", -totals.get("refund_minor", 0)),
            ("early_refunds_taken_off", -totals.get("refund_minor_1h", 0)),
            ("subsidy_added", totals.get("gmv_paid_subsidy_minor", 0) - whole if totals.get("subsidy_lines") else 0),
            ("unpaid_orders_added", totals.get("gmv_placed_minor", 0) - whole if totals.get("orders_placed") else 0),
            ("attributed_only", totals.get("attributed_gmv_minor", 0) - whole if totals.get("spend_minor") else 0),
        ]
        for code, amount in candidates:
            if amount and _near(amount, difference, whole):
                yield Cause(code, amount, explains=True)
        yield from _after_the_end(facts, column, difference, whole)
    loose = warehouse.unmatched(facts.show_id)
    if column in {"refund_minor", "gmv_paid_minor"} and loose:
        amount = sum(one.amount_minor or 0 for one in loose)
        yield Cause("unmatched_orders", amount, _near(amount, difference, whole), detail=str(len(loose)))


def _after_the_end(facts: Facts, column: str, difference: int, whole: int) -> Iterator[Cause]:
    if facts.ended_us is None:
        return
    late = warehouse.totals(facts.show_id, from_us=-(-facts.ended_us // MINUTE_US) * MINUTE_US).get(column, 0)
    if late:
        yield Cause("paid_after_the_end", -late, _near(-late, difference, whole))


def _gaps(facts: Facts, column: str) -> Iterator[Cause]:
    heard = facts.heard(column)
    ids = {feed.id for feed in heard.feeds} if heard else set()
    stop = facts.clock_us
    silent = sum(
        max(0, min(gap.to_us or stop, stop) - gap.from_us) for gap in facts.coverage.gaps if gap.feed_id in ids
    )
    if silent >= MINUTE_US:
        yield Cause("coverage_gap", None, detail=str(round(silent / MINUTE_US)))
