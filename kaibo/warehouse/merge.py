"""Partial rows into the records database, by each column's declared merge: one code for SQLite and PostgreSQL."""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any

from django.db import connection

from kaibo.kit.clock import now_us
from kaibo.warehouse.columns import BY_NAME, COLUMNS, INTERVAL_GRAINS
from kaibo.warehouse.counted import Counted, Rows
from kaibo.warehouse.engine_orders import order_body

_TABLE = "warehouse_minuterow"
_KEY = ("show_id", "grain", "key", "minute_us")
_CHUNK = 400
KEPT_COMMENTS = 500


def merge(counted: Counted) -> None:
    """Write one count; call inside the transaction that writes the ledger.

    Cost: an upsert per changed row, in a few prepared statements.
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
    )
    _raise_versions(counted)


def _many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _clean(value: Any) -> Any:
    return value.replace("\x00", "") if isinstance(value, str) and "\x00" in value else value


def _narrow(table: Rows) -> tuple[list[str], list[list[Any]]]:
    """Leave out columns that are NULL in every row: a statement names only what it writes."""
    width = range(len(_KEY), len(table.columns))
    used = [index for index in width if any(row[index] is not None for row in table.rows)]
    names = [table.columns[index] for index in used]
    return names, [[*map(_clean, row[: len(_KEY)]), *(row[index] for index in used)] for row in table.rows]


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
    if not names:
        return
    marks = ", ".join(["%s"] * (len(_KEY) + len(names)))
    _many(
        f"insert into {_TABLE} ({_quoted((*_KEY, *names))}) values ({marks})"  # noqa: S608 - names of COLUMNS
        f" on conflict ({_quoted(_KEY)}) do update set {', '.join(_assignment(name, adds=adds) for name in names)}",
        rows,
    )


def _replace_ordered(table: Rows) -> None:
    """Set the order columns of the touched keys; a key that lost its last order loses its row if nothing is left."""
    if not table.rows:
        return
    names = table.columns[len(_KEY) :]
    full = [row for row in table.rows if any(value is not None for value in row[len(_KEY) :])]
    gone = [
        [_clean(value) for value in row[: len(_KEY)]]
        for row in table.rows
        if all(value is None for value in row[len(_KEY) :])
    ]
    marks = ", ".join(["%s"] * (len(_KEY) + len(names)))
    _many(
        f"insert into {_TABLE} ({_quoted((*_KEY, *names))}) values ({marks})"  # noqa: S608
        f" on conflict ({_quoted(_KEY)}) do update set {', '.join(_assignment(name, adds=False) for name in names)}",
        [[*map(_clean, row[: len(_KEY)]), *row[len(_KEY) :]] for row in full],
    )
    where = " and ".join(f'"{name}" = %s' for name in _KEY)
    nothing = ", ".join(f'"{name}" = null' for name in names)
    empty = " and ".join(f'"{column.name}" is null' for column in COLUMNS)
    _many(f"update {_TABLE} set {nothing} where {where}", gone)  # noqa: S608
    _many(f"delete from {_TABLE} where {where} and {empty}", gone)  # noqa: S608


def _replace_intervals(counted: Counted) -> None:
    marks = ", ".join(["%s"] * len(INTERVAL_GRAINS))
    _many(
        f"delete from {_TABLE} where show_id = %s and minute_us = %s and grain in ({marks})",  # noqa: S608
        [[*row, *INTERVAL_GRAINS] for row in counted.touched.rows],
    )
    _upsert_minutes(counted.intervals, adds=False)


def _write_interval_rows(counted: Counted) -> None:
    _many("delete from warehouse_intervalrow where show_id = %s", [[show] for show in counted.interval_shows])
    _insert("warehouse_intervalrow", counted.interval_rows)


def _insert(table: str, rows: Rows, conflict: str = "") -> None:
    marks = ", ".join(["%s"] * len(rows.columns))
    _many(
        f"insert into {table} ({_quoted(rows.columns)}) values ({marks}) {conflict}",  # noqa: S608 - our own names
        [[_clean(value) for value in row] for row in rows.rows],
    )


def _insert_once(table: str, rows: Rows) -> None:
    _insert(table, rows, 'on conflict ("show_id", "uid") do nothing')


def _write_comments(rows: Rows) -> None:
    """Keep the newest comments per show, whatever order they came in."""
    _insert_once("warehouse_recentcomment", rows)
    _many(
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
    )
    _insert(
        "warehouse_showwording",
        counted.wordings,
        'on conflict ("show_id") do update set cues_version = excluded.cues_version',
    )
    _insert("warehouse_rebuildrequest", counted.to_read_again, 'on conflict ("show_id") do nothing')


def _write_orders(counted: Counted) -> None:
    _insert(
        "warehouse_orderhome",
        counted.homes,
        'on conflict ("order_key") do update set show_id = excluded.show_id, family = excluded.family',
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
    )
    _many("delete from warehouse_strayevent where uid = %s", [[_clean(uid)] for uid in counted.strays_gone])
    _many("delete from warehouse_unmatchedrow where uid = %s", [[_clean(uid)] for uid in counted.unmatched_touched])
    _insert_once("warehouse_unmatchedrow", counted.unmatched)


def _raise_versions(counted: Counted) -> None:
    _many(
        "insert into warehouse_showversion (show_id, version, is_forgotten) values (%s, 1, %s)"
        " on conflict (show_id) do update set version = warehouse_showversion.version + 1, is_forgotten = %s",
        [[show, False, False] for show in counted.shows],
    )
    for name, sign in (("first_at", "<"), ("last_at", ">")):
        spans = [(row[name], row["show_id"], row[name]) for row in counted.spans.dicts() if row[name] is not None]
        _many(
            f"update warehouse_showversion set {name} = %s where show_id = %s"  # noqa: S608
            f" and ({name} is null or {name} {'>' if sign == '<' else '<'} %s)",
            spans,
        )
    add_tally("version", 1)
    set_tally("counted_at", now_us())


def add_tally(name: str, value: int) -> None:
    """Add to one of the counter's own numbers."""
    _many(
        "insert into warehouse_counttally (name, value) values (%s, %s)"
        " on conflict (name) do update set value = warehouse_counttally.value + excluded.value",
        [[name, value]],
    )


def set_tally(name: str, value: int) -> None:
    """Set one of the counter's own numbers."""
    _many(
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
