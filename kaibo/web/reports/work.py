"""The work behind the night as plain tables, the same for page, picture, PDF and workbook."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import pgettext as _p

from kaibo.commerce.registers.contracts import ShiftView
from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import FIGURES
from kaibo.kit.clock import MINUTE_US
from kaibo.metrics.contracts import Unit, Value
from kaibo.operations.reports.contracts import Report, Span
from kaibo.web import words as site
from kaibo.web.registers.words import DUTIES, ORIGINS
from kaibo.web.reports import times

NONE = "—"
STATES = ("fine", "wrong", "open")


@dataclass(frozen=True, slots=True)
class Plain:
    """A table of texts. `words` columns at the left are words, the others numbers; `why` says what a dash means."""

    id: str
    title: str
    columns: list[str]
    rows: list[list[str]]
    words: int = 1
    note: str = ""
    why: str = ""
    bad: list[int] = field(default_factory=list)


def tables(report: Report) -> list[Plain]:
    """Shifts, checklist, rounds and ad plans; what the team did not use is left out."""
    if not report.is_whole:
        return []
    found = (_shifts(report), _checklist(report), _rounds(report), _plans(report))
    return [one for one in found if one is not None and one.rows]


def _span(from_us: int | None, to_us: int | None) -> str:
    return NONE if from_us is None else times.span_text(Span(from_us, to_us))


def _length(us: int) -> str:
    minutes = round(us / MINUTE_US)
    return f"{minutes // 60}:{minutes % 60:02d}"


def _shifts(report: Report) -> Plain:
    return Plain(
        "shifts",
        _p("report", "Shifts, planned and worked"),
        [
            _p("report", "Who"), _p("report", "Duty"), _p("report", "Planned"), _p("report", "Worked"),
            _p("report", "Hours"), _p("report", "Against plan"), _p("report", "Known from"),
        ],
        [_shift(one) for one in report.work.shifts],
        words=2,
        why=_p("report", "— in “Worked”: neither host changes nor typed hours tell it."),
    )  # fmt: skip


def _shift(one: ShiftView) -> list[str]:
    planned = None
    if one.planned_from_us is not None and one.planned_to_us is not None:
        planned = one.planned_to_us - one.planned_from_us
    worked = one.worked_us
    off = NONE
    if planned is not None and worked is not None:
        minutes = round((worked - planned) / MINUTE_US)
        off = _p("report", "%(minutes)s min") % {"minutes": f"{minutes:+d}" if minutes else "0"}
    return [
        one.person,
        str(DUTIES.get(one.duty, one.duty)),
        _span(one.planned_from_us, one.planned_to_us),
        _span(one.from_us, one.to_us),
        NONE if worked is None else _length(worked),
        off,
        NONE if one.origin == "planned" else str(ORIGINS.get(one.origin, one.origin)),
    ]


def _checklist(report: Report) -> Plain | None:
    found = report.work.checklist
    if found is None:
        return None
    names = {"fine": _p("checklist", "fine"), "wrong": _p("checklist", "wrong"), "open": _p("checklist", "not ticked")}
    points = sorted(found.points, key=lambda point: -STATES.index(point.state))
    done = found.counts.get("fine", 0)
    return Plain(
        "checklist",
        _p("report", "Checklist before air"),
        [_p("report", "Point"), _p("report", "State"), _p("report", "Note"), _p("report", "Ticked at")],
        [
            [one.text, names[one.state], one.note or NONE, NONE if one.at_us is None else times.clock_time(one.at_us)]
            for one in points
        ],
        words=3,
        note=_p("report", "%(done)s of %(all)s fine") % {"done": done, "all": len(points)},
        bad=[at for at, one in enumerate(points) if one.state != "fine"],
    )


def _rounds(report: Report) -> Plain:
    found = report.work.rounds
    names = [name for name in FIGURES if any(name in view.values for view in found)]
    rows = []
    for view in found:
        cells = (_stated(view.values, name, FIGURES[name].unit, report.currency) for name in names)
        rows.append([times.clock_time(view.as_of_us), *cells, _p("report", "corrected") if view.corrected_us else ""])
    return Plain(
        "rounds",
        _p("report", "Rounds typed"),
        [_p("report", "As of"), *(str(rounds.NAMES[name]) for name in names), ""],
        rows,
        why=_p("report", "As typed, since the start of the show; — was not typed."),
    )


PLAN_FIGURES: dict[str, Unit] = {
    "spend_minor": "minor",
    "attributed_gmv_minor": "minor",
    "ad_impressions": "count",
    "ad_clicks": "count",
    "attributed_orders": "count",
}


def _plans(report: Report) -> Plain:
    even = {one.id: one for one in report.ads}["breakeven_roas"]
    names = [name for name in PLAN_FIGURES if any(name in line.values for line in report.work.plans)]
    heads = {
        "spend_minor": _p("report", "Ad spend"),
        "attributed_gmv_minor": _p("report", "Attributed GMV"),
        "ad_impressions": _p("report", "Ad impressions"),
        "ad_clicks": _p("report", "Ad clicks"),
        "attributed_orders": _p("report", "Attributed orders"),
    }
    rows = []
    for line in report.work.plans:
        roi = NONE if line.roas is None else f"{line.roas:.2f}"
        cells = [_stated(line.values, name, PLAN_FIGURES[name], report.currency) for name in names]
        rows.append([line.plan_id, *cells, roi, times.moment(line.as_of_us)])
    told = site.number(even) if even.value is not None else NONE
    return Plain(
        "plans",
        _p("report", "Ads by plan"),
        [_p("report", "Plan"), *(heads[name] for name in names), _p("report", "Attributed ROI"), _p("report", "As of")],
        rows,
        note=_p("report", "Break-even, all costs: %(roi)s") % {"roi": told},
        why=_p(
            "report",
            "As the ad platform's files state it, not counted by us; — is not stated. In amber: below break-even.",
        ),
        bad=[
            at
            for at, line in enumerate(report.work.plans)
            if line.roas is not None and even.value is not None and line.roas < even.value
        ],
    )


def _stated(values: Mapping[str, int], name: str, unit: str, currency: str) -> str:
    if name not in values:
        return NONE
    kind: Unit = "minor" if unit == "minor" else "seconds" if unit == "seconds" else "count"
    return site.number(Value("", values[name], kind, "final", None, currency=currency))
