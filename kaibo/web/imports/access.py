"""Who sees a dropped file, and in which rooms it may find its shows."""

from collections.abc import Collection

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.commerce.team import api as team
from kaibo.kit.errors import NotFound
from kaibo.operations.imports import api as imports
from kaibo.operations.imports.contracts import ImportView, TableNotFound, TableView
from kaibo.web.pages import tools

LATEST_SHOWS = 40


def rooms_of(request: HttpRequest) -> Collection[tuple[str, str]] | None:
    """The rooms the reader sees; None for all of them."""
    scope = team.visible_rooms(request.user)
    return None if scope.is_all else scope.rooms


def mine(request: HttpRequest) -> str:
    """The actor whose files and orders the reader sees; empty for everybody's."""
    return "" if team.visible_rooms(request.user).is_all else tools.actor(request)


def table_or_404(request: HttpRequest, table_id: str, *, with_rows: bool = True) -> TableView:
    """A file the reader sees; any other does not exist for them."""
    tools.require(request, "import.run")
    found = imports.table(table_id, with_rows=with_rows)
    if mine(request) not in {"", found.actor}:
        raise TableNotFound(_("There is no such file."), table_id=table_id)
    return found


def show_of(request: HttpRequest, show_id: str) -> str:
    """The id of a show that the reader may change; empty stays empty. Raises ShowNotFound, Forbidden."""
    return tools.show_or_404(request, show_id, "show.change").show_id if show_id else ""


def shows_of(request: HttpRequest) -> list[ShowView]:
    """The latest shows a file may be about."""
    scope = team.visible_rooms(request.user)
    found = [show for show in shows.shows() if (show.platform, show.room_id) in scope]
    return found[:LATEST_SHOWS]


def sees(request: HttpRequest, report: ImportView, act: str = "import.see") -> bool:
    """Whether every show of an import lies in the reader's rooms; without a show: who did it, or people with all."""
    places = set()
    for show_id in report.shows:
        try:
            show = shows.show(show_id)
        except NotFound:
            continue
        places.add((show.platform, show.room_id))
    if not places:
        is_whole = team.visible_rooms(request.user).is_all or report.actor == tools.actor(request)
        return is_whole and team.may(request.user, act)
    return all(team.may(request.user, act, platform=platform, room_id=room_id) for platform, room_id in places)
