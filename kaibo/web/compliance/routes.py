"""`/api/v1/compliance/reviews`: texts before air, as JSON."""

from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Field, Router, Schema

from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import Draft, ReviewView, Scene
from kaibo.web.compliance import access
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut

router = Router(tags=["compliance"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 413: ErrorOut, 422: ErrorOut}
Answer = dict[str, Any]


class DraftIn(Schema):
    scene: Scene = Scene.SCRIPT
    label: str = Field(default="", max_length=200)
    text: str


class ReviewIn(Schema):
    """Texts to review; with `show_id` for the people of its room, with `is_lineup` what its lineup says."""

    title: str = Field(default="", max_length=200)
    texts: list[DraftIn] = Field(default_factory=list, max_length=2000)
    show_id: str = ""
    is_lineup: bool = False
    product: str = Field(default="", max_length=40)


class TextIn(Schema):
    """Another wording; `base` is the revision that was read."""

    base: int
    text: str


class VoteIn(Schema):
    base: int
    why: str = Field(default="", max_length=2000)


@router.get("/reviews", response={200: list[Answer], **REFUSALS})
def listed(request: HttpRequest) -> Any:
    """Reviews that the reader sees, the newest first, without their texts."""
    guard.require(request, "text.check")
    return [_shape(view) for view in access.my_reviews(request)]


@router.post("/reviews", response={201: Answer, **REFUSALS})
def create(request: HttpRequest, body: ReviewIn) -> Any:
    """Check texts and keep them as a review."""
    guard.require(request, "text.check")
    drafts = [Draft(one.scene, one.label, one.text) for one in body.texts]
    where: dict[str, str] = {}
    if body.show_id:
        show = guard.show_or_404(request, body.show_id, "text.check")
        where = {"show_id": show.show_id, "platform": show.platform, "room_id": show.room_id}
        drafts += compliance.lineup_drafts(body.show_id) if body.is_lineup else []
    review_id = compliance.create_review(
        body.title, drafts, origin="api", product=body.product, actor=guard.actor(request), **where
    )
    return 201, _shape(compliance.review(review_id))


@router.get("/reviews/{review_id}", response={200: Answer, **REFUSALS})
def one(request: HttpRequest, review_id: int) -> Any:
    """A review with texts, findings and votes."""
    return _shape(access.review_or_404(request, review_id))


@router.put("/reviews/{review_id}/texts/{text_id}", response={200: Answer, **REFUSALS})
def change(request: HttpRequest, review_id: int, text_id: int, body: TextIn) -> Any:
    """Another wording, checked at once; agreement so far is void."""
    access.review_or_404(request, review_id)
    compliance.change_text(review_id, text_id, body.text, base=body.base, actor=guard.actor(request))
    return _shape(compliance.review(review_id))


@router.post("/reviews/{review_id}/approve", response={200: Answer, **REFUSALS})
def approve(request: HttpRequest, review_id: int, body: VoteIn) -> Any:
    """Agree to the revision that was read; refused texts need two people."""
    access.review_or_404(request, review_id, "text.approve")
    compliance.approve(review_id, base=body.base, why=body.why, actor=guard.actor(request))
    return _shape(compliance.review(review_id))


@router.post("/reviews/{review_id}/return", response={200: Answer, **REFUSALS})
def send_back(request: HttpRequest, review_id: int, body: VoteIn) -> Any:
    """Send it back with what is to be mended."""
    access.review_or_404(request, review_id, "text.approve")
    compliance.send_back(review_id, base=body.base, why=body.why, actor=guard.actor(request))
    return _shape(compliance.review(review_id))


def _shape(view: ReviewView) -> Answer:
    found: Answer = msgspec.to_builtins(view)
    return found
