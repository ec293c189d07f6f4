"""Laps and duties inside the engine: intervals that may be told late, and the rows of the minutes they touch."""

from typing import TYPE_CHECKING

from kaibo.warehouse.counted import Counted

if TYPE_CHECKING:
    from kaibo.warehouse.engine import Engine

_MINUTE = "({} // 60000000) * 60000000"


def count_intervals(engine: "Engine", counted: Counted) -> None:
    """Make all rows of the interval grains at the minutes that the batch or a moved boundary touches."""
    _cut_again(engine, counted)
    duck = engine.duck
    duck.execute(
        "create or replace temp table interval_any as select distinct show_id from interval"
        " union select show_id from interval_change"
    )
    if duck.execute("select 1 from interval_any limit 1").fetchone() is None:
        return
    _touch_minutes(engine)
    for name in ("touched_interval", "touched_second", "touched_first"):
        engine.make(name, name)
    engine.make("keyed_sum", "keyed_seconds")
    engine.make("kind_column", "kind_columns")
    engine.make("keyed_first", "keyed_interval_firsts")
    engine.make("first_column", "first_columns")
    engine.make("keyed_sample", "keyed_interval_samples")
    engine.make("sample_column", "sample_columns", needed=not engine.is_empty("keyed_sample"))
    duck.execute(
        "create or replace temp view line as select l.* from order_line as l where exists ("
        " select 1 from touched_minute as t where t.show_id = l.show_id"
        " and (t.minute_us = l.event_minute_us or t.minute_us = l.paid_minute_us))"
    )
    engine.make("order_time", "order_times")
    engine.make("keyed_order", "keyed_interval_orders")
    engine.make("order_column", "order_columns", needed=not engine.is_empty("keyed_order"))
    counted.intervals = engine.wide("interval_row", ("kind_column", "first_column", "sample_column", "order_column"))
    counted.touched = engine.rows("touched_minute")


def _cut_again(engine: "Engine", counted: Counted) -> None:
    duck = engine.duck
    duck.execute(
        "create or replace temp table interval_show as select distinct show_id from moments"
        " where kind in ('lap.started', 'lap.ended', 'host.on', 'host.off', 'show.ended')"
    )
    counted.interval_shows = engine.column("select show_id from interval_show")
    if not counted.interval_shows:
        duck.execute("create or replace temp table interval_change as select * from interval where false")
        return
    engine.make("lap", "laps")
    engine.make("duty", "duties")
    duck.execute(
        "create or replace temp table interval_old as"
        " select * from interval where show_id in (select show_id from interval_show);"
        "delete from interval where show_id in (select show_id from interval_show);"
        "create or replace temp table interval_new as select * from lap union all select * from duty;"
        "insert into interval by name select * from interval_new;"
        "create or replace temp table interval_change as"
        " (select * from interval_old except all select * from interval_new)"
        " union all (select * from interval_new except all select * from interval_old)"
    )
    counted.interval_rows = engine.rows("(select * exclude (product) from interval_new)")


def _touch_minutes(engine: "Engine") -> None:
    """Minutes of the batch, of moved firsts, of changed orders, and of everything inside a changed interval."""
    inside = (
        "inner join interval_change as c on c.show_id = s.show_id"
        " and s.second_us >= c.from_us and (c.to_us is null or s.second_us < c.to_us)"
    )
    engine.duck.execute(
        "create or replace temp table touched_minute as select distinct show_id, minute_us from ("  # noqa: S608
        " select show_id, minute_us from event union all"
        " select show_id, minute_us from derived_lines union all"
        " select show_id, minute_us from first_moves union all"
        " select show_id, event_minute_us from changed_line union all"
        " select show_id, paid_minute_us from changed_line union all"
        f" select s.show_id, {_MINUTE.format('s.second_us')} from second_sum as s {inside} union all"
        f" select s.show_id, {_MINUTE.format('s.second_us')} from"
        f" (select show_id, event_second_us as second_us from order_line) as s {inside} union all"
        f" select s.show_id, {_MINUTE.format('s.second_us')} from"
        f" (select show_id, paid_second_us as second_us from order_line) as s {inside}"
        ") where minute_us is not null and show_id in (select show_id from interval_any)"
    )
