"""Reviews before air: the list with its form, one review, the acts on it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaibo.commerce.shows import api as shows
from kaibo.commerce.team import api as team
from kaibo.kit.errors import KaiboError
from kaibo.metrics.export import Cell
from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import PRODUCTS, Draft, ReviewState, ReviewView, Scene
from kaibo.operations.compliance.errors import BadText
from kaibo.web import actors, export
from kaibo.web.compliance import access, shape, words
from kaibo.web.pages import tools

WRITTEN = (Scene.TITLE, Scene.SCRIPT, Scene.SPEECH, Scene.GROUP)
SHOWS_LISTED = 30


@tools.page("text.check")
def review_list(request: HttpRequest) -> HttpResponseBase:
    """`/compliance/`: reviews, the newest first, and the form for a new one."""
    return _list(request)


def _list(request: HttpRequest, *, typed: dict[str, Any] | None = None, problem: str = "") -> HttpResponseBase:
    found = access.my_reviews(request)
    names = actors.names_of({view.actor for view in found})
    scope = team.visible_rooms(request.user)
    context = {
        "reviews": [_line(view, names) for view in found],
        "scenes": [(scene.value, words.SCENES[scene]) for scene in WRITTEN],
        "products": [(code, words.PRODUCTS[code]) for code in PRODUCTS],
        "shows": [one for one in shows.shows(limit=200) if (one.platform, one.room_id) in scope][:SHOWS_LISTED],
        "typed": typed or {"scene": "script"},
        "problem": problem,
    }
    return render(request, "kaibo/compliance/reviews.html", context, status=422 if problem else 200)


def _line(view: ReviewView, names: dict[str, str]) -> dict[str, Any]:
    return {
        "view": view,
        "by": names.get(view.actor, view.actor),
        "origin": words.of(words.ORIGINS, view.origin),
        "state": words.of(words.STATES, view.state),
        "state_class": words.STATE_CLASS[view.state],
    }


@tools.page("text.check", methods=("POST",))
def review_new(request: HttpRequest) -> HttpResponseBase:
    """Pasted text or a file becomes a review."""
    typed = tools.keep(request)
    try:
        review_id = _create(request, typed)
    except KaiboError as error:
        if error.status >= 500:
            raise
        return _list(request, typed=typed, problem=f"{error.sentence} {error.fix}".strip())
    return redirect("review", review_id)


def _create(request: HttpRequest, typed: dict[str, Any]) -> int:
    scene = str(typed.get("scene", ""))
    if scene not in {one.value for one in WRITTEN}:
        raise BadText(_("Where will these words stand?"), fix=_("Choose a scene."), field="scene")
    drafts, origin = [], "pasted"
    if text := str(typed.get("text", "")).strip():
        drafts.append(Draft(Scene(scene), "", text.replace("\r\n", "\n")))
    upload = request.FILES.get("file")
    if upload is not None:
        origin = upload.name or "file"
        drafts += [
            Draft(Scene(scene), place, said)
            for place, said in compliance.read_attachment(origin, upload.read(compliance.MOST_BYTES + 1))
        ]
    where: dict[str, str] = {}
    if show_id := str(typed.get("show_id", "")):
        show = tools.show_or_404(request, show_id, "text.check")
        where = {"show_id": show_id, "platform": show.platform, "room_id": show.room_id}
    return compliance.create_review(
        str(typed.get("title", "")),
        drafts,
        origin=origin,
        product=str(typed.get("product", "")) if typed.get("product") in PRODUCTS else "",
        actor=tools.actor(request),
        **where,
    )


@tools.page("text.check", methods=("POST",))
def lineup_review(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Everything that a show's lineup says, as a review."""
    show = tools.show_or_404(request, show_id, "text.check")
    try:
        review_id = compliance.create_review(
            _("Lineup of %(title)s") % {"title": show.title},
            compliance.lineup_drafts(show_id),
            origin="lineup",
            show_id=show_id,
            platform=show.platform,
            room_id=show.room_id,
            actor=tools.actor(request),
        )
    except BadText:
        messages.error(request, _("The lineup of this show has no text yet."))
        return redirect("lineup", show_id)
    return redirect("review", review_id)


@tools.page("text.check")
def review_page(request: HttpRequest, review_id: int) -> HttpResponseBase:
    """One review; `?export=xlsx` the findings as a table, `?all=1` texts without findings opened too."""
    view = access.review_or_404(request, review_id)
    if (form := request.GET.get("export", "")) in export.FORMATS:
        return export.answer(f"review-{review_id}", _columns(), _rows(view), form)
    texts = [shape.text_shape(text) for text in view.texts]
    names = actors.names_of({view.actor, *(vote.actor for vote in view.votes)})
    current = [vote for vote in view.votes if vote.is_current and vote.act == "approved"]
    context = {
        "review": view,
        "line": _line(view, names),
        "show": shows.show(view.show_id) if view.show_id else None,
        "found": [text for text in texts if text["findings"]],
        "clean": [text for text in texts if not text["findings"]],
        "product": words.of(words.PRODUCTS, view.product) if view.product else "",
        "votes": [
            {"vote": vote, "by": names.get(vote.actor, vote.actor), "act": words.VOTES[vote.act]} for vote in view.votes
        ],
        "may_approve": view.state in {ReviewState.OPEN, ReviewState.WAITING} and not view.is_stale,
        "has_agreed": any(vote.actor == tools.actor(request) for vote in current),
        "needs_reason": bool(view.red or view.warned),
    }
    return render(request, "kaibo/compliance/review.html", context)


def _columns() -> list[str]:
    return [
        _("Text"), _("Scene"), _("In context"), _("Words"), _("Finding"), _("Rule"), _("Version"), _("Law"),
        _("Instead"), _("Stands"), _("Exemption that applies"),
    ]  # fmt: skip


def _rows(view: ReviewView) -> Iterator[list[Cell]]:
    for text in view.texts:
        for hit in (*text.answer.hits, *text.answer.aside):
            told = shape.finding(hit, 0)
            context = text.text[max(0, hit.start - 20) : hit.end + 20]
            stands = told["standing"] if hit in text.answer.aside else _("yes")
            yield [
                text.label or str(text.number), words.of(words.SCENES, text.scene), context, hit.matched,
                told["action_name"], hit.rule, hit.pack_version, hit.article, hit.suggestion, stands,
                "; ".join(told["applies"]),
            ]  # fmt: skip


def _base(request: HttpRequest) -> int:
    """The revision that the reader saw; 0 (none) when the form does not say."""
    given = request.POST.get("base", "")
    return int(given) if given.isdigit() else 0


@tools.page("text.check", methods=("POST",))
def text_change(request: HttpRequest, review_id: int, text_id: int) -> HttpResponseBase:
    """Another wording of a text, or of one place in it."""
    access.review_or_404(request, review_id)
    start, end = request.POST.get("start", ""), request.POST.get("end", "")

    def work() -> None:
        base, actor = _base(request), tools.actor(request)
        if start.isdigit() and end.isdigit():
            new = request.POST.get("words", "")
            place = {"start": int(start), "end": int(end)}
            compliance.replace_words(review_id, text_id, words=new, base=base, actor=actor, **place)
        else:
            text = request.POST.get("text", "").replace("\r\n", "\n")
            compliance.change_text(review_id, text_id, text, base=base, actor=actor)

    return tools.act(request, work, done=_("Changed and checked again."), back=f"{_address(review_id)}#text-{text_id}")


def _address(review_id: int) -> str:
    return reverse("review", args=[review_id])


@tools.page("text.check", methods=("POST",))
def review_recheck(request: HttpRequest, review_id: int) -> HttpResponseBase:
    """Check it by the rules of today."""
    access.review_or_404(request, review_id)
    work = lambda: compliance.recheck(review_id, base=_base(request), actor=tools.actor(request))  # noqa: E731
    return tools.act(request, work, done=_("Checked by the rules of today."), back=_address(review_id))


@tools.page("text.check", methods=("POST",))
def review_approve(request: HttpRequest, review_id: int) -> HttpResponseBase:
    """Agree, with a reason where something was found."""
    access.review_or_404(request, review_id, "text.approve")
    told: list[ReviewState] = []

    def work() -> None:
        why = request.POST.get("why", "")
        told.append(compliance.approve(review_id, base=_base(request), why=why, actor=tools.actor(request)))

    answer = tools.act(request, work, done=_("Agreed."), back=_address(review_id))
    if told == [ReviewState.WAITING]:
        messages.info(request, _("Something is refused here: a second person has to agree too."))
    return answer


@tools.page("text.check", methods=("POST",))
def review_return(request: HttpRequest, review_id: int) -> HttpResponseBase:
    """Send it back with what is to be mended."""
    access.review_or_404(request, review_id, "text.approve")

    def work() -> None:
        why = request.POST.get("why", "")
        compliance.send_back(review_id, base=_base(request), why=why, actor=tools.actor(request))

    return tools.act(request, work, done=_("Sent back."), back=_address(review_id))
