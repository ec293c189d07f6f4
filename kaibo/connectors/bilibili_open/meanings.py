"""What each payload becomes, for the reference page."""

from kaibo.connectors.bilibili_open.translate import _PREFIX

ROWS = (
    (f"{_PREFIX}DM", "comment.posted", ""),
    (f"{_PREFIX}SEND_GIFT", "gift.sent", "r_price × gift_num in gold coins, 1000 = 1 yuan; unpaid is 0"),
    (f"{_PREFIX}SUPER_CHAT", "gift.sent", "rmb in yuan"),
    (f"{_PREFIX}GUARD", "gift.sent", "price × guard_num in gold coins"),
    (f"{_PREFIX}LIKE", "like.given", "count = like_count per 2 s"),
    (f"{_PREFIX}LIVE_ROOM_ENTER", "viewer.entered", ""),
    (f"{_PREFIX}LIVE_START", "note.marked", "a room that drops and returns makes no new show"),
    (f"{_PREFIX}LIVE_END", "note.marked", ""),
    ("any other message", "unknown", "SUPER_CHAT_DEL, INTERACTION_END"),
)
DROPPED = {
    "uname": "goes into its own table, where it can be erased; never into the log",
    "uface, emoji_img_url": "pictures",
    "combo_info": "repeats what the gifts told",
    "union_id": "the same person across apps",
}
