"""Rows of settlements and money movements: refunds are ours, every other entry is kept with its amounts. Pure."""

from collections.abc import Iterator

import xxhash

from kaibo.connectors.exports.cells import Cells, Told
from kaibo.connectors.exports.forms import Form
from kaibo.connectors.exports.orders import ROOM, join_of
from kaibo.connectors.payloads import some
from kaibo.eventlog.events import PlatformEvent

_BACK = ("退款", "refund")
_OUT = ("出", "支", "-", "out")


def entry(row: Cells, form: Form, told: Told) -> Iterator[PlatformEvent]:
    """One event of an entry: money given back after settlement, else what was settled or moved, as it stands.

    Shape: `book:order.refunded:<entry>` counts only where no after-sale of the order is known. A settlement becomes
    `unknown` with `their_kind`, its amounts and its order, so that nothing is lost and nothing is counted twice.
    """
    platform = form.platform or told.platform or "other"
    at: int = row["at"]
    key: str = row["entry_id"] or f"{row['line_id'] or row['order_id']}:{at}:{row['amount']}"
    back = _given_back(row)
    if back is not None and row["order_id"] and form.book != "settlement":
        event = PlatformEvent(
            event_id=f"book:order.refunded:{key}",
            kind="order.refunded",
            platform=platform,
            room_id=ROOM,
            occurred_at=at,
        )
        event.amount_minor, event.currency = back, row.currency
        about = some(scene=row["scene"], entry_id=row["entry_id"], sku_order_id=row["line_id"])
        event.attrs = {**(about or {}), "refund_stage": "after_shipping"}
    else:
        event = PlatformEvent(
            event_id=f"{form.book}:{xxhash.xxh3_128_hexdigest(key.encode()) if len(key) > 100 else key}",
            kind="unknown",
            platform=platform,
            room_id=ROOM,
            occurred_at=at,
        )
        event.attrs = {
            "their_kind": form.book,
            **(some(scene=row["scene"], direction=row["direction"], sku_order_id=row["line_id"]) or {}),
            **_amounts(row),
        }
    event.order_id = row["order_id"]
    event.attrs = {**(event.attrs or {}), "join": join_of(row)}
    yield event


def _given_back(row: Cells) -> int | None:
    """What went back to a buyer: the refund column, else the amount of an outgoing entry that is called a refund."""
    if row["refund"]:
        return abs(int(row["refund"]))
    scene, direction = (row["scene"] or "").lower(), (row["direction"] or "").lower()
    is_out = any(word in direction for word in _OUT) or (row["amount"] or 0) < 0
    if is_out and any(word in scene for word in _BACK) and row["amount"]:
        return abs(int(row["amount"]))
    return None


def _amounts(row: Cells) -> dict[str, int]:
    names = ("amount", "income", "expense", "fee", "commission", "subsidy", "paid", "freight", "promoter_fee")
    return {f"{name}_minor": row[name] for name in (*names, "outside_fee", "balance") if row[name] is not None}
