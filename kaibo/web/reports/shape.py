"""The report as it is read: one plain shape in the reader's language that page, picture and PDF all draw."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.utils.translation import pgettext as _p

from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Value
from kaibo.operations.reports.contracts import Breakdown, Headline, Line, RefundDay, Report, Span
from kaibo.web import actors, feedwords
from kaibo.web import words as site
from kaibo.web.pages.show import SOURCES
from kaibo.web.reports import charts, times, words, work

Shape = dict[str, Any]

REFUND_ROWS = ("refunds", "refund_amount_ratio", "refund_order_ratio", "net_sales", "gmv_paid")
ROI = ("roas_room", "roas_net_1h", "roas_net_d7")
BREAK_EVEN = ("breakeven_roas", "breakeven_roas_short")
MANY_SPANS = 4
ON_PHONES = {
    "hour": ("views", "orders_paid", "gmv_paid", "ad_spend", "roas_room"),
    "host": ("on_air_minutes", "viewers", "orders_paid", "gmv_paid", "net_sales_per_hour"),
    "product": ("explained_minutes", "product_click_ratio", "click_pay_ratio", "gmv_paid", "gmv_per_explained_minute"),
    "traffic_source": ("traffic_source_ratio", "view_pay_ratio", "orders_paid", "gmv_paid", "gpm_view"),
}
"""The columns that the long picture keeps of each table."""


def paper(report: Report) -> Shape:
    """Everything that is written on the report, in the active language."""
    show = report.show
    return {
        "language": "zh" if site.is_chinese() else "en",
        "kicker": _("Daily report"),
        "title": show.title or show.show_id,
        "room": report.room,
        "platform": site.platform_name(show.platform),
        "date": times.date(show.started_at),
        "span": times.span_text(Span(show.started_at or 0, show.ended_at)),
        "hosts": _(", ").join(report.hosts),
        "state": _("On air: figures still move") if show.ended_at is None else "",
        "badge": _("final") if report.is_final else _("provisional"),
        "is_final": report.is_final,
        "as_of": _("as of %(time)s") % {"time": times.moment(report.as_of)},
        "band_note": _band_note(report),
        "hero": _tile(report.headlines[0]),
        "seconds": [_tile(one) for one in report.headlines[1:3]],
        "tiles": [_tile(one) for one in report.headlines[3:]],
        "tables": [_table(one) for one in report.breakdowns],
        "is_whole": report.is_whole,
        "ads": _ads(report) if report.ads else None,
        "work": [asdict(one) for one in work.tables(report)],
        "refunds": _refunds(report),
        "acts": _acts(report),
        "told": _told(report.told),
        "missing": [{"id": one.id, "name": words.name(one.id), "why": why(one)} for one in report.missing],
        "feeds": _feeds(report),
        "labels": _labels(),
    }


def course(report: Report, palette: charts.Palette) -> str:
    """The chart of the night; empty where payments are not reported."""
    if report.curve is None:
        return ""
    names = charts.Names(
        paid=_p("report", "Paid GMV so far"),
        steps=_p("report", "per 10 minutes (own scale)"),
        band=_p("report", "usual so far (P25–P75)"),
        laps=_p("report", "laps, with link number"),
        is_chinese=site.is_chinese(),
    )
    return charts.course(report.curve, report.currency, names, palette, {})


def _labels() -> dict[str, str]:
    return {
        "course": _p("report", "The course of the night"),
        "numbers": _p("report", "Numbers of the night"),
        "ads": _p("report", "Ads and break-even"),
        "refunds": _p("report", "Refunds fill in"),
        "acts": _p("report", "What happened"),
        "no_acts": _p("report", "No violation, give-away, price change or mark was recorded."),
        "told": _p("report", "Where the numbers come from"),
        "missing": _p("report", "Not known, and why"),
        "no_course": _p("report", "No feed reports payments, so there is no course to draw."),
        "now": _p("report", "now"),
        "made_by": _p("report", "Kaibo · live-commerce operations"),
        "more": _p("report", "more on the page"),
        "changed": _p("report", "changed"),
    }


def _band_note(report: Report) -> str:
    if report.earlier < 3:
        return _("Usual range: not yet. It needs three earlier shows of this room and slot; there are %(n)s.") % {
            "n": report.earlier
        }
    if report.show.ended_at is None:
        return _("Usual range: P25–P75 of the last %(n)s shows of this room and slot at the same minute.") % {
            "n": report.earlier
        }
    text = ngettext(
        "Usual range: P25–P75 of the last %(n)s show of this room and slot.",
        "Usual range: P25–P75 of the last %(n)s shows of this room and slot.",
        report.earlier,
    )
    return text % {"n": report.earlier}


def why(value: Value) -> str:
    """Why a number is missing, in the reader's language."""
    return value.says.get("zh" if site.is_chinese() else "en") or site.reason_name(value.reason)


def cell(value: Value | None) -> Shape:
    """A number in a table: its text, or the reason why there is none."""
    if value is None:
        return {"text": "—", "why": "", "mark": ""}
    if value.value is None:
        return {"text": "—", "why": why(value), "mark": ""}
    if value.unit == "minor_per_minute":  # the heading says "per minute"; a narrow column has no room to repeat it
        value = replace(value, unit="minor", value=round(value.value))
    if value.unit == "minutes" and value.value and value.value < 1:
        value = replace(value, unit="seconds", value=round(value.value * 60))
    elif value.unit == "minutes" and value.value and round(value.value, 1) == round(value.value):
        value = replace(value, value=round(value.value))
    return {"text": site.number(value), "why": "", "mark": words.origin_short().get(value.origin, "")}


def _tile(one: Headline) -> Shape:
    value = one.value
    return {
        "id": value.id,
        "label": words.name(value.id),
        **cell(value),
        "status": value.status,
        "status_text": words.status(value.status),
        "target": _target(one),
        "band": _band(one),
    }


def _target(one: Headline) -> Shape | None:
    if one.goal is None or one.target is None:
        return None
    goal = Value(one.value.id, one.goal, one.value.unit, "final", None, currency=one.value.currency)
    reached = one.target.value
    share = 0.0 if reached is None else min(1.0, max(0.0, float(reached)))
    text = "—" if reached is None else f"{reached * 100:.1f}%"
    return {
        "goal": _("target %(amount)s") % {"amount": site.number(goal)},
        "text": text,
        "of": (_("%(share)s of budget") if one.value.id == "ad_spend" else _("%(share)s of target")) % {"share": text},
        "share": share,
        "percent": f"{share * 100:.1f}",
        "is_reached": reached is not None and reached >= 1,
    }


def _band(one: Headline) -> Shape | None:
    """The usual range as a bar of thirds: the middle third is the range, the dot where this night stands."""
    if one.band is None or one.value.value is None:
        return None
    low, high = one.band
    width = (high - low) or abs(high) or 1.0
    at = (float(one.value.value) - low + width) / (3 * width)
    verdict = "above" if one.value.value > high else "below" if one.value.value < low else "inside"
    direction = metrics.definition(one.value.id).direction
    is_good = (
        None if verdict == "inside" or direction == "neutral" else (verdict == "above") == (direction == "up_is_good")
    )
    names = {
        "above": _p("band", "above usual"),
        "inside": _p("band", "as usual"),
        "below": _p("band", "below usual"),
    }
    return {
        "text": f"{_plain(one.value, low)} – {_plain(one.value, high)}",
        "at": min(0.98, max(0.02, at)),
        "at_percent": f"{min(0.98, max(0.02, at)) * 100 - 0.8:.1f}",
        "tone": tone(verdict) if is_good is not None else "",
        "verdict": verdict,
        "name": names[verdict],
        "arrow": {"above": "▲", "inside": "●", "below": "▼"}[verdict],
        "is_good": is_good,
    }


def _plain(like: Value, amount: float) -> str:
    rounded = amount if like.unit in {"ratio", "multiple", "seconds"} else round(amount)
    return site.number(Value(like.id, rounded, like.unit, "final", None, currency=like.currency))


def _table(one: Breakdown) -> Shape:
    amounts = [_amount(line) for line in one.lines]
    top = max([amount for amount in amounts if amount is not None], default=0) or 1
    return {
        "by": one.by,
        "title": words.titles()[one.by],
        "first": words.first_columns()[one.by],
        "columns": [words.name(metric_id) for metric_id in one.columns],
        "ids": list(one.columns),
        "short": [index for index, each in enumerate(one.columns) if each in ON_PHONES[one.by]],
        "rows": [
            {
                "label": line_label(one.by, line),
                "sub": _sub(one.by, line),
                "cells": [
                    {**cell(line.values.get(metric_id)), "label": words.name(metric_id)} for metric_id in one.columns
                ],
                "share": max(0.0, (amount or 0) / top),
                "percent": f"{max(0.0, (amount or 0) / top) * 100:.1f}",
            }
            for line, amount in zip(one.lines, amounts, strict=True)
        ],
    }


def _amount(line: Line) -> float | None:
    value = line.values.get("gmv_paid")
    return None if value is None or value.value is None else float(value.value)


def line_label(by: str, line: Line) -> str:
    """What a row is about, in words."""
    if by == "traffic_source":
        return str(SOURCES.get(line.key, line.key))
    return line.label or _("not assigned")


def _sub(by: str, line: Line) -> str:
    if by == "host":
        return " · ".join(times.span_text(span) for span in line.spans)
    if by == "product" and line.spans:
        begun = " ".join(times.clock_time(span.from_us) for span in line.spans[:MANY_SPANS])
        more = len(line.spans) - MANY_SPANS
        return begun + (f" +{more}" if more > 0 else "")
    return ""


def _ads(report: Report) -> Shape:
    found = {value.id: value for value in report.ads}
    cells = [{"id": one.id, "label": words.name(one.id), **cell(one)} for one in report.ads if one.id not in BREAK_EVEN]
    known = [float(value.value) for one in (*ROI, *BREAK_EVEN) if (value := found[one]).value is not None]
    top = max(known, default=0) * 1.15 or 1
    return {
        "cells": cells,
        "gauge": [_needle(found[one], top, kind="roi") for one in ROI if found[one].value is not None],
        "ticks": [_needle(found[one], top, kind="break_even") for one in BREAK_EVEN],
        "verdict": _verdict(found["roas_room"], found["breakeven_roas"]),
    }


def _needle(value: Value, top: float, *, kind: str) -> Shape:
    at = None if value.value is None else min(1.0, float(value.value) / top)
    percent = "" if at is None else f"{at * 100:.1f}"
    return {"id": value.id, "label": words.name(value.id), "kind": kind, "at": at, "percent": percent, **cell(value)}


def _verdict(roi: Value, even: Value) -> Shape:
    if roi.value is None or even.value is None:
        missing = roi if roi.value is None else even
        return {"text": f"{words.name(missing.id)}: {why(missing)}", "is_good": None, "tone": ""}
    is_good = roi.value >= even.value
    text = (
        _("Overall ROI %(roi)s is above the break-even of all costs, %(even)s.")
        if is_good
        else _("Overall ROI %(roi)s is below the break-even of all costs, %(even)s.")
    )
    told = text % {"roi": site.number(roi), "even": site.number(even)}
    return {"text": told, "is_good": is_good, "tone": "good" if is_good else "bad"}


def tone(verdict: str) -> str:
    """Class of a verdict: rise and fall are coloured by the reader's habit, red rises in Chinese."""
    return {"above": "rise", "below": "fall"}.get(verdict, "")


def _refunds(report: Report) -> Shape:
    since = report.changed_since
    changed = since[1] if since else ()
    return {
        "columns": [_day_head(day, report.as_of) for day in report.refunds],
        "rows": [
            {
                "label": words.name(metric_id),
                "cells": [
                    {**cell(day.values.get(metric_id)), "is_changed": metric_id in day.changed}
                    for day in report.refunds
                ],
                "now": {**cell(report.refunds_now[metric_id]), "is_changed": metric_id in changed},
            }
            for metric_id in REFUND_ROWS
        ],
        "since": ""
        if not changed or since is None
        else _("Changed since %(day)s: %(names)s")
        % {"day": day_name(since[0]), "names": _(", ").join(words.name(one) for one in changed)},
    }


def day_name(day: int) -> str:
    """D+3; the baseline in words."""
    return f"D+{day}" if day else _p("refunds", "after 2 h")


def _day_head(day: RefundDay, at_us: int) -> Shape:
    if day.taken_at is not None:
        sub = times.moment(day.taken_at)
    elif day.due_at > at_us:
        sub = _("due %(day)s") % {"day": f"{times.local(day.due_at):%m-%d}"}
    else:
        sub = _("not taken")
    return {"name": day_name(day.day), "sub": sub}


def _acts(report: Report) -> list[Shape]:
    titles = words.act_titles()
    names = names_of(report)
    ordered = sorted(report.acts, key=lambda act: (list(titles).index(act.kind), act.at_us))
    return [
        {
            "kind": kind,
            "title": titles[kind],
            "lines": [
                {"at": times.clock_time(act.at_us), "text": words.act_text(act, report.currency, names)}
                for act in found
            ],
        }
        for kind, found in ((kind, list(group)) for kind, group in groupby(ordered, lambda act: act.kind))
    ]


def _told(told: Iterable[Value]) -> list[Shape]:
    names = words.origins()
    ordered = sorted(told, key=lambda one: list(names).index(one.origin) if one.origin in names else 99)
    return [
        {
            "origin": names.get(origin, origin),
            "items": [
                {
                    "id": one.id,
                    "name": words.name(one.id),
                    "text": site.number(one),
                    "sources": _(", ").join(feedwords.feed_name(name) for name in one.sources),
                    "as_of": times.moment(one.as_of) if one.as_of is not None else "—",
                    "status": words.status(one.status),
                    "note": one.says.get("zh" if site.is_chinese() else "en", ""),
                }
                for one in group
            ],
        }
        for origin, group in groupby(ordered, lambda one: one.origin)
    ]


def _feeds(report: Report) -> list[Shape]:
    return [
        {
            "name": feedwords.feed_name(feed.name),
            "last": times.moment(feed.last_event_at) if feed.last_event_at else _("never"),
            "gap": ""
            if feed.gap_minutes < 0.5
            else ngettext("silent %(n)s min", "silent %(n)s min", round(feed.gap_minutes))
            % {"n": round(feed.gap_minutes)},
        }
        for feed in report.feeds
    ]


def full_name(metric_id: str) -> str:
    """A number's name in the dictionary."""
    return site.definition_name(metrics.definition(metric_id))


def names_of(report: Report) -> dict[str, str]:
    """Names of the people in what happened, by actor. Cost: one query."""
    return actors.names_of({one for act in report.acts for one in act.who if one})
