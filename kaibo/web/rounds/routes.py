"""`/api/v1/shows/<id>/rounds`: typed rounds, once each, whenever they arrive; their text and where it went."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status

from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import Entry, EntryAnswer, RoundView
from kaibo.commerce.rounds.errors import NoRound
from kaibo.commerce.shows.contracts import ShowView
from kaibo.kit import clock
from kaibo.web import actors
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut
from kaibo.web.rounds import counted, posting
from kaibo.web.rounds.state import round_shape

router = Router(tags=["rounds"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 422: ErrorOut}
Answer = dict[str, Any]


class EntryIn(Schema):
    """One submission with the ids and the time (µs UTC) that the device gave it; money in minor units."""

    id: str
    round_id: str
    at_us: int
    values: dict[str, int] = Field(max_length=20)


class EntriesIn(Schema):
    entries: list[EntryIn] = Field(max_length=100)


class WhyIn(Schema):
    why: str = Field(default="", max_length=200)


@router.post("/{show_id}/rounds", response={200: list[Answer], **REFUSALS})
def record(request: HttpRequest, show_id: str, body: EntriesIn) -> Any:
    """Record entries in order; what cannot be is named figure by figure. Sending them again changes nothing."""
    show = guard.show_or_404(request, show_id, "round.type")
    actor = guard.actor(request)
    answers = []
    for each in body.entries:
        entry = Entry(each.id, each.round_id, each.at_us, each.values)
        answer = rounds.record(show, entry, actor=actor)
        if answer.state == "recorded":
            _post_new(show, each.round_id, actor=actor)
        answers.append({**answer_shape(answer), "round_id": each.round_id})
    return answers


@router.get("/{show_id}/rounds", response={200: list[Answer], **REFUSALS})
def listed(request: HttpRequest, show_id: str) -> Any:
    """Rounds in order of time, as they stand after corrections."""
    guard.show_or_404(request, show_id)
    found = rounds.rounds(show_id)
    names = actors.names_of({view.actor for view in found} | {view.corrected_by for view in found if view.corrected_by})
    return [
        {
            **round_shape(view),
            "by": names.get(view.actor, view.actor),
            "corrected_by": names.get(view.corrected_by, view.corrected_by),
        }
        for view in found
    ]


@router.get("/{show_id}/rounds/{round_id}/text", response={200: Answer, **REFUSALS})
def text(request: HttpRequest, show_id: str, round_id: str) -> Any:
    """The text of a round, to copy, and how its posts went."""
    show = guard.show_or_404(request, show_id)
    view = round_or_404(show, round_id)
    form = rounds.form(show.platform, show.room_id)
    told = posting.text_of(show, view, is_zh=_is_zh(), form=form)
    return {"number": view.number, "text": told, "bots": list(form.bots), "posts": _posts(show, view, form.bots)}


@router.get("/{show_id}/round-text", response={200: Answer, **REFUSALS})
def text_now(request: HttpRequest, show_id: str) -> Any:
    """The text of the numbers as they stand, counted or typed, to copy at any time."""
    show = guard.show_or_404(request, show_id)
    at_us = clock.now_us() if show.ended_at is None else show.ended_at
    view = counted.round_at(show, at_us)
    return {"number": view.number, "text": posting.text_of(show, view, is_zh=_is_zh()), "bots": [], "posts": []}


@router.post("/{show_id}/rounds/{round_id}/post", response={200: Answer, **REFUSALS})
def post(request: HttpRequest, show_id: str, round_id: str) -> Any:
    """Put the text on its way to the room's bots again, for example after a correction."""
    show = guard.show_or_404(request, show_id, "round.type")
    view = round_or_404(show, round_id)
    form = rounds.form(show.platform, show.room_id)
    told = posting.text_of(show, view, is_zh=_is_zh(), form=form)
    with transaction.atomic():
        posting.post(show, view, told, bots=posting.usable_bots(form), actor=guard.actor(request))
    return {"number": view.number, "text": told, "bots": list(form.bots), "posts": _posts(show, view, form.bots)}


@router.post("/{show_id}/rounds/{round_id}/withdraw", response={204: None, **REFUSALS})
def withdraw(request: HttpRequest, show_id: str, round_id: str, body: WhyIn) -> Any:
    """Take a whole round back, for one that was typed into the wrong show."""
    show = guard.show_or_404(request, show_id, "round.type")
    rounds.withdraw(show, round_id, why=body.why, actor=guard.actor(request))
    return Status(204, None)


def answer_shape(answer: EntryAnswer) -> Answer:
    """What became of an entry, as the device reads it."""
    return {
        "id": answer.entry_id,
        "state": answer.state,
        "problem": answer.problem,
        "fix": answer.fix,
        "problems": [
            {
                "figure": each.figure,
                "value": each.value,
                "problem": each.problem,
                "fix": each.fix,
                "known_value": each.known_value,
                "known_us": each.known_us,
            }
            for each in answer.problems
        ],
    }


def round_or_404(show: ShowView, round_id: str) -> RoundView:
    """One round of the show. Raises NoRound."""
    found = next((view for view in rounds.rounds(show.show_id) if view.round_id == round_id), None)
    if found is None:
        raise NoRound(_("There is no such round."), round_id=round_id)
    return found


def _post_new(show: ShowView, round_id: str, *, actor: str) -> None:
    """The newest round goes out by itself; a correction or a late one does only when somebody says so."""
    form = rounds.form(show.platform, show.room_id)
    bots = posting.usable_bots(form)
    found = rounds.rounds(show.show_id)
    view = found[-1] if found else None
    if not bots or view is None or view.round_id != round_id or view.corrected_us is not None:
        return
    if posting.posts(show, view, bots):
        return
    posting.post(show, view, posting.text_of(show, view, is_zh=_is_zh(), form=form), bots=bots, actor=actor)


def _posts(show: ShowView, view: RoundView, bots: tuple[str, ...]) -> list[Answer]:
    return [
        {"bot": each.bot, "state": each.state, "tries": each.tries, "reason": each.reason, "at_us": each.settled_us}
        for each in posting.posts(show, view, bots)
    ]


def _is_zh() -> bool:
    return (get_language() or "").startswith("zh")
