"""Who may see a matter: people of a room that it was heard in, and of it only what was said in their rooms."""

from collections.abc import Collection
from dataclasses import replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import RoomScope
from kaibo.operations.opinion import api as opinion
from kaibo.operations.opinion.contracts import MatterView
from kaibo.operations.opinion.errors import MatterNotFound
from kaibo.web.pages import tools


def visible(scope: RoomScope, found: Collection[MatterView]) -> list[MatterView]:
    """Matters of the reader's rooms, each with its own rooms and count only. Cost: a query where rooms are hidden."""
    if scope.is_all:
        return list(found)
    mine = [view for view in found if any(room in scope for room in view.rooms)]
    counts = opinion.counts([view.id for view in mine])
    return [_own(view, scope, counts.get(view.id, {})) for view in mine]


def _own(view: MatterView, scope: RoomScope, counts: dict[tuple[str, str], int]) -> MatterView:
    rooms = tuple(room for room in view.rooms if room in scope)
    return replace(view, rooms=rooms, count=sum(counts.get(room, 0) for room in rooms))


def my_matters(request: HttpRequest, *, state: str = "open") -> list[MatterView]:
    """Matters that the reader sees."""
    return visible(team.visible_rooms(request.user), opinion.list_matters(state=state))


def matter_or_404(request: HttpRequest, matter_id: int, act: str = "opinion.see") -> MatterView:
    """The matter with what was said in the reader's rooms. Raises MatterNotFound, Forbidden."""
    scope = team.visible_rooms(request.user)
    view = opinion.matter(matter_id, rooms=None if scope.is_all else scope.rooms)
    mine = visible(scope, [view])
    if not mine:
        raise MatterNotFound(_("There is no such matter."), matter_id=matter_id)
    if not any(team.may(request.user, act, platform=platform, room_id=room) for platform, room in mine[0].rooms):
        tools.require(request, act)
    return mine[0]
