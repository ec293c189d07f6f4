"""One reading of a show's numbers for its report. Every number comes from `metrics`; nothing is computed here."""

from collections.abc import Iterable, Iterator, Mapping

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog.api import one_look
from kaibo.kit import env
from kaibo.kit.clock import HOUR_US, MINUTE_US, from_datetime, now_us, to_datetime
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Value
from kaibo.metrics.facts import Facts
from kaibo.operations.reports import refunds
from kaibo.operations.reports.acts import acts_of
from kaibo.operations.reports.contracts import (
    ADS,
    COLUMNS,
    HEADLINES,
    REFUNDS,
    Breakdown,
    Curve,
    FeedLine,
    Headline,
    Line,
    Report,
    Span,
)
from kaibo.operations.reports.errors import NotYet
from kaibo.operations.reports.work import work_of

TARGET_OF = {
    "gmv_paid": ("gmv_paid_minor", "gmv_target_ratio"),
    "net_sales": ("net_sales_minor", "net_target_ratio"),
    "orders_paid": ("orders_paid", "orders_target_ratio"),
    "viewers": ("viewers", "viewers_target_ratio"),
    "views": ("views", "views_target_ratio"),
    "ad_spend": ("spend_minor", "spend_budget_ratio"),
    "roas_room": ("roas", "roas_target_ratio"),
}
AGEING = frozenset(("net_sales", "refund_amount_ratio"))
"""Earlier shows had more time for refunds: a usual range of these would compare different ages."""
STEP_US = 10 * MINUTE_US


def report(show_id: str, *, at_us: int | None = None, columns: Mapping[str, tuple[str, ...]] | None = None) -> Report:
    """The report of a show as it stands at an instant, now without one.

    Shape: `columns` puts other numbers into a table than its own, by the table's name.
    Raises: ShowNotFound, NotYet before the show has begun.
    Cost: about 45 queries and one pass over the show's minute rows; earlier shows are remembered for ten minutes.
    """
    with one_look():
        return _gathered(show_id, at_us, columns)


def _gathered(show_id: str, at_us: int | None, columns: Mapping[str, tuple[str, ...]] | None) -> Report:
    show = shows.show(show_id)
    if show.begins_at is None or show.started_at is None:
        raise NotYet("the show has not begun", fix="come back when it is on air", show_id=show_id)
    facts = metrics.facts_of(show_id, now_us=now_us() if at_us is None else at_us)
    headlines = tuple(_headlines(facts, show))
    wanted = {**COLUMNS, **(columns or {})}
    breakdowns = tuple(_breakdown(facts, by, wanted[by]) for by in COLUMNS)
    ads = tuple(metrics.evaluate(show_id, ADS, facts=facts).values())
    now = metrics.evaluate(show_id, REFUNDS, facts=facts)
    days, changed = refunds.days_of(show, now, at_us=facts.now_us)
    seen = {one.id: one for one in (*(each.value for each in headlines), *ads, *now.values())}
    room = rooms.room(show.platform, show.room_id)
    return Report(
        show=show,
        room=room.title,
        currency=facts.currency,
        as_of=facts.now_us,
        headlines=headlines,
        breakdowns=breakdowns,
        ads=ads,
        curve=_curve(facts),
        acts=acts_of(show_id, facts.offers),
        refunds=days,
        refunds_now=now,
        changed_since=changed,
        feeds=tuple(_feeds(facts)),
        told=tuple(one for one in seen.values() if one.value is not None),
        missing=tuple(one for one in seen.values() if one.value is None),
        earlier=len(facts.earlier),
        is_final=facts.ended_us is not None and all(one.status != "provisional" for one in seen.values()),
        hosts=tuple(dict.fromkeys(duty.host_id for duty in facts.duties)),
        work=work_of(show, facts),
    )


def _headlines(facts: Facts, show: ShowView) -> Iterator[Headline]:
    ratios = [ratio for _, ratio in TARGET_OF.values()]
    found = metrics.evaluate(facts.show_id, (*HEADLINES, *ratios), facts=facts)
    usual = _usual(facts, [one for one in HEADLINES if one not in AGEING])
    for metric_id in HEADLINES:
        name, ratio = TARGET_OF.get(metric_id, ("", ""))
        goal = show.targets.get(name)
        yield Headline(
            value=found[metric_id],
            goal=goal,
            target=found[ratio] if goal is not None else None,
            band=usual.get(metric_id),
        )


def _usual(facts: Facts, ids: list[str]) -> dict[str, tuple[float, float] | None]:
    """What earlier shows had at their end; while this one is on air, what they had at the same minute of the show."""
    if facts.ended_us is not None or facts.started_us is None:
        return metrics.final_bands(facts.show_id, ids, facts=facts)
    minute = (facts.clock_us - facts.started_us) // MINUTE_US - 1
    return {one: metrics.band(facts.show_id, one, minute=minute, facts=facts) for one in ids}


def _breakdown(facts: Facts, by: str, columns: tuple[str, ...]) -> Breakdown:
    lines = list(_hours(facts, columns)) if by == "hour" else list(_keyed(facts, by, columns))
    if by in {"product", "traffic_source"}:
        lines.sort(key=lambda line: (line.key == "", -_weight(line, "gmv_paid"), -_weight(line, "views"), line.label))
    return Breakdown(by, columns, tuple(lines))


def _weight(line: Line, metric_id: str) -> float:
    value = line.values.get(metric_id)
    return -1.0 if value is None or value.value is None else float(value.value)


def _hours(facts: Facts, columns: Iterable[str]) -> Iterator[Line]:
    """Clock hours of the team's zone that the show touches."""
    start, stop = facts.started_us, facts.clock_us
    if start is None:
        return
    local = to_datetime(start).astimezone(env.zone()).replace(minute=0, second=0, microsecond=0)
    at = local
    while (from_us := from_datetime(at)) < stop:
        to_us = from_us + HOUR_US
        values = metrics.evaluate(facts.show_id, columns, from_us=from_us, to_us=to_us, facts=facts)
        span = Span(max(from_us, start), min(to_us, stop))
        yield Line(str(from_us), f"{_clock(span.from_us)}–{_clock(span.to_us or to_us)}", values, (span,))
        at = to_datetime(to_us).astimezone(env.zone())


def _clock(at_us: int) -> str:
    return f"{to_datetime(at_us).astimezone(env.zone()):%H:%M}"


def _keyed(facts: Facts, by: str, columns: Iterable[str]) -> Iterator[Line]:
    labels, spans = _labels(facts, by), _spans(facts, by)
    keyed: metrics.By = next(one for one in metrics.BY if one == by)
    for key, values in metrics.evaluate(facts.show_id, columns, by=keyed, facts=facts).items():
        yield Line(key, labels.get(key, key), values, tuple(spans.get(key, ())))


def _labels(facts: Facts, by: str) -> dict[str, str]:
    """Products by link number and title; where no feed tells a title the lineup of the show does."""
    if by != "product":
        return {}
    sheet = {line.link_no: line.title for line in lineups.lineup(facts.show_id).lines if line.link_no}
    links = {offer.key: offer.link_no or "" for offer in facts.offers}
    links |= {f"#{number}": number for number in sheet if f"#{number}" not in links}
    told = {offer.key: offer.title or sheet.get(offer.link_no or "") or offer.product_id for offer in facts.offers}
    return {key: " ".join(filter(None, (link, told.get(key) or sheet.get(link)))) for key, link in links.items()}


def _spans(facts: Facts, by: str) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    if by == "host":
        for duty in facts.duties:
            found.setdefault(duty.host_id, []).append(Span(duty.from_us, duty.to_us or facts.ended_us))
    if by == "product":
        for lap in facts.laps:
            key = lap.product_id or (f"#{lap.link_no}" if lap.link_no else "")
            found.setdefault(key, []).append(Span(lap.from_us, lap.to_us))
    return found


def _curve(facts: Facts) -> Curve | None:
    """The course of paid GMV; None where no feed reports payments."""
    start, stop = facts.started_us, facts.clock_us
    if start is None or facts.heard("gmv_paid_minor") is None or len(facts.currencies) > 1:
        return None
    points = [one for one in facts.rows.points("gmv_paid_minor", None, None) if one[0] < stop]
    total, paid = 0, [(start, 0)]
    for minute, amount in points:
        total += amount
        paid.append((min(minute + MINUTE_US, stop), total))
    if paid[-1][0] < stop:
        paid.append((stop, total))
    steps: dict[int, int] = dict.fromkeys(range(start, stop, STEP_US), 0)
    for minute, amount in points:
        at = max(start, start + (minute - start) // STEP_US * STEP_US)
        steps[at] = steps.get(at, 0) + amount
    band = metrics.bands(facts.show_id, ["gmv_paid"], facts=facts)["gmv_paid"]
    links = {offer.key: offer.link_no or "" for offer in facts.offers}
    return Curve(
        from_us=start,
        to_us=stop,
        paid=tuple(paid),
        steps=tuple(sorted(steps.items())),
        band=tuple((start + (minute + 1) * MINUTE_US, low, high) for minute, low, high in band),
        laps=tuple(
            (Span(lap.from_us, lap.to_us), lap.link_no or links.get(lap.product_id or "", "")) for lap in facts.laps
        ),
        marks=tuple((duty.from_us, duty.host_id) for duty in facts.duties),
    )


def _feeds(facts: Facts) -> Iterator[FeedLine]:
    stop = facts.clock_us
    for feed in facts.coverage.feeds:
        silent = sum(
            max(0, min(gap.to_us or stop, stop) - gap.from_us) for gap in facts.coverage.gaps if gap.feed_id == feed.id
        )
        yield FeedLine(feed.name or feed.id, feed.connector, feed.last_event_at, silent / MINUTE_US)


def values_of(found: Report) -> dict[str, Value]:
    """Every number of the whole show in the report, by id."""
    return {one.id: one for one in (*found.told, *found.missing)}
