"""The control room page and the ticket its stream asks for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.commerce.shows.errors import ShowNotFound
from kaibo.commerce.team import api as team
from kaibo.kit import env
from kaibo.kit.errors import NotFound
from kaibo.web.compliance import words as compliance_words
from kaibo.web.desk import words as desk_words
from kaibo.web.live import words
from kaibo.web.live.tickets import set_ticket, stream_path
from kaibo.web.radar import words as radar_words
from kaibo.web.registers import words as register_words
from kaibo.web.rounds import words as round_words
from kaibo.web.words import PLATFORMS

_MAY = {
    "mark": "show.mark",
    "round": "round.type",
    "goods": "goods.change",
    "ads": "ad.log",
    "answer": "answer.mark",
}
"""Part of the page -> what somebody must be allowed to do to act in it."""


@never_cache
@require_GET
def control_room(request: HttpRequest, show_id: str) -> HttpResponse:
    """`/shows/<id>/live`: the page; its numbers arrive over the stream."""
    show = _visible_show(request, show_id)
    view = request.GET.get("view", "all")
    title, currency = _room_of(show)
    sees_comments = _sees_comments(request, show)
    context = {
        "show": show,
        "room": title,
        "platform": PLATFORMS.get(show.platform, show.platform),
        "view": view if view in words.VIEWS else "all",
        "views": words.views(),
        "may_export": team.may(request.user, "show.export", platform=show.platform, room_id=show.room_id),
        "words": words.page_words()
        | desk_words.page_words()
        | round_words.page_words()
        | register_words.page_words()
        | compliance_words.page_words()
        | radar_words.page_words(),
        "may": {
            name: team.may(request.user, need, platform=show.platform, room_id=show.room_id)
            for name, need in _MAY.items()
        },
        "names": words.names(),
        "page": words.page_facts(
            title=show.title,
            zone=str(env.zone()),
            currency=currency,
            stream_url=stream_path(show_id),
            ticket_url=f"{request.path.rstrip('/')}/ticket",
            sees_comments=sees_comments,
            me=team.actor_of(request.user),
        ),
    }
    response = render(request, "kaibo/live/room.html", context)
    set_ticket(response, reader=team.actor_of(request.user), show_id=show_id, sees_comments=sees_comments)
    return response


@never_cache
@require_GET
def ticket(request: HttpRequest, show_id: str) -> HttpResponse:
    """`/shows/<id>/live/ticket`: another minute in which the stream may be opened; changes nothing else."""
    show = _visible_show(request, show_id)
    response = HttpResponse(status=204)
    set_ticket(
        response,
        reader=team.actor_of(request.user),
        show_id=show_id,
        sees_comments=_sees_comments(request, show),
    )
    return response


def _visible_show(request: HttpRequest, show_id: str) -> ShowView:
    """The show, where the reader may see its room; for anybody else it does not exist."""
    show = shows.show(show_id)
    if not team.may(request.user, "show.see", platform=show.platform, room_id=show.room_id):
        raise ShowNotFound(_("There is no such show."), show_id=show_id)
    return show


def _sees_comments(request: HttpRequest, show: ShowView) -> bool:
    return team.may(request.user, "comment.see", platform=show.platform, room_id=show.room_id)


def _room_of(show: ShowView) -> tuple[str, str]:
    try:
        room = rooms.room(show.platform, show.room_id)
    except NotFound:
        return show.room_id, env.read("KAIBO_CURRENCY")
    return room.title, room.currency
