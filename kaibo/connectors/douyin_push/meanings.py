"""What each payload becomes, for the reference page."""

ROWS = (
    ("push live_comment", "comment.posted", ""),
    ("push live_gift", "gift.sent", "gift_value in fen"),
    ("push live_gift, test = true", "skipped", "a test of the platform"),
    ("push live_like", "like.given", "count = like_num, merged per 2 s"),
    ("push live_fansclub, reason 2", "fanclub.joined", ""),
    ("push live_fansclub, reason 1", "unknown", "a rise of level"),
    ("push of any other type", "unknown", "live_user_enter_leave is documented nowhere: kept, not guessed"),
    ("webhook new_follow_action, action 1", "follow.gained", "of the account: room `account:<open id>`"),
    ("webhook life_trade_order_notify, pay_success", "order.paid", "local life; the unit of its amounts is unknown"),
    ("webhook verify_webhook", "skipped", "a handshake, answered at the door"),
    ("any other webhook", "unknown", "messages, groups, authorisations, members"),
)
DROPPED = {
    "avatar_url": "a picture of a person",
    "nickname": "goes into its own table, where it can be erased; never into the log",
    "content, mobile, card_data, user_infos of webhooks": "what people wrote in private, and how to reach them",
    "audience_sec_open_id, sec_magic_gift_id": "who else saw a gift; not needed to count",
}
