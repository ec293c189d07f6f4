"""What is on air and how is it going, what comes next, what needs me."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.commerce.team import api as team
from kaibo.kit import clock
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Definition
from kaibo.web.pages import needs, tools
from kaibo.web.views import ShowTiles

ON_AIR_TILES = (
    "gmv_paid",
    "gmv_per_minute_5m",
    "online_now",
    "entries_per_minute",
    "orders_paid",
    "comments_per_minute",
)
RECENT_COLUMNS = ("gmv_paid", "viewers", "comments")


@tools.page("show.see")
def home(request: HttpRequest) -> HttpResponse:
    """The home page; its upper part is fetched again every ten seconds."""
    if request.headers.get("X-Kaibo-Part"):
        return render(request, "kaibo/parts/on_air.html", {"on_air": _cards(request)})
    now = clock.now_us()
    shows.adopt_windows()
    mine = visible(request, shows.shows(now_us=now))
    planned = [show for show in mine if show.status is ShowStatus.PLANNED]
    ended = [show for show in mine if show.status is ShowStatus.ENDED][:6]
    names = room_names()
    context = {
        "on_air": _cards(request),
        "planned": sorted(planned, key=lambda show: show.begins_at or 0)[:6],
        "recent": [tiles_of(show, RECENT_COLUMNS, names) for show in ended],
        "recent_columns": definitions(RECENT_COLUMNS),
        "needs": needs.needs_of(request.user, mine[:60], now_us=now),
        "room_names": names,
        "has_rooms": bool(names),
        "may_create": team.may(request.user, "show.create"),
    }
    return render(request, "kaibo/home.html", context)


def _cards(request: HttpRequest) -> list[ShowTiles]:
    names = room_names()
    on_air = visible(request, shows.shows(status=ShowStatus.ON_AIR))
    return [tiles_of(show, ON_AIR_TILES, names) for show in on_air]


def visible(request: HttpRequest, found: list[ShowView]) -> list[ShowView]:
    """Only shows of rooms the reader sees."""
    scope = team.visible_rooms(request.user)
    return [show for show in found if (show.platform, show.room_id) in scope]


def room_names() -> dict[str, str]:
    """`platform/room_id` -> title."""
    return {f"{room.platform}/{room.room_id}": room.title for room in rooms.rooms()}


def definitions(ids: tuple[str, ...]) -> list[Definition]:
    """The entries of the dictionary, in this order."""
    known = {one.id: one for one in metrics.definitions()}
    return [known[id_] for id_ in ids if id_ in known]


def tiles_of(show: ShowView, ids: tuple[str, ...], names: dict[str, str]) -> ShowTiles:
    """A show with some of its numbers."""
    wanted = definitions(ids)
    values = metrics.evaluate(show.show_id, [one.id for one in wanted])
    room = names.get(f"{show.platform}/{show.room_id}", show.room_id)
    return ShowTiles(show, room, [(one, values[one.id]) for one in wanted])
