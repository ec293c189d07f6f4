"""Reads of what was counted. Each says how many SQL queries it makes."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from kaibo.eventlog import api as log
from kaibo.kit.clock import now_us
from kaibo.warehouse import models
from kaibo.warehouse.columns import COLUMNS
from kaibo.warehouse.contracts import (
    Comment,
    CountStatus,
    Duty,
    Figure,
    Lap,
    MinuteRow,
    Moment,
    Offer,
    Sample,
    SetAside,
    Unmatched,
    WordMinute,
)
from kaibo.warehouse.offers import fold_offers

_NAMES = [column.name for column in COLUMNS]
_LAST = (
    "(select l.{name} from warehouse_minuterow l where l.show_id = m.show_id and l.grain = m.grain"
    " and l.key = m.key and l.{name} is not null and l.minute_us >= %s and l.minute_us < %s"
    " order by l.minute_us desc limit 1)"
)
_ALWAYS = (-(2**62), 2**62)


def totals(show_id: str, *, from_us: int | None = None, to_us: int | None = None) -> dict[str, int]:
    """The show's columns over the minutes that begin in [from_us, to_us); a column that nothing fed is absent.

    Cost: 1 query.
    """
    return totals_by(show_id, "show", from_us=from_us, to_us=to_us).get("", {})


def totals_by(
    show_id: str, grain: str, *, from_us: int | None = None, to_us: int | None = None
) -> dict[str, dict[str, int]]:
    """Key -> its columns over the minutes that begin in [from_us, to_us), merged as each column declares.

    Cost: 1 query.
    """
    window = (_ALWAYS[0] if from_us is None else from_us, _ALWAYS[1] if to_us is None else to_us)
    selected: list[str] = []
    values: list[int] = []
    for column in COLUMNS:
        if column.merge == "last":
            selected.append(_LAST.format(name=column.name))
            values.extend(window)
        else:
            selected.append(f"{column.merge}(m.{column.name})")
    statement = (
        f"select m.key, {', '.join(selected)} from warehouse_minuterow m"  # noqa: S608 - names come from COLUMNS
        " where m.show_id = %s and m.grain = %s and m.minute_us >= %s and m.minute_us < %s"
        " group by m.show_id, m.grain, m.key order by m.key"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, show_id, grain, *window])
        rows = cursor.fetchall()
    return {row[0]: _present(_NAMES, row[1:]) for row in rows}


def totals_of_shows(cursor: Any = None) -> dict[str, dict[str, int]]:
    """Show -> totals of every summed column, of all shows that have rows; the same in two homes that hold the same.

    `cursor` reads other records than this home's, such as a copy. Cost: 1 query over all minute rows.
    """
    if cursor is None:
        with connection.cursor() as own:
            return totals_of_shows(own)
    names = [column.name for column in COLUMNS if column.merge == "sum"]
    cursor.execute(
        f"select show_id, {', '.join(f'sum({name})' for name in names)}"  # noqa: S608 - names come from COLUMNS
        " from warehouse_minuterow where grain = 'show' group by show_id order by show_id"
    )
    return {row[0]: _present(names, row[1:]) for row in cursor.fetchall()}


def _present(names: list[str], values: Collection[Any]) -> dict[str, int]:
    return {name: int(value) for name, value in zip(names, values, strict=True) if value is not None}


def minute_rows(
    show_id: str,
    *,
    grain: str = "show",
    key: str | None = None,
    from_us: int | None = None,
    columns: Collection[str] | None = None,
) -> list[MinuteRow]:
    """Minute rows of one grain, ordered by key and minute; `columns` reads no more than those. Cost: 1 query."""
    names = _NAMES if columns is None else [name for name in _NAMES if name in columns]
    rows = models.MinuteRow.objects.filter(show_id=show_id, grain=grain)
    if key is not None:
        rows = rows.filter(key=key)
    if from_us is not None:
        rows = rows.filter(minute_us__gte=from_us)
    return [
        MinuteRow(show_id, grain, row[0], row[1], _present(names, row[2:]))
        for row in rows.order_by("key", "minute_us").values_list("key", "minute_us", *names)
    ]


def samples(show_id: str, *, from_us: int | None = None) -> list[Sample]:
    """Samples of the number online, in order of time. Cost: 1 query."""
    rows = models.OnlineSample.objects.filter(show_id=show_id)
    if from_us is not None:
        rows = rows.filter(at_us__gte=from_us)
    return [Sample(at_us, value) for at_us, value in rows.order_by("at_us", "uid").values_list("at_us", "value")]


def figures(show_id: str, *, of_parts: bool = False) -> list[Figure]:
    """Numbers stated of the whole show, or of its products and ad plans, in order of their as-of. Cost: 1 query."""
    rows = models.FigureRow.objects.filter(show_id=show_id).order_by("as_of_us", "uid")
    rows = rows.exclude(part="") if of_parts else rows.filter(part="")
    fields = ("figure", "value", "as_of_us", "basis", "origin", "feed_id", "is_final", "event_id", "part")
    return [Figure(*row) for row in rows.values_list(*fields)]


def moments(show_id: str, *, kinds: Collection[str] | None = None) -> list[Moment]:
    """Rare events in order of time. Cost: 1 query."""
    rows = models.MomentRow.objects.filter(show_id=show_id)
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    return [_moment(row) for row in rows.order_by("at_us", "event_id", "uid")]


def _moment(row: models.MomentRow) -> Moment:
    attrs = json.loads(row.attrs)
    if row.sku_id is not None:
        attrs.setdefault("sku_id", row.sku_id)
    return Moment(
        row.event_id,
        row.kind,
        row.at_us,
        row.product_id,
        row.link_no,
        row.host_id,
        row.amount_minor,
        row.text,
        attrs,
    )


def _intervals(show_id: str, grain: str) -> "QuerySet[models.IntervalRow]":
    return models.IntervalRow.objects.filter(show_id=show_id, grain=grain).order_by("from_us", "key", "to_us")


def laps(show_id: str) -> list[Lap]:
    """Laps in order of their start, in whole seconds. Cost: 1 query."""
    return [
        Lap(row.key, row.product_id, row.link_no, row.from_us, row.to_us, row.host_id)
        for row in _intervals(show_id, "lap")
    ]


def duties(show_id: str) -> list[Duty]:
    """Who was on duty from when to when, in whole seconds. Cost: 1 query."""
    return [Duty(row.key, row.from_us, row.to_us) for row in _intervals(show_id, "host")]


def offers(show_id: str) -> list[Offer]:
    """The room's list as its events leave it, by link number. Cost: 1 query."""
    kinds = ("offer.listed", "offer.unlisted", "offer.pinned", "price.changed", "stock.changed")
    return fold_offers(moments(show_id, kinds=kinds))


def recent_comments(show_id: str, *, limit: int = 50) -> list[Comment]:
    """The newest comments, newest first. Cost: 1 query."""
    rows = models.RecentComment.objects.filter(show_id=show_id).order_by("-at_us", "-event_id", "-uid")[:limit]
    return [Comment(row.event_id, row.at_us, row.text, row.viewer_id) for row in rows]


def unmatched(show_id: str) -> list[Unmatched]:
    """Events of orders that nobody has seen placed or paid, oldest first. Cost: 1 query."""
    rows = models.UnmatchedRow.objects.filter(show_id=show_id).order_by("at_us", "uid")
    return [
        Unmatched(row.uid.rsplit("\n", 1)[-1], row.kind, row.order_id, row.at_us, row.amount_minor, row.reason)
        for row in rows
    ]


def set_aside(limit: int = 100) -> list[SetAside]:
    """Batches that could not be counted, oldest first. Cost: 1 query."""
    names = ("writer", "from_seq", "to_seq", "path", "reason", "at_us", "tries", "is_asked")
    rows = models.QuarantinedBatch.objects.order_by("at_us", "id").values_list(*names)
    return [SetAside(*row) for row in rows[:limit]]


def currencies(show_id: str) -> dict[str, int]:
    """Currency -> how many amounts of the show are in it. Cost: 1 query."""
    return dict(models.ShowCurrency.objects.filter(show_id=show_id).values_list("currency", "lines"))


def show_version(show_id: str) -> int:
    """A number that rises whenever the show's rows change; 0 before the first. Cost: 1 query."""
    found = models.ShowVersion.objects.filter(show_id=show_id).values_list("version", flat=True).first()
    return found or 0


def show_span(show_id: str) -> tuple[int, int] | None:
    """First and last instant of what happened on air; refunds, shipping and stated numbers do not stretch it.

    Cost: 1 query.
    """
    span = models.ShowVersion.objects.filter(show_id=show_id).values_list("first_at", "last_at").first()
    if span is None or span[0] is None or span[1] is None:
        return None
    return span[0], span[1]


def is_rebuild_waiting() -> bool:
    """Whether a show or a batch waits to be counted again. Cost: 2 queries."""
    asked = models.QuarantinedBatch.objects.filter(is_asked=True)
    return models.RebuildRequest.objects.exists() or asked.exists()


def count_status() -> CountStatus:
    """How far counting is behind the log. Cost: 3 queries and one look at the log's index."""
    counted: dict[str, int] = {}
    last_batch_at: int | None = None
    for writer, to_seq, at in models.LedgerEntry.objects.values_list("writer", "to_seq", "counted_at"):
        counted[writer] = max(counted.get(writer, 0), to_seq)
        last_batch_at = at if last_batch_at is None else max(last_batch_at, at)
    waiting = list(log.batches(counted))
    oldest = min((ref.committed_at for ref in waiting if ref.committed_at), default=None)
    behind = 0.0 if not waiting else None if oldest is None else max(0.0, (now_us() - oldest) / 1_000_000)
    version = models.CountTally.objects.filter(name="version").values_list("value", flat=True).first()
    return CountStatus(
        counted_seq=counted,
        behind_events=sum(ref.to_seq - ref.from_seq + 1 for ref in waiting),
        behind_seconds=behind,
        last_batch_at=last_batch_at,
        quarantined_batches=models.QuarantinedBatch.objects.count(),
        version=version or 0,
    )


def words(
    shows: str | Sequence[str], dimension: str, *, from_us: int | None = None, to_us: int | None = None
) -> dict[str, int]:
    """Key -> comments of a show or of several that stand under it, over the minutes that begin in [from_us, to_us), the
    most first.

    `dimension`: term, intent, question (intents that were asked), mood (positive, negative, unsure; comments without an
    opinion are not listed), sentence (longer comments without marks and their last digits: what copies share), or
    comment: key '' is how many comments could be read, what a share is of; empty when none could. Cost: 1 query.
    """
    rows = _words(shows, dimension, from_us, to_us).values("key").annotate(comments=Sum("lines"))
    return {row["key"]: row["comments"] for row in rows.order_by("-comments", "key")}


def shows_read(shows: Sequence[str]) -> list[str]:
    """Those of these shows of which comments were read. Cost: 1 query."""
    return sorted(_words(shows, "comment", None, None).values_list("show_id", flat=True).distinct())


def word_minutes(
    show_id: str, dimension: str, *, key: str | None = None, from_us: int | None = None, to_us: int | None = None
) -> list[WordMinute]:
    """Minute by minute, of one key or of all, by time and key. Cost: 1 query."""
    rows = _words(show_id, dimension, from_us, to_us)
    if key is not None:
        rows = rows.filter(key=key)
    return [WordMinute(*row) for row in rows.order_by("minute_us", "key").values_list("minute_us", "key", "lines")]


def _words(
    shows: str | Sequence[str], dimension: str, from_us: int | None, to_us: int | None
) -> QuerySet[models.ShowWord]:
    wanted = [shows] if isinstance(shows, str) else list(shows)
    rows = models.ShowWord.objects.filter(show_id__in=wanted, dimension=dimension)
    if from_us is not None:
        rows = rows.filter(minute_us__gte=from_us)
    return rows if to_us is None else rows.filter(minute_us__lt=to_us)
