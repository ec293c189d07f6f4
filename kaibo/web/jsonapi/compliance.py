"""`/api/v1/compliance`: what may be said, with evidence."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.security import django_auth

from kaibo.eventlog.contracts import FeedView
from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import Action, Question, Scene, Standing, View
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut
from kaibo.web.jsonapi.tokens import FeedToken

router = Router(tags=["compliance"])


class CheckIn(Schema):
    """Texts to check. A category or platform that is not given is unknown, not none."""

    texts: list[str] = Field(min_length=1)
    scene: Scene = Scene.SCRIPT
    product: str | None = None
    platform: str | None = None
    country: str = "CN"
    on: date | None = None
    packs: list[str] = Field(default_factory=list)


class TriedOut(Schema):
    name: str
    clause: str
    applies: bool
    words: str
    needs_proof: bool


class HitOut(Schema):
    """`matched` is `text[start:end]` of the text as sent, in characters."""

    rule: str
    pack: str
    pack_version: int
    category: str
    term: str
    matched: str
    start: int
    end: int
    view: View
    action: Action
    severity: int
    standing: Standing
    because: str
    article: str
    suggestion: str
    origins: list[str]
    exemptions: list[TriedOut]


class AnswerOut(Schema):
    """`action` is null when nothing stands."""

    action: Action | None
    hits: list[HitOut]
    aside: list[HitOut]
    versions: dict[str, int]
    fingerprint: str


@router.post(
    "/check",
    auth=[FeedToken(), django_auth],
    response={200: list[AnswerOut], 401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 413: ErrorOut, 422: ErrorOut},
)
def check(request: HttpRequest, body: CheckIn) -> Any:
    """One answer per text: what stands, what was found but does not stand, and why. A program may ask with the bearer
    token of a feed."""
    if not isinstance(getattr(request, "auth", None), FeedView):
        guard.require(request, "text.check")
    question = Question(
        body.scene,
        product=body.product,
        platform=body.platform,
        country=body.country,
        on=body.on,
        packs=tuple(body.packs),
    )
    return [asdict(answer) for answer in compliance.check(body.texts, question)]
