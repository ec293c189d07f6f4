"""Times of the report in the team's zone, as people read them."""

import datetime as dt
from datetime import datetime

from django.utils.translation import gettext as _

from kaibo.kit import env
from kaibo.kit.clock import business_day, to_datetime
from kaibo.operations.reports.contracts import Report, Span


def local(at_us: int) -> datetime:
    """The instant in the team's zone."""
    return to_datetime(at_us).astimezone(env.zone())


def clock_time(at_us: int) -> str:
    """20:00."""
    return f"{local(at_us):%H:%M}"


def moment(at_us: int) -> str:
    """11-26 20:00."""
    return f"{local(at_us):%m-%d %H:%M}"


def span_text(span: Span) -> str:
    """20:00–22:00 in the team's zone; `since 20:00` while it lasts."""
    if span.to_us is None:
        return _("since %(at)s") % {"at": clock_time(span.from_us)}
    return f"{clock_time(span.from_us)}–{clock_time(span.to_us)}"


def date(at_us: int | None) -> str:
    """2026-11-26 Thu."""
    return "" if at_us is None else f"{local(at_us):%Y-%m-%d} {_weekday(local(at_us))}"


def _weekday(day: dt.date) -> str:
    days = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return str(days[day.weekday()])


def date_of(report: Report) -> str:
    """The business day of the show."""
    return f"{_business_day(report):%Y-%m-%d}"


def weekday_of(report: Report) -> str:
    """Its day of the week."""
    return _weekday(_business_day(report))


def _business_day(report: Report) -> dt.date:
    return business_day(report.show.started_at or 0, zone=env.zone(), cut_hour=env.day_cut_hour())
