"""What each payload becomes, for the reference page."""

ROWS = (
    ("CommentEvent", "comment.posted", ""),
    ("GiftEvent at the end of its combo", "gift.sent", "diamonds stand in attrs: they are no money"),
    ("GiftEvent while it runs", "skipped", "its end tells the number"),
    ("LikeEvent", "like.given", ""),
    ("JoinEvent", "viewer.entered", ""),
    ("FollowEvent", "follow.gained", ""),
    ("ShareEvent", "share.made", ""),
    ("RoomUserSeqEvent", "online.sampled", "count = total"),
    ("LiveEndEvent", "note.marked", ""),
    ("any other event", "unknown", "OecLiveShoppingEvent, RoomPinEvent, EnvelopeEvent, SubNotifyEvent"),
)
DROPPED = {
    "user.nickname": "goes into its own table, where it can be erased; never into the log",
    "user pictures, badges": "not needed to count",
}
