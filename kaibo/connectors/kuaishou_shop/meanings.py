"""What each payload becomes, for the reference page."""

from kaibo.connectors.kuaishou_shop.translate import KINDS

ROWS = (
    *((f"push kwaishop_order_{name}", kind, "without amount") for name, kind in KINDS.items()),
    ("any other push", "unknown", "fees, notes, addresses, refunds: their final state and amount are not documented"),
    ("open.order.cursor.list, open.order.detail", "order.placed", "with totalFee in fen, as order.paid"),
    ("open.order.cursor.list, open.order.detail", "order.paid", "totalFee taken as what was paid: not verified"),
    ("open.order.cursor.list, open.order.detail", "order.shipped", ""),
    ("open.order.cursor.list, open.order.detail", "order.delivered", ""),
    ("open.order.cursor.list, status 80", "order.canceled", "when it was first seen so: no time of its own"),
    ("open.seller.order.refund.pcursor.list, status 60", "order.refunded", "with refundFee in fen"),
    ("open.seller.order.refund.pcursor.list, any other status, exchanges", "unknown", ""),
    ("push of an order, once the feed fetches", "skipped", "told with its amount by the replies"),
    ("any other reply", "skipped", "no event of ours"),
)
DROPPED = {
    "openId of the envelope": "the seller's; the buyer's goes into the viewer id, hashed",
    "eventId, bizId": "identify the delivery, not the event",
    "orderAddress, buyerNick, buyerImage, orderNote": "who buys and receives, and what was noted about them",
    "discountFee, expressFee, price": "parts of totalFee whose sum is not documented",
}
