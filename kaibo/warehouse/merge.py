"""Partial rows into the records database, by each column's declared merge: one code for SQLite and PostgreSQL."""

from collections.abc import Sequence
from itertools import batched
from typing import Any

from django.db import connection

from kaibo.eventlog import api as log
from kaibo.kit.clock import now_us
from kaibo.warehouse.columns import BY_NAME, COLUMNS, INTERVAL_GRAINS
from kaibo.warehouse.counted import Counted, Rows
from kaibo.warehouse.engine_orders import order_body
from kaibo.warehouse.writing import clean, delete, insert, many, quoted, update

_TABLE = "warehouse_minuterow"
_KEY = ("show_id", "grain", "key", "minute_us")
_CHUNK = 400
KEPT_COMMENTS = 500
NAMED_SHOWS = 20
"""Who watches is told of so many shows by name; of more at once it is told to look at all."""


def merge(counted: Counted) -> None:
    """Write one count; call inside the transaction that writes the ledger.

    Cost: about thirty statements; on SQLite one for each changed row.
    """
    _upsert_minutes(counted.added, adds=True)
    _upsert_minutes(counted.sampled, adds=False)
    _replace_ordered(counted.ordered)
    _replace_intervals(counted)
    _write_interval_rows(counted)
    _insert_once("warehouse_onlinesample", counted.samples)
    _insert_once("warehouse_figurerow", counted.figures)
    _insert_once("warehouse_momentrow", counted.moments)
    _write_comments(counted.comments)
    _write_words(counted)
    _write_orders(counted)
    _insert(
        "warehouse_showcurrency",
        counted.currencies,
        'on conflict ("show_id", "currency") do update set lines = warehouse_showcurrency.lines + excluded.lines',
        key=("show_id", "currency"),
    )
    _raise_versions(counted)


def _narrow(table: Rows) -> tuple[list[str], list[list[Any]]]:
    """Leave out columns that are NULL in every row: a statement names only what it writes."""
    width = range(len(_KEY), len(table.columns))
    used = [index for index in width if any(row[index] is not None for row in table.rows)]
    names = [table.columns[index] for index in used]
    return names, [[*map(clean, row[: len(_KEY)]), *(row[index] for index in used)] for row in table.rows]


def _assignment(name: str, *, adds: bool) -> str:
    old, new = f'{_TABLE}."{name}"', f'excluded."{name}"'
    column = BY_NAME[name]
    if not adds or column.merge != "sum":
        return f'"{name}" = {new}'
    total = f"coalesce({old}, 0) + {new}"
    if column.is_first:  # a first that moved away leaves nothing, not a zero
        total = f"nullif({total}, 0)"
    return f'"{name}" = case when {new} is null then {old} else {total} end'


def _upsert_minutes(table: Rows, *, adds: bool) -> None:
    if not table.rows:
        return
    names, rows = _narrow(table)
    if names:
        _write_minutes(names, rows, adds=adds)


def _write_minutes(names: Sequence[str], rows: Sequence[Sequence[Any]], *, adds: bool) -> None:
    setting = ", ".join(_assignment(name, adds=adds) for name in names)
    conflict = f"on conflict ({quoted(_KEY)}) do update set {setting}"
    insert(_TABLE, (*_KEY, *names), rows, conflict=conflict, key=_KEY)


def _replace_ordered(table: Rows) -> None:
    """Set the order columns of the touched keys; a key that lost its last order loses its row if nothing is left."""
    if not table.rows:
        return
    names = table.columns[len(_KEY) :]
    full = [row for row in table.rows if any(value is not None for value in row[len(_KEY) :])]
    gone = [_key_of(row) for row in table.rows if all(value is None for value in row[len(_KEY) :])]
    _write_minutes(names, [[*_key_of(row), *row[len(_KEY) :]] for row in full], adds=False)
    update(_TABLE, ", ".join(f'"{name}" = null' for name in names), _KEY, gone)
    delete(_TABLE, _KEY, gone, also=" and ".join(f'"{column.name}" is null' for column in COLUMNS))


def _key_of(row: Sequence[Any]) -> list[Any]:
    return [clean(value) for value in row[: len(_KEY)]]


def _replace_intervals(counted: Counted) -> None:
    grains = ", ".join(f"'{grain}'" for grain in INTERVAL_GRAINS)
    delete(_TABLE, ("show_id", "minute_us"), counted.touched.rows, also=f"grain in ({grains})")
    _upsert_minutes(counted.intervals, adds=False)


def _write_interval_rows(counted: Counted) -> None:
    delete("warehouse_intervalrow", ("show_id",), [[show] for show in counted.interval_shows])
    _insert("warehouse_intervalrow", counted.interval_rows)


def _insert(table: str, rows: Rows, conflict: str = "", *, key: Sequence[str] = ()) -> None:
    cleaned = [[clean(value) for value in row] for row in rows.rows]
    insert(table, rows.columns, cleaned, conflict=conflict, key=key)


def _insert_once(table: str, rows: Rows) -> None:
    _insert(table, rows, 'on conflict ("show_id", "uid") do nothing')


def _write_comments(rows: Rows) -> None:
    """Keep the newest comments per show, whatever order they came in."""
    _insert_once("warehouse_recentcomment", rows)
    many(
        "delete from warehouse_recentcomment where show_id = %s and id not in ("
        " select id from warehouse_recentcomment where show_id = %s"
        " order by at_us desc, event_id desc, uid desc limit %s)",
        [[show, show, KEPT_COMMENTS] for show in sorted({row[0] for row in rows.rows})],
    )


def _write_words(counted: Counted) -> None:
    _insert(
        "warehouse_showword",
        counted.words,
        'on conflict ("show_id", "dimension", "minute_us", "key")'
        " do update set lines = warehouse_showword.lines + excluded.lines",
        key=("show_id", "dimension", "minute_us", "key"),
    )
    _insert(
        "warehouse_showwording",
        counted.wordings,
        'on conflict ("show_id") do update set cues_version = excluded.cues_version',
        key=("show_id",),
    )
    _insert("warehouse_rebuildrequest", counted.to_read_again, 'on conflict ("show_id") do nothing')


def _write_orders(counted: Counted) -> None:
    _insert(
        "warehouse_orderhome",
        counted.homes,
        'on conflict ("order_key") do update set show_id = excluded.show_id, family = excluded.family',
        key=("order_key",),
    )
    strays = [
        (row["uid"], row["family"], row["show_id"] or "", row["recorded_home"], order_body(row))
        for row in counted.strays.dicts()
    ]
    _insert(
        "warehouse_strayevent",
        Rows(("uid", "order_key", "stamped_show_id", "home_show_id", "body"), strays),
        'on conflict ("uid") do update set home_show_id = excluded.home_show_id, body = excluded.body,'
        " stamped_show_id = excluded.stamped_show_id",
        key=("uid",),
    )
    delete("warehouse_strayevent", ("uid",), [[clean(uid)] for uid in counted.strays_gone])
    delete("warehouse_unmatchedrow", ("uid",), [[clean(uid)] for uid in counted.unmatched_touched])
    _insert_once("warehouse_unmatchedrow", counted.unmatched)


def _raise_versions(counted: Counted) -> None:
    many(
        "insert into warehouse_showversion (show_id, version, is_forgotten) values (%s, 1, %s)"
        " on conflict (show_id) do update set version = warehouse_showversion.version + 1, is_forgotten = %s",
        [[show, False, False] for show in counted.shows],
    )
    for name, sign in (("first_at", "<"), ("last_at", ">")):
        spans = [(row[name], row["show_id"], row[name]) for row in counted.spans.dicts() if row[name] is not None]
        many(
            f"update warehouse_showversion set {name} = %s where show_id = %s"  # noqa: S608
            f" and ({name} is null or {name} {'>' if sign == '<' else '<'} %s)",
            spans,
        )
    for show in counted.shows if len(counted.shows) <= NAMED_SHOWS else ("",):
        log.notices.tell("show", show)
    add_tally("version", 1)
    set_tally("counted_at", now_us())


def add_tally(name: str, value: int) -> None:
    """Add to one of the counter's own numbers."""
    many(
        "insert into warehouse_counttally (name, value) values (%s, %s)"
        " on conflict (name) do update set value = warehouse_counttally.value + excluded.value",
        [[name, value]],
    )


def set_tally(name: str, value: int) -> None:
    """Set one of the counter's own numbers."""
    many(
        "insert into warehouse_counttally (name, value) values (%s, %s)"
        " on conflict (name) do update set value = excluded.value",
        [[name, value]],
    )


def known_homes(orders: Sequence[str]) -> set[str]:
    """The shows to which these orders belong, whichever room they are of. Cost: a query per 400 orders."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for some in batched(orders, _CHUNK):
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(
                f"select show_id from warehouse_orderhome where order_key in ({marks})"  # noqa: S608
                f" union select show_id from warehouse_orderhome where family in ({marks})",
                [*some, *some],
            )
            found.update(show for (show,) in cursor.fetchall())
    return found - {""}
