"""What each payload becomes, for the reference page."""

ROWS = (
    ("text_message", "comment.posted", ""),
    ("paid_message, paid_sticker", "gift.sent", "money in its own currency"),
    ("any other message_type", "unknown", "subscriptions, tickers, bans"),
)
DROPPED = {
    "author of other messages, author.images, badges, emotes": "who it was, and pictures",
    "author.display_name": "goes into its own table, where it can be erased; never into the log",
}
