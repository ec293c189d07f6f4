"""The page of a show's rounds, and what a room types."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rooms.contracts import RoomView
from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import FIGURES, RoundForm
from kaibo.commerce.rounds.errors import BadForm
from kaibo.commerce.team import api as team
from kaibo.connectors import api as connectors
from kaibo.kit import env
from kaibo.web import actors
from kaibo.web.live import words as live_words
from kaibo.web.pages import tools
from kaibo.web.rounds import posting, state, words


@tools.page("show.see")
def round_page(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """`/shows/<id>/rounds/`: type, correct, copy the text."""
    show = tools.show_or_404(request, show_id)
    found = rounds.rounds(show_id)
    form = rounds.form(show.platform, show.room_id)
    columns = list(dict.fromkeys([*form.figures, *(name for view in found for name in view.values)]))
    names = actors.names_of({view.actor for view in found} | {view.corrected_by for view in found if view.corrected_by})
    currency = posting.currency_of(show)
    may_act = team.may(request.user, "round.type", platform=show.platform, room_id=show.room_id)
    context = {
        "show": show,
        "columns": [(name, rounds.NAMES[name]) for name in columns],
        "rows": [_row(view, columns, names, currency) for view in reversed(found)],
        "may_act": may_act,
        "may_set": team.may(request.user, "room.edit", platform=show.platform, room_id=show.room_id),
        "page": {"zone": str(env.zone()), "currency": currency},
        "first": {"rounds": [state.round_shape(view) for view in found], **state.round_state(show)},
        "words": {**live_words.page_words(), **words.page_words()},
    }
    return render(request, "kaibo/rounds/page.html", context)


def _row(view: Any, columns: list[str], names: dict[str, str], currency: str) -> dict[str, Any]:
    cells = []
    for name in columns:
        value, step = view.values.get(name), view.differences.get(name)
        cells.append(
            {
                "value": "" if value is None else rounds.shown(name, value, currency=currency),
                "step": "" if step is None else f"+{rounds.shown(name, step, currency=currency)}",
            }
        )
    return {
        "view": view,
        "cells": cells,
        "by": names.get(view.actor, view.actor),
        "corrected_by": names.get(view.corrected_by, view.corrected_by),
    }


@tools.page("show.see", methods=("GET", "HEAD", "POST"))
def form_page(request: HttpRequest, platform: str, room_id: str) -> HttpResponseBase:
    """`/rooms/<platform>/<room>/rounds/`: which figures, how often, the text, the bots."""
    tools.require(request, "room.edit", platform=platform, room_id=room_id)
    room = rooms.room(platform, room_id)
    if request.method == "POST":
        back = reverse("round_form", args=(platform, room_id))
        if "test" in request.POST:
            return tools.act(request, lambda: _test_bot(request, room), done=_("A test text is on its way."), back=back)
        return tools.act(
            request,
            lambda: rounds.set_form(platform, room_id, _typed(request), actor=tools.actor(request)),
            done=_("Saved."),
            back=back,
        )
    form = rounds.form(platform, room_id)
    is_zh = (get_language() or "").startswith("zh")
    others = [name for name in FIGURES if name not in form.figures]
    context = {
        "room": room,
        "form": form,
        "figures": [
            {"id": name, "name": rounds.NAMES[name], "place": place + 1, "tiles": FIGURES[name].tiles}
            for place, name in enumerate(form.figures)
        ]
        + [{"id": name, "name": rounds.NAMES[name], "place": "", "tiles": FIGURES[name].tiles} for name in others],
        "template": form.template or (rounds.DEFAULT_ZH if is_zh else rounds.DEFAULT_EN),
        "places": [(zh if is_zh else name.removesuffix("_minor")) for name, zh in rounds.PLACES.items()],
        "bots": connectors.bots(),
        "may_bots": team.may(request.user, "bot.edit"),
    }
    return render(request, "kaibo/rounds/form.html", context)


def _typed(request: HttpRequest) -> RoundForm:
    """The form as typed: a figure with a number is asked for, in the order of the numbers."""
    places = {}
    for name in FIGURES:
        raw = str(request.POST.get(f"place_{name}") or "").strip()
        if raw:
            if not raw.isdigit():
                raise BadForm(_("“%(text)s” is no place.") % {"text": raw[:20]}, fix=_("Number the figures 1, 2, 3 …"))
            places[name] = int(raw)
    every = str(request.POST.get("every_minutes") or "")
    template = str(request.POST.get("template") or "").replace("\r\n", "\n").strip()
    is_default = template in {rounds.DEFAULT_ZH, rounds.DEFAULT_EN}
    return RoundForm(
        figures=tuple(sorted(places, key=lambda name: (places[name], list(FIGURES).index(name)))),
        every_minutes=int(every) if every.isdigit() and len(every) < 6 else 0,
        template="" if is_default else template,
        bots=tuple(str(bot) for bot in request.POST.getlist("bot")),
    )


def _test_bot(request: HttpRequest, room: RoomView) -> None:
    text = _("Test from Kaibo: rounds of %(room)s will arrive here.") % {"room": room.title}
    bot = str(request.POST["test"])
    connectors.post_to_bot(bot, text, key=f"test:{room.platform}:{room.room_id}", actor=tools.actor(request))
