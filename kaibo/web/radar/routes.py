"""`/api/v1/shows/<id>/questions` and `/radar`: what waits for an answer, and what the room talks about."""

from typing import Annotated, Any

import msgspec
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from kaibo.kit.clock import now_us
from kaibo.operations.radar import api as radar
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut

router = Router(tags=["radar"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 422: ErrorOut}
Answer = dict[str, Any]
Instant = Annotated[int | None, Query(ge=0, lt=2**53)]


class GroupIn(Schema):
    """Which questions: a topic and the link they are about, empty where none is known."""

    topic: str = Field(max_length=20)
    link_no: str = Field(default="", max_length=12)


@router.get("/{show_id}/questions", response={200: list[Answer], **REFUSALS})
def open_questions(request: HttpRequest, show_id: str, at_us: Instant = None) -> Any:
    """Questions that nobody has answered, ranked; `at_us` as of an instant, by default now."""
    guard.show_or_404(request, show_id, "comment.see")
    groups = radar.open_groups(show_id, at_us=at_us if at_us is not None else now_us())
    return [msgspec.to_builtins(one) for one in groups]


@router.post("/{show_id}/questions/answer", response={200: list[Answer], **REFUSALS})
def answer(request: HttpRequest, show_id: str, body: GroupIn) -> Any:
    """Somebody saw to it: the group is answered until now."""
    guard.show_or_404(request, show_id, "comment.see")
    guard.show_or_404(request, show_id, "answer.mark")
    radar.answer(show_id, body.topic, body.link_no, actor=guard.actor(request))
    return [msgspec.to_builtins(one) for one in radar.open_groups(show_id, at_us=now_us())]


@router.get("/{show_id}/radar", response={200: Answer, **REFUSALS})
def talk(request: HttpRequest, show_id: str) -> Any:
    """What the show talked about: words against the usual, moods, signals."""
    guard.show_or_404(request, show_id, "comment.see")
    span = radar.talk_span(show_id)
    if span is None:
        return {"talk": None, "signals": []}
    told = radar.talk_of(show_id, from_us=span[0], to_us=span[1])
    return {
        "talk": msgspec.to_builtins(told),
        "signals": [msgspec.to_builtins(one) for one in radar.signals(show_id)],
    }
