"""What each payload becomes, for the reference page."""

from kaibo.connectors.wechat_channels.replies import FIGURES, REFUNDED
from kaibo.connectors.wechat_channels.translate import KINDS

ROWS = (
    *((f"event channels_ec_order_{name}", kind, "without amount") for name, (kind, _stamps) in KINDS.items()),
    (f"event channels_ec_aftersale_update, {REFUNDED}", "order.refunded", "without amount"),
    ("any other event", "unknown", "products, coupons, settlement, complaints, drop-shipping"),
    ("channels/ec/order/get", "order.placed", "with the amount of the order in fen"),
    ("channels/ec/order/get", "order.paid", "with the amount of the order in fen"),
    ("after-sale order, refunded", "order.refunded", "with amount in fen"),
    ("after-sale order, under way", "unknown", ""),
    *((f"live data, {name}", "figure.reported", f"`{figure}`") for name, figure in FIGURES.items()),
    ("livedashboard/getlivedata, every number", "figure.reported", "under its own name `section.path`"),
    ("event of an order, once the feed fetches", "skipped", "told with its amount by the replies"),
    ("any other reply", "skipped", "lists of ids, covers, delivery companies: no event of ours"),
)
DROPPED = {
    "FromUserName": "the buyer's open id of an event, which names nobody we count",
    "delivery_info.address_info": "who receives, and where",
    "sharer_info, sku_sharer_infos": "people who shared; a matter of commission, not of the show",
    "single_live_ec_spu_data_page_v2": "products of a show; no total of the room, and its names are not documented",
}
