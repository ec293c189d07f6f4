"""Rows of reports as figures, hours of ad spend and stock. Pure; the room is found by the join."""

import datetime as dt
import re
from collections.abc import Iterator

from kaibo.connectors.exports.cells import CellProblem, Cells, Told
from kaibo.connectors.exports.forms import KEYS, Form
from kaibo.connectors.exports.orders import join_of
from kaibo.connectors.payloads import some
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock
from kaibo.kit.clock import DAY_US, HOUR_US
from kaibo.kit.speech import gettext as _
from kaibo.kit.tables.texts import BadCell
from kaibo.kit.tables.values import read_instant

ROOM = "report:files"
_POINTS = frozenset(("online_max", "online_mean", "watch_mean_seconds"))
_HOUR = re.compile(
    r"(?:(?P<day>.*\d)[ t])?(?P<hour>\d{1,2})(?:[:时点]\d{0,2}(?::\d{2})?)?\s*(?:[-~至—].*)?\Z", re.IGNORECASE
)


def figures(row: Cells, form: Form, told: Told) -> Iterator[PlatformEvent]:
    """A figure per column that holds a number, as of the row's own time, else of the export."""
    as_of = row["as_of"] or told.as_of
    of = f"{form.grain}:{row[f'{form.grain}_id']}:" if form.grain and row[f"{form.grain}_id"] else ""
    begins = row["begins_at"] or 0
    if form.grain == "product" and row["product_id"] and row["link_no"]:
        yield _listing(row, form, told, f"file:{form.id}:{begins}:{of}link:{row['link_no']}")
    for name, value in row.values.items():
        if name in KEYS or value is None:
            continue
        event = PlatformEvent(
            event_id=f"file:{form.id}:{begins}:{of}{name}:{as_of}",
            kind="figure.reported",
            platform=form.platform or told.platform or "other",
            room_id=ROOM,
            occurred_at=as_of,
        )
        event.product_id, event.link_no = row["product_id"], row["link_no"]
        event.attrs = {
            "figure": name,
            "value": value,
            "basis": "point" if name in _POINTS else "cumulative",
            "origin": "imported",
            "report": form.id,
            **(some(plan_id=row["plan_id"], title=row["title"]) or {}),
            "join": join_of(row),
        }
        yield event


def _listing(row: Cells, form: Form, told: Told, event_id: str) -> PlatformEvent:
    """Which product stood under which link number; the join sets it at the beginning of the show."""
    event = PlatformEvent(
        event_id=event_id,
        kind="offer.listed",
        platform=form.platform or told.platform or "other",
        room_id=ROOM,
        occurred_at=row["begins_at"] or row["as_of"] or told.as_of,
    )
    event.product_id, event.link_no = row["product_id"], row["link_no"]
    event.attrs = {**(some(title=row["title"]) or {}), "join": join_of(row)}
    return event


def hour_of(row: Cells, told: Told) -> int | None:
    """The start of the row's hour: `2026-03-12 20:00-21:00`, `20:00`, `20` beside a date. A problem of the row else."""
    text = str(row["hour"] or "").strip()
    found = _HOUR.match(text)
    try:
        if found is not None and int(found["hour"]) <= 24:
            day = read_instant(found["day"], told.zone) if found["day"] else row["date"]
            if day is not None:
                local = clock.to_datetime(day).astimezone(told.zone)
                midnight = dt.datetime(local.year, local.month, local.day, tzinfo=told.zone)
                return clock.from_datetime(
                    midnight + dt.timedelta(hours=int(found["hour"]))
                )  # by the clock on the wall
        whole = read_instant(text, told.zone)
        if whole is not None:
            return whole // HOUR_US * HOUR_US
    except BadCell:
        pass
    problem = _("“%(text)s” is no hour of a day.") % {"text": text[:40]}
    fix = _("Write it like 2026-03-12 20:00, or map the date column too.")
    row.problems.append(CellProblem(row.number, "hour", problem, fix, value=text[:80], name="hour"))
    return None


def spend(row: Cells, form: Form, told: Told) -> Iterator[PlatformEvent]:
    """What one hour cost so far; the join turns it into the step since the last file, inside the show's time."""
    hour = hour_of(row, told)
    if hour is None:
        return
    event = PlatformEvent(
        event_id=f"hour:{row['plan_id'] or ''}:{hour}",
        kind="spend.reported",
        platform=form.platform or told.platform or "other",
        room_id=ROOM,
        occurred_at=hour,
        amount_minor=row["spend"] or 0,
        currency=row.currency,
    )
    grown = some(ad_impressions=row["impressions"], ad_clicks=row["clicks"], attributed_gmv_minor=row["attributed"])
    event.attrs = {**(some(plan_id=row["plan_id"]) or {}), **(grown or {}), "join": join_of(row)}
    yield event


def stock(row: Cells, form: Form, told: Told) -> Iterator[PlatformEvent]:
    """Pieces available of a SKU, as of the row's own time, else of the export."""
    at = row["as_of"] if row["as_of"] is not None and told.as_of - row["as_of"] < DAY_US else told.as_of
    available = row["available"] if row["available"] is not None else row["on_hand"]
    if available is None:
        return
    code = row["sku_id"] or row["sku_code"]
    event = PlatformEvent(
        event_id=f"stock:{code}:{at}",
        kind="stock.changed",
        platform=form.platform or told.platform or "other",
        room_id=ROOM,
        occurred_at=at,
    )
    event.sku_id, event.product_id = code, row["product_id"]
    about = some(title=row["title"], held=row["held"], report=form.id)
    event.attrs = {"stock": available, **(about or {}), "join": {"sku": code}}
    yield event
