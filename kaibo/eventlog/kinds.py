"""The kinds of event that Kaibo knows, frozen with schema 1. Anything else is kept as `unknown`."""

SCHEMA = 1

AUDIENCE = ("viewer.entered", "viewer.left", "online.sampled", "room.exposed")
INTERACTION = ("comment.posted", "like.given", "gift.sent", "follow.gained", "fanclub.joined", "share.made")
PRODUCT = ("product.exposed", "product.clicked", "cart.added", "coupon.claimed")
ORDER = ("order.placed", "order.paid", "order.canceled", "order.refunded", "order.shipped", "order.delivered")
STAGE = (
    "offer.listed",
    "offer.unlisted",
    "offer.pinned",
    "lap.started",
    "lap.ended",
    "price.changed",
    "stock.changed",
    "host.on",
    "host.off",
    "interaction.opened",
    "interaction.closed",
    "scene.switched",
    "ad.adjusted",
    "violation.received",
    "speech.transcribed",
    "note.marked",
    "show.started",
    "show.ended",
)
REPORT = ("spend.reported", "figure.reported")
GROUP = ("group.joined", "group.left", "group.message_posted")
UNKNOWN = "unknown"

KINDS: frozenset[str] = frozenset((*AUDIENCE, *INTERACTION, *PRODUCT, *ORDER, *STAGE, *REPORT, *GROUP, UNKNOWN))

MOMENT_KINDS: frozenset[str] = frozenset(STAGE) - {"speech.transcribed"}
"""Rare kinds that the timeline shows one by one; the counter keeps each as a row."""
