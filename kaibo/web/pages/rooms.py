"""Rooms and what a sale costs there."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rooms.contracts import MONEY_FIELDS, PLATFORMS, RATIO_FIELDS, Economics, RoomView
from kaibo.commerce.rooms.errors import RoomNotFound
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowStatus
from kaibo.commerce.team import api as team
from kaibo.kit.errors import KaiboError
from kaibo.kit.money import MINOR_DIGITS, to_decimal
from kaibo.metrics.export import Table
from kaibo.web import export, words
from kaibo.web.pages import fields, returning, tools
from kaibo.web.templatetags.kaibo import percent_input

LABELS = {
    "margin_ratio": (gettext_lazy("Margin"), gettext_lazy("Share of the price left after buying or making the goods.")),
    "platform_fee_ratio": (gettext_lazy("Platform fee"), gettext_lazy("What the platform keeps of every paid amount.")),
    "commission_ratio": (gettext_lazy("Commission"), gettext_lazy("What hosts or creators get of every paid amount.")),
    "refund_before_shipping_ratio": (
        gettext_lazy("Refunds before shipping"),
        gettext_lazy("Share of paid amount returned before a parcel left: costs no freight."),
    ),
    "refund_after_shipping_ratio": (
        gettext_lazy("Refunds after shipping"),
        gettext_lazy("Share of paid amount returned after a parcel left: freight and handling are lost."),
    ),
    "freight_minor": (gettext_lazy("Freight per order"), gettext_lazy("Paid for every parcel that leaves.")),
    "insurance_minor": (
        gettext_lazy("Shipping insurance per order"),
        gettext_lazy("Return-freight insurance, where the room gives it."),
    ),
    "handling_minor": (
        gettext_lazy("Handling per return"),
        gettext_lazy("Unpacking, checking, restocking one returned order."),
    ),
}
FEEDS = gettext_lazy("Feeds break-even ROI, net ROI and contribution.")


@dataclass(frozen=True, slots=True)
class CostField:
    """One field of the economics form."""

    name: str
    label: object
    hint: object
    text: str
    unit: str


@tools.page("room.see")
def room_list(request: HttpRequest) -> HttpResponseBase:
    """Every room the reader sees, with its shows and whether its costs are known; exportable."""
    scope = team.visible_rooms(request.user)
    found = [room for room in rooms.rooms() if (room.platform, room.room_id) in scope]
    all_shows = shows.shows()
    lines = []
    for room in found:
        own = [show for show in all_shows if (show.platform, show.room_id) == (room.platform, room.room_id)]
        costs = [getattr(room.economics, name) for name in (*RATIO_FIELDS, *MONEY_FIELDS)]
        lines.append(
            {
                "room": room,
                "shows": len(own),
                "on_air": next((show for show in own if show.status is ShowStatus.ON_AIR), None),
                "latest": own[0] if own else None,
                "known_costs": sum(cost is not None for cost in costs),
                "all_costs": len(costs),
            }
        )
    asked = export.wanted(request, {"rooms": lambda: _as_table(lines)})
    if asked is not None:
        return asked
    return render(
        request,
        "kaibo/rooms.html",
        {"lines": lines, "platforms": PLATFORMS, "may_edit": team.may(request.user, "room.edit") and scope.is_all},
    )


def _as_table(lines: list[dict[str, Any]]) -> Table:
    columns = [_("Room"), _("Room number"), _("Platform"), pgettext("room", "On air now"), pgettext("menu", "Shows")]
    columns += [_("Latest show"), _("Costs known"), *(str(label) for label, _hint in LABELS.values())]
    rows = []
    for line in lines:
        room: RoomView = line["room"]
        on_air, latest = line["on_air"], line["latest"]
        head = [room.title, room.room_id, words.platform_name(room.platform), on_air.title if on_air else None]
        tail = [line["shows"], latest.title if latest else None, f"{line['known_costs']}/{line['all_costs']}"]
        ratios = [getattr(room.economics, name) for name in RATIO_FIELDS]
        amounts = [getattr(room.economics, name) for name in MONEY_FIELDS]
        costs = [None if each is None else float(to_decimal(each, room.currency)) for each in amounts]
        rows.append([*head, *tail, *ratios, *costs])
    return Table("rooms", columns, rows)


@tools.page("room.edit", methods=("POST",))
def room_create(request: HttpRequest) -> HttpResponse:
    """Add a room by hand; most rooms appear by themselves with their first event."""
    platform, room_id = fields.text(request.POST, "platform"), fields.text(request.POST, "room_id")
    if not platform or not room_id or "/" in room_id:
        messages.error(request, _("A room needs a platform and its room number, without a slash."))
        return redirect("rooms")
    tools.require(request, "room.edit", platform=platform, room_id=room_id)
    rooms.save_room(platform, room_id, name=fields.text(request.POST, "name"), actor=tools.actor(request))
    messages.success(request, _("The room is added. Fill in what a sale costs there."))
    return redirect("room", platform, room_id)


@tools.page("room.see", methods=("GET", "HEAD", "POST"))
def room_page(request: HttpRequest, platform: str, room_id: str) -> HttpResponseBase:
    """One room: its name, its costs and what they feed, its shows."""
    room = rooms.room(platform, room_id)
    where = {"platform": platform, "room_id": room_id}
    if not team.may(request.user, "room.see", **where):
        raise RoomNotFound(_("There is no such room."), **where)
    asked = export.wanted(request, {"who-comes-back": lambda: returning.as_table(room)})
    if asked is not None:
        return asked
    error = None
    if request.method == "POST":
        tools.require(request, "room.edit", **where)
        try:
            _save(request, room)
        except KaiboError as refused:
            if refused.status >= 500:
                raise
            error = refused
        else:
            messages.success(request, _("Saved."))
            return redirect("room", platform, room_id)
    context = {
        "room": room,
        "costs": _fields(room, typed=request.POST if error else None),
        "feeds_what": FEEDS,
        "error": error,
        "returning": returning.returning(room),
        "shows": shows.shows(platform=platform, room_id=room_id, limit=12),
        "currencies": sorted(MINOR_DIGITS),
        "may_edit": team.may(request.user, "room.edit", **where),
    }
    return render(request, "kaibo/room.html", context, status=error.status if error else 200)


def _save(request: HttpRequest, room: RoomView) -> None:
    data = request.POST
    currency = fields.text(data, "currency") or room.currency
    if currency not in MINOR_DIGITS:
        raise fields.BadField(_("Unknown currency."), field="currency")
    costs: dict[str, Any] = {name: fields.ratio(data, name) for name in RATIO_FIELDS}
    costs |= {name: fields.minor(data, name, currency) for name in MONEY_FIELDS}
    economics = Economics(**costs, currency=currency)
    rooms.save_room(
        room.platform,
        room.room_id,
        name=fields.text(data, "name"),
        note=fields.text(data, "note"),
        economics=economics,
        actor=tools.actor(request),
        why=fields.text(data, "why"),
    )


def _fields(room: RoomView, *, typed: object | None) -> list[CostField]:
    made = []
    for name in (*RATIO_FIELDS, *MONEY_FIELDS):
        stored = getattr(room.economics, name)
        is_ratio = name in RATIO_FIELDS
        shown = percent_input(stored) if is_ratio else "" if stored is None else f"{to_decimal(stored, room.currency)}"
        text = typed.get(name, "") if hasattr(typed, "get") else shown
        label, hint = LABELS[name]
        made.append(CostField(name, label, hint, text, "%" if is_ratio else room.currency))
    return made
