"""What each payload becomes, for the reference page."""

from kaibo.connectors.kuaishou_shop.translate import KINDS

ROWS = (
    *((f"push kwaishop_order_{name}", kind, "without amount") for name, kind in KINDS.items()),
    ("any other push", "unknown", "fees, notes, addresses, refunds: their final state and amount are not documented"),
)
DROPPED = {
    "openId of the envelope": "the seller's; the buyer's goes into the viewer id, hashed",
    "eventId, bizId": "identify the delivery, not the event",
}
