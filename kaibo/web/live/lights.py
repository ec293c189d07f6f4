"""One light per group of feeds in the bar: is it there, when did it last speak, is it known to be lost."""

from typing import Any

from kaibo.eventlog.contracts import Coverage
from kaibo.eventlog.kinds import AUDIENCE, ORDER, PRODUCT
from kaibo.web import feedwords

GROUPS: dict[str, tuple[tuple[str, ...], int]] = {
    "orders": (ORDER, 60),
    "viewers": (AUDIENCE, 60),
    "goods": (PRODUCT, 60),
    "comments": (("comment.posted", "like.given", "gift.sent"), 60),
    "ads": (("spend.reported",), 600),
    "typed": (("figure.reported",), 2400),
}
"""Light -> its kinds, and the seconds of silence after which it turns amber; five times that and it is lost.
Ads report every 1-5 minutes, people type figures every 15-30: a light that is always amber says nothing."""


def lights_state(coverage: Coverage) -> dict[str, Any]:
    """Paths `light/<group>` for the groups that some feed of the show reports, and `declares/<kind>`."""
    state: dict[str, Any] = {}
    for name, (kinds, patience) in GROUPS.items():
        ids = {feed for kind in kinds for feed in coverage.declared.get(kind, ())}
        if not ids and any(coverage.seen.get(kind) for kind in kinds):
            ids = {feed.id for feed in coverage.feeds if not feed.kinds}
        feeds = [feed for feed in coverage.feeds if feed.id in ids]
        if not feeds:
            continue
        spoke = [feed.last_received_at for feed in feeds if feed.last_received_at is not None]
        state[f"light/{name}"] = {
            "at": max(spoke, default=None),
            "is_gap": all(any(gap.feed_id == feed.id and gap.to_us is None for gap in coverage.gaps) for feed in feeds),
            "patience": patience,
            "feeds": [feedwords.feed_name(feed.name) for feed in feeds],
        }
    if "lap.started" in coverage.declared or coverage.seen.get("lap.started"):
        state["declares/lap.started"] = True
    return state
