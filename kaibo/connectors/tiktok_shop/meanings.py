"""What each payload becomes, for the reference page."""

from kaibo.connectors.tiktok_shop.translate import RETURNED, STATES

ROWS = (
    *((f"webhook type 1, {state}", kind, "") for state, kind in STATES.items()),
    ("webhook type 1, any other state", "unknown", "ON_HOLD, AWAITING_COLLECTION, COMPLETED"),
    (f"webhook type 12, {RETURNED}", "order.refunded", "without amount"),
    ("webhook of any other type or state", "unknown", ""),
    ("orders/search, orders", "order.placed", "with the total in its own currency, as order.paid"),
    ("orders/search, orders", "order.paid", ""),
    ("orders/search, orders", "order.shipped", ""),
    ("orders/search, orders", "order.delivered", ""),
    ("orders/search, orders", "order.canceled", ""),
    ("returns/search, complete", "order.refunded", "with refund_total"),
    ("cancellations/search, complete", "order.canceled", ""),
    ("returns, cancellations under way", "unknown", ""),
    ("webhook of an order, once the feed fetches", "skipped", "told with its amount by the replies"),
    ("any other reply", "skipped", "statements, packages, uploads: no event of ours"),
)
DROPPED = {
    "recipient_address, buyer_email, buyer_message, cpf": "who receives, and where",
    "payment details besides total_amount": "taxes and fees of many countries; the settlement states them",
}
