"""What each payload becomes, for the reference page."""

ROWS = (
    ("WebcastChatMessage", "comment.posted", ""),
    ("WebcastEmojiChatMessage", "comment.posted", "text = defaultContent"),
    ("WebcastGiftMessage at the end of its combo", "gift.sent", "diamonds stand in attrs: they are no money"),
    ("WebcastGiftMessage while it runs", "skipped", "its end tells the number"),
    ("WebcastLikeMessage", "like.given", ""),
    ("WebcastMemberMessage", "viewer.entered", ""),
    ("WebcastSocialMessage, action 1", "follow.gained", ""),
    ("WebcastSocialMessage, action 3", "share.made", ""),
    ("WebcastFansclubMessage, type 2", "fanclub.joined", ""),
    ("WebcastRoomUserSeqMessage, total", "online.sampled", "count = total"),
    ("WebcastRoomUserSeqMessage, totalUser", "figure.reported", "`web_total_user`"),
    ("WebcastRoomStatsMessage", "figure.reported", "`web_display_value`, a point: what the page shows"),
    ("WebcastControlMessage, status 3", "note.marked", "off air"),
    ("any other message", "unknown", "its name alone is kept"),
    ("a heartbeat or an acknowledgement", "skipped", ""),
)
DROPPED = {
    "user.nickName": "goes into its own table, where it can be erased; never into the log",
    "ranksList, pictures, badges": "not needed to count",
}
