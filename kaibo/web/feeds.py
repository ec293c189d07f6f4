"""Feeds as a reader may see and change them: the same rules for pages and API."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kaibo.commerce.team import api as team
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView, QuarantinedView
from kaibo.eventlog.kinds import KINDS
from kaibo.kit.errors import KaiboError, NotFound
from kaibo.web.pages import tools


class BadFeed(KaiboError):
    code = "bad_feed"
    status = 422


def visible(request: HttpRequest) -> list[FeedView]:
    """Feeds that report at least one room the reader sees."""
    scope = team.visible_rooms(request.user)
    platforms = {platform for platform, _room in scope.rooms}
    return [
        feed
        for feed in eventlog.feeds()
        if scope.is_all
        or any((feed.platform, room) in scope for room in feed.rooms)
        or (not feed.rooms and feed.platform in platforms)
    ]


def get(request: HttpRequest, feed_id: str, act: str = "feed.see") -> FeedView:
    """A feed the reader sees; raises NotFound for any other, Forbidden when they may not do `act` in its rooms."""
    for feed in visible(request):
        if feed.id == feed_id:
            if act != "feed.see":
                require_rooms(request, act, feed.platform, feed.rooms)
            return feed
    raise NotFound(_("There is no such feed."), feed=feed_id)


def quarantined(request: HttpRequest, *, limit: int) -> list[QuarantinedView]:
    """Refused lines as received, of feeds all of whose rooms the reader sees: such a line may be of any of them."""
    scope = team.visible_rooms(request.user)
    if scope.is_all:
        return eventlog.quarantined(limit=limit)
    mine = [feed for feed in visible(request) if feed.rooms and all((feed.platform, r) in scope for r in feed.rooms)]
    return eventlog.quarantined(limit=limit, feeds=[feed.id for feed in mine])


def create(
    request: HttpRequest, name: str, *, platform: str, rooms: tuple[str, ...], kinds: tuple[str, ...]
) -> tuple[FeedView, str]:
    """A feed and its token. Raises BadFeed with the field."""
    if not name.strip():
        raise BadFeed(_("A feed needs a name."), field="name")
    if not platform.strip():
        raise BadFeed(_("A feed needs a platform."), field="platform")
    unknown = sorted(set(kinds) - KINDS)
    if unknown:
        raise BadFeed(_("Unknown kind of event: %(kinds)s") % {"kinds": ", ".join(unknown)}, field="kinds")
    require_rooms(request, "feed.edit", platform, rooms)
    return eventlog.create_feed(
        name.strip(), connector="http", platform=platform, rooms=rooms, kinds=kinds, actor=tools.actor(request)
    )


def require_rooms(request: HttpRequest, act: str, platform: str, rooms: tuple[str, ...]) -> None:
    """A feed of a whole platform is for people with all rooms, else every listed room must be theirs."""
    tools.require(request, act)
    if not rooms:
        tools.require(request, "settings.see")
    for room_id in rooms:
        tools.require(request, act, platform=platform, room_id=room_id)
