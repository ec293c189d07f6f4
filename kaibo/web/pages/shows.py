"""The list of shows and every act on one."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rooms.contracts import RoomView
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import TARGETS, ShowStatus, ShowView
from kaibo.commerce.team import api as team
from kaibo.kit import clock
from kaibo.kit.errors import KaiboError
from kaibo.kit.money import to_decimal, to_minor
from kaibo.metrics.export import Cell
from kaibo.web import export, words
from kaibo.web.pages import fields, home, tools

PER_PAGE = 50
COLUMNS = ("gmv_paid", "viewers", "orders_paid")


@tools.page("show.see")
def show_list(request: HttpRequest) -> HttpResponseBase:
    """Shows of the reader's rooms, filtered by state, room and words; exportable."""
    found = home.visible(request, shows.shows(is_deleted=request.GET.get("status") == "deleted"))
    found = _filtered(request, found)
    form = request.GET.get("export", "")
    if form in export.FORMATS:
        return _export(request, found, form)
    number = max(1, int(request.GET.get("page", "1") if request.GET.get("page", "1").isdigit() else 1))
    part = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    names = home.room_names()
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "lines": [
            home.tiles_of(show, COLUMNS if show.status is not ShowStatus.PLANNED else (), names) for show in part
        ],
        "columns": home.definitions(COLUMNS),
        "count": len(found),
        "page": number,
        "has_next": len(found) > number * PER_PAGE,
        "query": query.urlencode(),
        "room_choices": _room_choices(request),
        "statuses": [*ShowStatus],
        "may_create": team.may(request.user, "show.create"),
        "may_delete": team.may(request.user, "show.delete"),
        "is_filtered": any(request.GET.get(name) for name in ("status", "room", "q")),
    }
    return render(request, "kaibo/shows.html", context)


def _filtered(request: HttpRequest, found: list[ShowView]) -> list[ShowView]:
    status, room, text = (request.GET.get(name, "").strip() for name in ("status", "room", "q"))
    if status in [*ShowStatus]:
        found = [show for show in found if show.status == status]
    if room:
        found = [show for show in found if f"{show.platform}/{show.room_id}" == room]
    if text:
        wanted = text.casefold()
        found = [show for show in found if wanted in show.title.casefold() or wanted in show.show_id.casefold()]
    return found


def _export(request: HttpRequest, found: list[ShowView], form: str) -> HttpResponseBase:
    tools.require(request, "show.export")
    columns = [_("Show"), "id", _("Platform"), _("Room"), _("State"), _("Began"), _("Ended")]
    columns += [*(words.definition_name(one) for one in home.definitions(COLUMNS)), _("Target")]
    names = home.room_names()
    rows = [
        [
            show.title,
            show.show_id,
            words.platform_name(show.platform),
            names.get(f"{show.platform}/{show.room_id}", show.room_id),
            words.status_name(show.status),
            clock.iso(show.begins_at) if show.begins_at else None,
            clock.iso(show.ended_at) if show.ended_at else None,
            *_numbers(show, names),
            float(to_decimal(round(show.targets["gmv_paid_minor"]))) if "gmv_paid_minor" in show.targets else None,
        ]
        for show in found
    ]
    return export.answer("shows", columns, rows, form)


def _numbers(show: ShowView, names: dict[str, str]) -> list[Cell]:
    if show.status is ShowStatus.PLANNED:
        return [None] * len(COLUMNS)
    return [home.cell_of(given) for _one, given in home.tiles_of(show, COLUMNS, names).tiles]


def _room_choices(request: HttpRequest) -> list[RoomView]:
    scope = team.visible_rooms(request.user)
    return [room for room in rooms.rooms() if (room.platform, room.room_id) in scope]


@tools.page("show.create", methods=("GET", "HEAD", "POST"))
def show_new(request: HttpRequest) -> HttpResponseBase:
    """Plan a show, or go on air now."""
    error: KaiboError | None = None
    if request.method == "POST":
        try:
            show = _create(request)
        except KaiboError as refused:
            if refused.status >= 500 or refused.status in {403, 404}:
                raise
            error = refused
        else:
            return redirect("show", show.show_id)
    context = {
        "room_choices": _room_choices(request),
        "error": error,
        "typed": tools.keep(request),
        "target_fields": target_fields({}, request.POST if error else None),
        "chosen_room": request.POST.get("room") or request.GET.get("room", ""),
    }
    return render(request, "kaibo/show_new.html", context, status=error.status if error else 200)


def _create(request: HttpRequest) -> ShowView:
    platform, _mark, room_id = fields.text(request.POST, "room").partition("/")
    if not room_id:
        raise fields.BadField(_("Choose the room."), field="room")
    tools.require(request, "show.create", platform=platform, room_id=room_id)
    is_now = request.POST.get("begins") == "now"
    planned_at = None if is_now else fields.instant(request.POST, "planned_at")
    if planned_at is None and not is_now:
        raise fields.BadField(_("Say when it begins."), field="planned_at")
    targets = read_targets(request, rooms.room(platform, room_id).currency)
    return shows.create_show(
        platform,
        room_id,
        title=fields.text(request.POST, "title"),
        planned_at=planned_at,
        planned_end_at=fields.instant(request.POST, "planned_end_at"),
        targets={name: value for name, value in targets.items() if value is not None},
        actor=tools.actor(request),
    )


def read_targets(request: HttpRequest, currency: str) -> dict[str, float | None]:
    """Targets as typed: money in yuan, the rest as it is."""
    found: dict[str, float | None] = {}
    for name in TARGETS:
        if name not in request.POST:
            continue
        number = fields.decimal(request.POST, name)
        if number is None:
            found[name] = None
        else:
            found[name] = to_minor(number, currency) if name.endswith("_minor") else float(number)
    return found


def target_fields(targets: dict[str, float], typed: object | None, currency: str = "CNY") -> list[dict[str, str]]:
    """The fields of the target form with what is set or was typed."""
    made = []
    for name in TARGETS:
        is_money = name.endswith("_minor")
        stored = targets.get(name)
        shown = "" if stored is None else f"{to_decimal(round(stored), currency):f}" if is_money else f"{stored:g}"
        if stored is not None and not is_money and name != "roas":
            shown = str(round(stored))
        text = typed.get(name, "") if hasattr(typed, "get") else shown
        made.append(
            {"name": name, "label": words.target_name(name), "text": text, "unit": currency if is_money else ""}
        )
    return made


@tools.page("show.target", methods=("POST",))
def show_targets(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Set or take away targets."""
    show = tools.show_or_404(request, show_id, "show.target")
    currency = rooms.room(show.platform, show.room_id).currency

    def work() -> None:
        shows.set_targets(show_id, read_targets(request, currency), actor=tools.actor(request))

    return tools.act(request, work, done=_("The targets are set."), back=_url(show_id))


@tools.page("show.change", methods=("POST",))
def show_rename(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Another title."""
    tools.show_or_404(request, show_id, "show.change")
    title = fields.text(request.POST, "title")
    return tools.act(
        request,
        lambda: shows.rename_show(show_id, title, actor=tools.actor(request)),
        done=_("Renamed."),
        back=_url(show_id),
    )


@tools.page("show.start", methods=("POST",))
def show_start(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Go on air now."""
    tools.show_or_404(request, show_id, "show.start")
    return tools.act(
        request,
        lambda: shows.start_show(show_id, actor=tools.actor(request)),
        done=_("The show is on air."),
        back=_url(show_id),
    )


@tools.page("show.end", methods=("POST",))
def show_end(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Close the room window."""
    tools.show_or_404(request, show_id, "show.end")
    why = fields.text(request.POST, "why")
    return tools.act(
        request,
        lambda: shows.end_show(show_id, actor=tools.actor(request), why=why),
        done=_("The show has ended."),
        back=_url(show_id),
    )


@tools.page("show.delete", methods=("POST",))
def show_delete(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Hide a show; the message on the list offers the undo."""
    show = tools.show_or_404(request, show_id, "show.delete")
    why = fields.text(request.POST, "why")
    return tools.act(
        request,
        lambda: shows.delete_show(show_id, actor=tools.actor(request), why=why),
        done=_("“%(show)s” is deleted. Its data is kept.") % {"show": show.title},
        back=reverse("shows"),
        tags=f"undo:{show_id}",
    )


@tools.page("show.delete", methods=("POST",))
def show_restore(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Undo a deletion or a merge."""
    tools.show_or_404(request, show_id, "show.delete")
    return tools.act(
        request,
        lambda: shows.restore_show(show_id, actor=tools.actor(request)),
        done=_("The show is back."),
        back=_url(show_id),
    )


@tools.page("show.merge", methods=("POST",))
def show_merge(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Give all events to another show of the room."""
    tools.show_or_404(request, show_id, "show.merge")
    into = fields.text(request.POST, "into")
    tools.show_or_404(request, into, "show.merge")
    why = fields.text(request.POST, "why")
    return tools.act(
        request,
        lambda: shows.merge_shows(show_id, into=into, actor=tools.actor(request), why=why),
        done=_("Merged. The numbers of both are being counted again."),
        back=_url(into),
        tags=f"undo:{show_id}",
    )


def _url(show_id: str) -> str:
    return reverse("show", args=[show_id])
