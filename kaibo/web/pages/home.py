"""What is on air and how is it going, what comes next, what needs me."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.commerce.team import api as team
from kaibo.kit import clock
from kaibo.kit.money import to_decimal
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Definition, Tile, Value
from kaibo.metrics.export import Cell, Table
from kaibo.web import export, words
from kaibo.web.pages import needs, tools
from kaibo.web.views import ShowTiles

ON_AIR_TILES = (
    "gmv_paid",
    "gmv_per_minute_5m",
    "online_now",
    "entries_per_minute",
    "orders_paid",
    "roas_room",
)
RECENT_COLUMNS = ("gmv_paid", "viewers", "comments")


@tools.page("show.see")
def home(request: HttpRequest) -> HttpResponseBase:
    """The home page; its upper part is fetched again every ten seconds."""
    if request.headers.get("X-Kaibo-Part"):
        return render(request, "kaibo/parts/on_air.html", {"on_air": _cards(request)})
    now = clock.now_us()
    mine = visible(request, shows.shows(now_us=now))
    planned = [show for show in mine if show.status is ShowStatus.PLANNED]
    ended = [show for show in mine if show.status is ShowStatus.ENDED][:6]
    names = room_names()
    if request.GET.get("export"):
        tools.require(request, "show.export")
    tables = {"recent": lambda: _recent_table(ended, names), "planned": lambda: _planned_table(planned, names)}
    asked = export.wanted(request, tables)
    if asked is not None:
        return asked
    context = {
        "on_air": _cards(request),
        "planned": sorted(planned, key=lambda show: show.begins_at or 0)[:6],
        "recent": [tiles_of(show, RECENT_COLUMNS, names) for show in ended],
        "recent_columns": definitions(RECENT_COLUMNS),
        "needs": needs.needs_of(request.user, mine[:60], now_us=now),
        "room_names": names,
        "has_rooms": bool(names),
        "may_create": team.may(request.user, "show.create"),
        "may_export": team.may(request.user, "show.export"),
        "may_connect": team.may(request.user, "feed.edit"),
        "may_import": team.may(request.user, "import.run"),
        "may_room": team.may(request.user, "room.edit"),
    }
    return render(request, "kaibo/home.html", context)


def _recent_table(ended: list[ShowView], names: dict[str, str]) -> Table:
    columns = [_("Show"), "id", _("Room"), _("Began"), _("Ended")]
    columns += [words.definition_name(one) for one in definitions(RECENT_COLUMNS)]
    rows = []
    for show in ended:
        line = tiles_of(show, RECENT_COLUMNS, names)
        rows.append([*_head(show, line.room), *(cell_of(given) for _one, given in line.tiles)])
    return Table("recent", columns, rows)


def _planned_table(planned: list[ShowView], names: dict[str, str]) -> Table:
    columns = [_("Show"), "id", _("Room"), _("Planned beginning"), _("Planned end")]
    rows = [_head(show, names.get(f"{show.platform}/{show.room_id}", show.room_id)) for show in planned]
    return Table("planned", columns, rows)


def _head(show: ShowView, room: str) -> list[Cell]:
    ends = show.ended_at if show.ended_at is not None else show.planned_end_at
    return [show.title, show.show_id, room, *(clock.iso(at) if at else None for at in (show.begins_at, ends))]


def cell_of(given: Value) -> Cell:
    """A number for a spreadsheet: money in whole units, unknown empty."""
    if given.value is None or not given.unit.startswith("minor"):
        return given.value
    return float(to_decimal(round(given.value), given.currency or "CNY"))


def _cards(request: HttpRequest) -> list[ShowTiles]:
    names = room_names()
    on_air = visible(request, shows.shows(status=ShowStatus.ON_AIR))
    return [card_of(show, names) for show in on_air]


def card_of(show: ShowView, names: dict[str, str]) -> ShowTiles:
    """A show on air: its numbers, and how they are going against target, earlier nights and five minutes ago."""
    facts = metrics.facts_of(show.show_id)
    tiles = {tile.id: tile for tile in metrics.tiles(show.show_id, facts=facts)}
    wanted = definitions(ON_AIR_TILES)
    values = metrics.evaluate(show.show_id, [one.id for one in wanted], facts=facts)
    beside = {id_: _beside(tiles[id_]) for id_ in ON_AIR_TILES if id_ in tiles}
    room = names.get(f"{show.platform}/{show.room_id}", show.room_id)
    return ShowTiles(show, room, [(one, values[one.id]) for one in wanted], beside)


def _beside(tile: Tile) -> str:
    parts = []
    if tile.target is not None and tile.target.value is not None and tile.target.unit == "ratio":
        parts.append(_("%(share)s of target") % {"share": words.number(tile.target)})
    if tile.change_5m is not None and tile.change_5m.value is not None:
        change = tile.change_5m.value
        amount = words.number(replace(tile.change_5m, value=abs(change)))
        is_sum = "minute" in metrics.definition(tile.id).additive  # a sum never falls: its last five minutes may
        text = _("%(change)s in 5 min vs the 5 before") if is_sum else _("%(change)s on 5 min ago")
        parts.append(text % {"change": f"{'▲' if change >= 0 else '▼'} {amount}"})
    if tile.band is not None and tile.value.value is not None:
        low, high = (words.number(replace(tile.value, value=edge)) for edge in tile.band)
        parts.append(_("usual %(low)s–%(high)s") % {"low": low, "high": high})
    return " · ".join(parts)


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
