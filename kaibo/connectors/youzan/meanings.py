"""What each payload becomes, for the reference page."""

from kaibo.connectors.youzan.translate import KINDS

ROWS = (
    *((f"push {name}", kind, "without amount: its unit is not confirmed") for name, kind in KINDS.items()),
    ("any other push", "unknown", ""),
    ("push with test = true", "skipped", ""),
    ("youzan.trades.sold.get, youzan.trade.get", "order.placed", "with pay_info.payment in yuan, as order.paid"),
    ("youzan.trades.sold.get, youzan.trade.get", "order.paid", ""),
    ("youzan.trades.sold.get, youzan.trade.get", "order.shipped", "consign_time"),
    ("youzan.trades.sold.get, youzan.trade.get", "order.delivered", "success_time"),
    ("youzan.trades.sold.get, TRADE_CLOSED", "order.canceled", "when it was first seen so: no time of its own"),
    ("youzan.trade.refund.search, SUCCESS", "order.refunded", "with refund_fee in yuan, postage included"),
    ("youzan.trade.refund.search, any other status, exchanges", "unknown", ""),
    ("push of an order, once the feed fetches", "skipped", "told with its amount by the replies"),
    ("any other reply", "skipped", "no event of ours"),
)
DROPPED = {
    "buyer_info, address_info, receiver_*": "who buys and receives; yz_open_id goes into the viewer id, hashed",
    "kdt_name, mode, sendCount": "about the push, not about the order",
    "total_fee, real_payment, deduction_pay": "before discounts, or in parts and partly in fen",
    "refund_order": "the after-sales tell refunds, with their times",
}
