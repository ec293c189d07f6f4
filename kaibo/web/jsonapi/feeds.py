"""`/api/v1/feeds`."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from kaibo.eventlog import api as eventlog
from kaibo.web import feeds
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut, FeedIn, FeedMade, FeedOut, FeedSwitch

router = Router(tags=["feeds"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 422: ErrorOut}


@router.get("", response={200: list[FeedOut], 403: ErrorOut})
def feed_list(request: HttpRequest) -> Any:
    """Feeds that report a room the reader sees."""
    guard.require(request, "feed.see")
    return [guard.plain(feed) for feed in feeds.visible(request)]


@router.post("", response={201: FeedMade, **REFUSALS})
def create(request: HttpRequest, body: FeedIn) -> Any:
    """A feed and its token, which is shown only in this answer."""
    feed, token = feeds.create(
        request, body.name, platform=body.platform, rooms=tuple(body.rooms), kinds=tuple(body.kinds)
    )
    return Status(201, {"feed": guard.plain(feed), "token": token})


@router.get("/{feed_id}", response={200: FeedOut, 404: ErrorOut})
def feed(request: HttpRequest, feed_id: str) -> Any:
    """One feed with its health."""
    guard.require(request, "feed.see")
    return guard.plain(feeds.get(request, feed_id))


@router.post("/{feed_id}/token", response={200: FeedMade, **REFUSALS})
def rotate(request: HttpRequest, feed_id: str) -> Any:
    """A new token; the old one is void at once."""
    found = feeds.get(request, feed_id, "feed.edit")
    token = eventlog.rotate_token(feed_id, actor=guard.actor(request))
    return {"feed": guard.plain(found), "token": token}


@router.patch("/{feed_id}", response={200: FeedOut, **REFUSALS})
def switch(request: HttpRequest, feed_id: str, body: FeedSwitch) -> Any:
    """Enable or disable; events of a disabled feed are refused."""
    feeds.get(request, feed_id, "feed.edit")
    return guard.plain(eventlog.set_feed_enabled(feed_id, body.is_enabled, actor=guard.actor(request)))
