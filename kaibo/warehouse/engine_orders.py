"""Orders inside the engine: facts that events inherit, lines, and the rows they change."""

import json
from typing import TYPE_CHECKING, Any

from kaibo.warehouse.counted import Counted, Rows

if TYPE_CHECKING:
    from kaibo.warehouse.engine import Engine


_ORDER_COLUMNS = (
    *("show_id", "platform", "room_id", "event_id", "uid", "kind", "occurred_at", "order_key", "family", "feed_id"),
    *("order_id", "source"),
    *("product", "viewer_id", "product_id", "link_no", "quantity", "amount_minor", "with_subsidy_minor"),
    *("receivable_minor", "is_fan", "is_presale", "refund_stage", "refund_kind", "is_quality", "recorded_home"),
)


def absorb_orders(engine: "Engine") -> list[str]:
    """Remember the batch's order events and name the shows that their orders belong to now."""
    if engine.is_empty("order_new"):
        return []
    engine.duck.execute("insert into order_event by name select * from order_new")
    _find_facts(engine)
    return engine.column("select distinct show_id from order_fact_new where show_id <> ''")


def _find_facts(engine: "Engine") -> None:
    if engine.facts_found:
        return
    engine.duck.execute(
        "create or replace temp table touched_family as select distinct family from order_new;"
        "create or replace temp table touched_order as"
        " select distinct order_key from order_event where family in (select family from touched_family)"
    )
    if engine.is_any_feed_bound:
        _tell_rooms_apart(engine)
    engine.make("order_fact_new", "order_facts")
    engine.facts_found = True


def _tell_rooms_apart(engine: "Engine") -> None:
    """Give each event the key of its own copy where one order id came in rooms that do not vouch for each other."""
    engine.duck.execute(
        f"create or replace temp table order_copy as {engine.sql('order_copies')};"  # noqa: S608 - our own file
        "update order_event set order_key = c.order_key from order_copy as c where c.uid = order_event.uid"
        " and c.family = order_event.family and c.occurred_at = order_event.occurred_at"
        " and c.order_key <> order_event.order_key;"
        "insert into touched_order select distinct order_key from order_copy"
        " where order_key not in (select order_key from touched_order)"
    )


def other_shows(engine: "Engine", show_id: str) -> list[str]:
    """Shows that hold a copy of an order of this show."""
    return engine.column(
        "select distinct f.show_id from order_fact as f where f.show_id <> '' and f.order_key in ("  # noqa: S608
        "select e.order_key from order_event as e where e.family in (select e.family from order_event as e"
        f" inner join order_fact as f on f.order_key = e.order_key where f.show_id = {_text(show_id)}))"
        f" and f.show_id <> {_text(show_id)}"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def change_orders(engine: "Engine", counted: Counted) -> list[str]:
    """Make `changed_line`, lines before and after, of every order that the batch touches; the shows they are in."""
    duck = engine.duck
    if engine.is_empty("order_new"):
        return []
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
        "insert into order_line by name select * from line_new;insert into changed_line by name select * from line_new"
    )
    changed = duck.execute("select distinct show_id, kind = 'unmatched' from changed_line").fetchall()
    if any(is_unmatched for _, is_unmatched in changed):
        counted.unmatched_touched = engine.column("select distinct uid from changed_line where kind = 'unmatched'")
        counted.unmatched = engine.rows(
            "(select show_id, uid, coalesce(order_id, '') as order_id, e.kind as kind, e.occurred_at as at_us,"
            " e.amount_minor as amount_minor, case when exists (select 1 from order_event as o inner join order_fact"
            " as f on f.order_key = o.order_key where o.family = e.family and f.is_known) then 'other_room'"
            " else 'unknown_order' end as reason from line_new as l join (select uid as event_uid, kind, occurred_at,"
            " amount_minor, family from order_event) as e on e.event_uid = l.uid where l.kind = 'unmatched')"
        )
    return sorted({show for show, _ in changed})


def _settle_homes(engine: "Engine", counted: Counted) -> None:
    """Name homes that are new or changed, and the events that stand under another show than their order's."""
    counted.homes = engine.rows(
        "(select n.order_key, n.show_id, (select nullif(min(e.family), n.order_key) from order_event as e"
        " where e.order_key = n.order_key) as family from order_fact_new as n left join order_fact as f"
        " using (order_key) where n.show_id is distinct from f.show_id and (n.show_id <> '' or f.show_id is not null)"
        " union all select order_key, '', null from order_fact where order_key in (select order_key from touched_order)"
        " and order_key not in (select order_key from order_fact_new))"
    )
    stray = "(e.show_id is null or e.show_id <> n.show_id)"
    moved = engine.rows(
        f"(select {stray} as is_stray, e.* replace (case when {stray} then n.show_id end as recorded_home)"  # noqa: S608
        " from order_event as e inner join order_fact_new as n on n.order_key = e.order_key"
        f" where case when {stray} then n.show_id end is distinct from e.recorded_home)"
    )
    if not moved.rows:
        return
    counted.strays = Rows(moved.columns[1:], [row[1:] for row in moved.rows if row[0]])
    uid = moved.columns.index("uid")
    counted.strays_gone = [row[uid] for row in moved.rows if not row[0]]
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


def order_cells(engine: "Engine") -> list[tuple[str, str, str, int]]:
    """The keys and minutes of the lines that changed, before and after."""
    return engine.duck.execute(
        f"with line as (select * from changed_line), order_time as ({engine.sql('order_times')}),"  # noqa: S608
        f" keyed_order as ({engine.sql('keyed_orders')})"
        ' select distinct show_id, grain, "key", minute_us from keyed_order'
    ).fetchall()


def key_lines(engine: "Engine", *, at_cells: bool, at_intervals: bool) -> None:
    """Make `order_time`: every line at the minutes that are to be written again."""
    parts = []
    if at_cells:
        parts.append("select show_id, event_minute_us as minute_us from changed_line")
        parts.append("select show_id, paid_minute_us from changed_line where paid_minute_us is not null")
    if at_intervals:
        parts.append("select show_id, minute_us from touched_minute")
    engine.duck.execute(
        "create or replace temp table order_time as"  # noqa: S608
        f" with line as (select * from order_line), told as ({engine.sql('order_times')})"
        f" select told.* from told where (show_id, minute_us) in ({' union '.join(parts)})"
    )


def order_body(row: dict[str, Any]) -> str:
    """An order event as the text a stray is kept in; `stage_orders` reads it back."""
    return json.dumps({name: row[name] for name in _ORDER_COLUMNS}, ensure_ascii=False)
