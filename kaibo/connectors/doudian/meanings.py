"""What each payload becomes, for the reference page."""

from kaibo.connectors.doudian.tags import AFTER_SALE, KINDS

ROWS = (
    *((f"push, tag {tag}", kind, f"time: {stamps[0]}") for tag, (kind, stamps) in sorted(KINDS.items())),
    ("push, any other tag", "unknown", "209, 212, 216-218, 400, 500-505 among them"),
    ("push, tag 0", "skipped", "a test message"),
    ("order.searchList, order.orderDetail", "order.placed", "one per line of the order"),
    ("order.searchList, order.orderDetail", "order.paid", "one per line, with amount, room, author and theme"),
    ("order.searchList, order.orderDetail", "order.shipped", "ship_time"),
    ("order.searchList, order.orderDetail", "order.delivered", "finish_time"),
    ("order.searchList, order.orderDetail", "order.canceled", "order_status 4"),
    ("afterSale.List, afterSale.refundListSearch", "order.refunded", f"finished, type {', '.join(AFTER_SALE)}"),
    ("afterSale.List, afterSale.refundListSearch", "unknown", "under way, or an exchange"),
    ("push of an order, once the feed fetches", "skipped", "told line by line by the replies"),
    ("the file of order.downloadToShop", "skipped", "the imports read it as a table: settlements beside their orders"),
    ("any other reply", "skipped", "settlement links, tokens, logistics, stock: no event of ours"),
)
DROPPED = {
    "receiver_msg, post_receiver_msg, post_addr, encrypt_post_*": "who receives, and where; also their ciphertext",
    "remark, seller_words, buyer_words": "notes, which hold phone numbers",
    "s_ids, logistics numbers": "not needed to count; the raw push holds them while it is kept",
    "refund_amount of an exchange": "an exchange moves no money",
}
