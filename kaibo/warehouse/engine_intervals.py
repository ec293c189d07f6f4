"""Laps and duties inside the engine: intervals that may be told late."""

from typing import TYPE_CHECKING

from kaibo.warehouse.counted import Counted

if TYPE_CHECKING:
    from kaibo.warehouse.engine import Engine

BOUNDARIES = ("lap.started", "lap.ended", "host.on", "host.off", "show.ended")


def cut_intervals(engine: "Engine", counted: Counted) -> None:
    """Cut laps and duties again where the batch moved a boundary; `interval_change` holds those that differ."""
    duck = engine.duck
    engine.are_intervals_moved = engine.has(BOUNDARIES)
    if not engine.are_intervals_moved:
        return
    duck.execute(
        "create or replace temp table interval_show as select distinct show_id from moments"
        " where kind in ('lap.started', 'lap.ended', 'host.on', 'host.off', 'show.ended')"
    )
    counted.interval_shows = engine.column("select show_id from interval_show")
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


def touch_minutes(engine: "Engine", *, are_orders_changed: bool) -> bool:
    """Make `touched_minute` and `touched_interval`; whether there is anything to write again.

    Minutes of the batch, of moved firsts, of changed orders, and of everything inside a changed interval.
    """
    shows = "select show_id from interval"
    parts = ["select show_id, minute_us from minute_part"]
    if engine.are_firsts_moved:
        parts.append("select show_id, minute_us from first_moves")
    if are_orders_changed:
        parts.append("select show_id, event_minute_us from changed_line")
        parts.append("select show_id, paid_minute_us from changed_line")
    if engine.are_intervals_moved:
        shows += " union select show_id from interval_change"
        for table, second in (
            ("second_sum", "second_us"),
            ("order_line", "event_second_us"),
            ("order_line", "paid_second_us"),
        ):
            parts.append(
                f"select s.show_id, (s.{second} // 60000000) * 60000000 from {table} as s"  # noqa: S608
                " inner join interval_change as c on c.show_id = s.show_id"
                f" and s.{second} >= c.from_us and (c.to_us is null or s.{second} < c.to_us)"
            )
    elif engine.is_empty("interval"):
        return False
    engine.duck.execute(
        "create or replace temp table touched_minute as"  # noqa: S608
        f" select distinct show_id, minute_us from ({' union all '.join(parts)})"
        f" where minute_us is not null and show_id in ({shows})"
    )
    engine.make("touched_interval", "touched_interval")
    return True
