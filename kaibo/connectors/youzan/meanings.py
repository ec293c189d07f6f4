"""What each payload becomes, for the reference page."""

from kaibo.connectors.youzan.translate import KINDS

ROWS = (
    *((f"push {name}", kind, "without amount: its unit is not confirmed") for name, kind in KINDS.items()),
    ("any other push", "unknown", ""),
    ("push with test = true", "skipped", ""),
)
DROPPED = {
    "buyer_info, address_info, receiver_*": "who buys and receives",
    "kdt_name, mode, sendCount": "about the push, not about the order",
}
