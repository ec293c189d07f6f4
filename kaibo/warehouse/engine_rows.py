"""Rows out of the engine: sums, firsts, samples and orders of one batch under every key, put side by side."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kaibo.warehouse.columns import COLUMNS, FED, FIRST_OF, INTERVAL_GRAINS
from kaibo.warehouse.counted import Counted, Rows
from kaibo.warehouse.engine_intervals import touch_minutes
from kaibo.warehouse.engine_orders import key_lines, order_cells

if TYPE_CHECKING:
    from kaibo.warehouse.engine import Engine

Cell = tuple[str, str, str, int]
_KEY = ("show_id", "grain", "key", "minute_us")
_INTERVALS = frozenset(INTERVAL_GRAINS)


class _Cells:
    """Columns by cell; intervals, whose rows are written whole, apart from what is added to stored rows."""

    def __init__(self) -> None:
        self.added: dict[Cell, dict[str, Any]] = {}
        self.intervals: dict[Cell, dict[str, Any]] = {}

    def at(self, cell: Cell) -> dict[str, Any]:
        side = self.intervals if cell[1] in _INTERVALS else self.added
        found = side.get(cell)
        if found is None:
            found = side[cell] = {}
        return found


def give_rows(engine: "Engine", counted: Counted, *, are_orders_changed: bool) -> None:
    """Fill in minute rows. One statement per kind of number, whatever the number of grains."""
    touched = touch_minutes(engine, are_orders_changed=are_orders_changed)
    cells = _Cells()
    _sums(engine, cells, touched=touched)
    _firsts(engine, cells, touched=touched)
    counted.sampled = _samples(engine, cells, touched=touched)
    counted.ordered = _orders(engine, cells, touched=touched, changed=are_orders_changed)
    counted.added = _wide(cells.added)
    counted.intervals = _wide(cells.intervals)
    if touched:
        counted.touched = engine.rows("touched_minute")


def _union(*parts: str) -> str:
    return " union all by name ".join(f"({part})" for part in parts if part)


def _sums(engine: "Engine", cells: _Cells, *, touched: bool) -> None:
    keyed = _union(engine.sql("keyed_minutes"), engine.sql("keyed_seconds") if touched else "")
    every = FED["*"]
    for *cell, kind, lines, counted, pieces, amount, watched, stayed in engine.duck.execute(
        f"with keyed_sum as ({keyed}) {engine.sql('kind_sums')}"
    ).fetchall():
        measures = (lines, counted, pieces, amount, watched, stayed)
        row = cells.at(tuple(cell))
        for place, name in (*every, *FED.get(kind, ())):
            value = measures[place]
            if value is not None:
                row[name] = row.get(name, 0) + value


def _firsts(engine: "Engine", cells: _Cells, *, touched: bool) -> None:
    keyed = _union(
        engine.sql("keyed_firsts") if engine.are_firsts_moved else "",
        engine.sql("keyed_interval_firsts") if touched else "",
    )
    if not keyed:
        return
    for *cell, kind, moved in engine.duck.execute(
        f"with keyed_first as ({keyed}) {engine.sql('first_sums')}"
    ).fetchall():
        name = FIRST_OF.get(kind)
        if name is not None:
            cells.at(tuple(cell))[name] = moved


def _samples(engine: "Engine", cells: _Cells, *, touched: bool) -> Rows:
    keyed = _union(
        engine.sql("keyed_samples") if engine.has(("online.sampled",)) else "",
        engine.sql("keyed_interval_samples") if touched else "",
    )
    if not keyed:
        return Rows()
    found = _Cells()
    names = ("online_max", "online_last")
    for *cell, highest, last in engine.duck.execute(
        f"with keyed_sample as ({keyed}) {engine.sql('sample_columns')}"
    ).fetchall():
        found.at(tuple(cell)).update(zip(names, (highest, last), strict=True))
    for place, values in found.intervals.items():
        cells.at(place).update(values)
    return _wide(found.added)


def _orders(engine: "Engine", cells: _Cells, *, touched: bool, changed: bool) -> Rows:
    """Whole values at the touched keys; a key that lost its last order is a row of NULLs."""
    wanted = order_cells(engine) if changed else []
    parts = _union(
        engine.sql("keyed_orders") if wanted else "",
        engine.sql("keyed_interval_orders") if touched else "",
    )
    if not parts:
        return Rows()
    key_lines(engine, at_cells=bool(wanted), at_intervals=touched)
    cursor = engine.duck.execute(f"with keyed_order as ({parts}) {engine.sql('order_columns')}")
    names = [column[0] for column in cursor.description or ()][len(_KEY) :]
    found: dict[Cell, tuple[Any, ...]] = {}
    for show, grain, key, minute, *values in cursor.fetchall():
        if grain in _INTERVALS:
            cells.at((show, grain, key, minute)).update(_present(names, values))
        else:
            found[show, grain, key, minute] = tuple(values)
    nothing = (None,) * len(names)
    return Rows((*_KEY, *names), [(*cell, *found.get(cell, nothing)) for cell in wanted])


def _present(names: list[str], values: list[Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in zip(names, values, strict=True) if value is not None)


def _wide(cells: dict[Cell, dict[str, Any]]) -> Rows:
    used = {name for values in cells.values() for name in values}
    names = [column.name for column in COLUMNS if column.name in used]
    return Rows((*_KEY, *names), [(*cell, *map(values.get, names)) for cell, values in cells.items()])
