"""Orders inside the engine: facts that events inherit, lines, and the rows they change."""

from typing import TYPE_CHECKING

from kaibo.warehouse import sqlfiles
from kaibo.warehouse.counted import Counted

if TYPE_CHECKING:
    from kaibo.warehouse.engine import Engine


def absorb_orders(engine: "Engine") -> list[str]:
    """Remember the batch's order events and name the shows that their orders belong to now."""
    if engine.is_empty("order_new"):
        return []
    engine.duck.execute("insert into order_event by name select * from order_new")
    _find_facts(engine)
    return engine.column("select distinct show_id from order_fact_new where show_id <> ''")


def _find_facts(engine: "Engine") -> None:
    engine.duck.execute("create or replace temp table touched_order as select distinct order_key from order_new")
    engine.make("order_fact_new", "order_facts")


def count_orders(engine: "Engine", counted: Counted) -> None:
    """Make the rows of every minute and key that the batch's orders touch.

    Whole values, not steps: an order that moves to another night, source or minute leaves nothing behind.
    """
    duck = engine.duck
    if engine.is_empty("order_new"):
        duck.execute(
            "create or replace temp table changed_line as select * from order_line where false;"
            "create or replace temp table order_touched_show as select show_id from order_fact where false"
        )
        return
    _find_facts(engine)
    _settle_homes(engine, counted)
    _open_orders(engine)
    duck.execute(
        "create or replace temp table changed_line as"
        " select * from order_line where order_key in (select order_key from open_order);"
        "delete from order_line where order_key in (select order_key from open_order)"
    )
    engine.make("line_new", "order_lines")
    duck.execute(
        "insert into order_line by name select * from line_new;"
        "insert into changed_line by name select * from line_new;"
        "create or replace temp table order_touched_show as select distinct show_id from changed_line"
    )
    _write_rows(engine, counted)
    counted.unmatched_touched = engine.column("select distinct uid from changed_line where kind = 'unmatched'")
    counted.unmatched = engine.rows(
        "(select show_id, uid, coalesce(order_id, '') as order_id, e.kind as kind, e.occurred_at as at_us,"
        " e.amount_minor as amount_minor from line_new as l join (select uid as event_uid, kind, occurred_at,"
        " amount_minor from order_event) as e on e.event_uid = l.uid where l.kind = 'unmatched')"
    )


def _settle_homes(engine: "Engine", counted: Counted) -> None:
    """Name homes that are new or changed, and the events that stand under another show than their order's."""
    counted.homes = engine.rows(
        "(select n.order_key, n.show_id from order_fact_new as n left join order_fact as f using (order_key)"
        " where n.show_id is distinct from f.show_id and (n.show_id <> '' or f.show_id is not null))"
    )
    stray = "(e.show_id is null or e.show_id <> n.show_id)"
    joined = "order_event as e inner join order_fact_new as n on n.order_key = e.order_key"
    counted.strays = engine.rows(
        f"(select e.* replace (n.show_id as recorded_home) from {joined}"  # noqa: S608
        f" where {stray} and e.recorded_home is distinct from n.show_id)"
    )
    counted.strays_gone = engine.column(
        f"select e.uid from {joined} where not {stray} and e.recorded_home is not null"  # noqa: S608
    )
    engine.duck.execute(
        f"update order_event set recorded_home = case when {stray.replace('e.', 'order_event.')}"  # noqa: S608
        " then n.show_id end from order_fact_new as n where n.order_key = order_event.order_key"
    )


def _open_orders(engine: "Engine") -> None:
    """Touched orders and every order of their buyers: a first purchase may be another one now."""
    engine.duck.execute(
        "create or replace temp table touched_viewer as"
        " select show_id, viewer_id from order_fact where order_key in (select order_key from touched_order)"
        " union select show_id, viewer_id from order_fact_new;"
        "delete from order_fact where order_key in (select order_key from touched_order);"
        "insert into order_fact by name select * from order_fact_new;"
        "create or replace temp table open_order as"
        " select order_key from touched_order union"
        " select f.order_key from order_fact as f inner join touched_viewer as v"
        " on v.show_id = f.show_id and v.viewer_id = f.viewer_id"
    )


def _write_rows(engine: "Engine", counted: Counted) -> None:
    duck = engine.duck
    _key_lines(engine, "changed_line")
    duck.execute(
        "create or replace temp table order_cell as"
        " select distinct show_id, grain, key, minute_us from keyed_order;"
        "create or replace temp table cell_minute as select distinct show_id, minute_us from order_cell"
    )
    duck.execute(
        "create or replace temp table order_near as select l.* from order_line as l where exists ("
        " select 1 from cell_minute as c where c.show_id = l.show_id"
        " and (c.minute_us = l.event_minute_us or c.minute_us = l.paid_minute_us))"
    )
    _key_lines(engine, "order_near")
    engine.make("order_column", "order_columns")
    counted.ordered = engine.rows(
        "(select c.show_id, c.grain, c.key, c.minute_us, o.* exclude (show_id, grain, key, minute_us)"
        " from order_cell as c left join order_column as o"
        " on o.show_id = c.show_id and o.grain = c.grain and o.key = c.key and o.minute_us = c.minute_us)"
    )


def _key_lines(engine: "Engine", lines: str) -> None:
    engine.duck.execute(f"create or replace temp view line as select * from {lines}")  # noqa: S608
    engine.make("order_time", "order_times")
    engine.duck.execute(f"create or replace temp table keyed_order as {sqlfiles.load('live', 'keyed_orders')}")
