"""Texts before they go on air: checked, mended, agreed to. Red findings need a second person."""

import re
from collections.abc import Iterable, Sequence

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import Line
from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import now_us
from kaibo.operations.compliance import queries, rulebook, services
from kaibo.operations.compliance.contracts import (
    Action,
    Answer,
    Draft,
    Question,
    ReviewState,
    ReviewView,
    Scene,
    TextView,
    VoteView,
)
from kaibo.operations.compliance.errors import BadText, ReviewMoved, ReviewNotFound, SamePerson
from kaibo.operations.compliance.models import Review, ReviewText, ReviewVote

LINE_FIELDS = {
    "title": Scene.TITLE,
    "points": Scene.SCRIPT,
    "script": Scene.SCRIPT,
    "gift": Scene.SCRIPT,
    "coupon": Scene.SCRIPT,
    "promise": Scene.SCRIPT,
}
"""Cells of a lineup that viewers read or hear, and the scene whose rules hold for them."""
MOST_DRAFTS = 2_000
_OFFERED = re.compile(r"“([^”]{1,30})”")


def lineup_drafts(show_id: str) -> list[Draft]:
    """What a show's lineup will say: title, selling points, script, gift, coupon and promise of every link."""
    names = lineups.field_names()
    return [
        Draft(scene, f"{_place(line)} · {names[field]}", text)
        for line in lineups.lineup(show_id).lines
        for field, scene in LINE_FIELDS.items()
        if (text := str(getattr(line, field)).strip())
    ]


def _place(line: Line) -> str:
    return _("Link %(n)s") % {"n": line.link_no} if line.link_no else line.title or line.style_no or line.line_id


def create(
    title: str,
    drafts: Iterable[Draft],
    *,
    origin: str,
    show_id: str = "",
    platform: str = "",
    room_id: str = "",
    product: str = "",
    actor: str,
) -> int:
    """Check texts and keep them as a review; its id. Raises BadText, TooMuchText."""
    kept = [draft for draft in drafts if draft.text.strip()]
    if not kept:
        raise BadText(_("There is no text."), fix=_("Paste it, or attach a file."), field="text")
    answers = _checked(kept, product=product, platform=platform)
    now = now_us()
    with transaction.atomic():
        row = Review.objects.create(
            title=title.strip()[:200] or kept[0].text.strip().splitlines()[0][:60],
            show_id=show_id,
            platform=platform,
            room_id=room_id,
            product=product,
            origin=origin[:200],
            fingerprint=rulebook.current().fingerprint,
            actor=actor,
            made_us=now,
            changed_us=now,
        )
        ReviewText.objects.bulk_create(
            ReviewText(
                review=row,
                number=number,
                scene=draft.scene,
                label=draft.label[:200],
                text=draft.text,
                original=draft.text,
                answer=msgspec.to_builtins(answer),
            )
            for number, (draft, answer) in enumerate(zip(kept, answers, strict=True), 1)
        )
        _tally(row)
        after = {"title": row.title, "texts": len(kept), "red": row.red, "warned": row.warned}
        eventlog.audit(actor, "review.created", f"review:{row.pk}", after=after)
    return row.pk


def change_text(review_id: int, text_id: int, text: str, *, base: int, actor: str) -> None:
    """Another wording; every agreement so far is void. Raises ReviewNotFound, ReviewMoved, BadText."""
    if not text.strip():
        raise BadText(_("The text is empty."), fix=_("Type what will be said instead."), field="text")
    with transaction.atomic():
        row = _moved(review_id, base)
        part = row.texts.filter(pk=text_id).first()
        if part is None:
            raise ReviewNotFound(_("There is no such text."), text_id=text_id)
        before = part.text
        draft = Draft(Scene(part.scene), part.label, text)
        part.text = text
        part.answer = msgspec.to_builtins(_checked([draft], product=row.product, platform=row.platform)[0])
        part.save(update_fields=["text", "answer"])
        _tally(row)
        changed = {"before": _short(before), "after": _short(text)}
        eventlog.audit(actor, "review.text_changed", f"review:{row.pk}", **changed, why=part.label)


def replace(review_id: int, text_id: int, *, start: int, end: int, words: str, base: int, actor: str) -> None:
    """Other words in one place of a text. Raises like change_text."""
    part = ReviewText.objects.filter(review_id=review_id, pk=text_id).first()
    if part is None or not 0 <= start < end <= len(part.text):
        raise ReviewNotFound(_("There is no such place in the text."), text_id=text_id)
    change_text(review_id, text_id, part.text[:start] + words + part.text[end:], base=base, actor=actor)


def recheck(review_id: int, *, base: int, actor: str) -> None:
    """Check every text again by the rules that hold now."""
    with transaction.atomic():
        row = _moved(review_id, base)
        parts = list(row.texts.all())
        drafts = [Draft(Scene(part.scene), part.label, part.text) for part in parts]
        for part, answer in zip(parts, _checked(drafts, product=row.product, platform=row.platform), strict=True):
            part.answer = msgspec.to_builtins(answer)
        ReviewText.objects.bulk_update(parts, ["answer"])
        _tally(row)
        eventlog.audit(actor, "review.rechecked", f"review:{row.pk}", after={"red": row.red, "warned": row.warned})


def approve(review_id: int, *, base: int, why: str, actor: str) -> ReviewState:
    """Agree to the revision that was read; where something is refused it takes two people, the same one never.

    Raises: ReviewMoved (changed since, rules changed), SamePerson, BadText (no reason for a doubtful text).
    """
    row = _row(review_id)
    if row.fingerprint != rulebook.current().fingerprint:
        raise ReviewMoved(_("The rules have changed since this was checked."), fix=_("Check it again first."))
    if (row.red or row.warned) and not why.strip():
        raise BadText(
            _("Something was found in these texts."), fix=_("Say why it may go on air all the same."), field="why"
        )
    if row.state not in {ReviewState.OPEN, ReviewState.WAITING}:
        raise ReviewMoved(_("This review is closed."), fix=_("Change a text, or check it again."))
    first = row.votes.filter(revision=base, act="approved").first()
    if first is not None and first.actor == actor:
        raise SamePerson(_("You have agreed already."), fix=_("A second person has to agree to refused texts."))
    state = ReviewState.WAITING if row.red and first is None else ReviewState.APPROVED
    try:
        with transaction.atomic():
            _vote(row, base, "approved", why=why, actor=actor, state=state)
    except IntegrityError as error:
        raise SamePerson(
            _("You have agreed already."), fix=_("A second person has to agree to refused texts.")
        ) from error
    return state


def send_back(review_id: int, *, base: int, why: str, actor: str) -> None:
    """Refuse it, with what is to be done. Raises ReviewMoved, BadText."""
    if not why.strip():
        raise BadText(_("Nobody would know what to mend."), fix=_("Say what is wrong."), field="why")
    with transaction.atomic():
        _vote(_row(review_id), base, "returned", why=why, actor=actor, state=ReviewState.RETURNED)


def _vote(row: Review, base: int, act: str, *, why: str, actor: str, state: ReviewState) -> None:
    """The vote and the new state, only if nobody changed anything since it was read."""
    same = Review.objects.filter(pk=row.pk, revision=base, state=row.state)
    if not same.update(state=state, changed_us=now_us()):
        raise ReviewMoved(_("Somebody has changed this meanwhile."), fix=_("Read it again."))
    ReviewVote.objects.create(review=row, revision=base, act=act, actor=actor, why=why.strip()[:2000], at_us=now_us())
    told = {"state": state.value, "revision": base, "red": row.red, "warned": row.warned}
    eventlog.audit(actor, f"review.{act}", f"review:{row.pk}", before={"state": row.state}, after=told, why=why)


def _moved(review_id: int, base: int) -> Review:
    """The row, one revision further and open again; inside a transaction."""
    changed = Review.objects.filter(pk=review_id, revision=base).update(
        revision=base + 1,
        state=ReviewState.OPEN,
        changed_us=now_us(),
        fingerprint=rulebook.current().fingerprint,
    )
    row = _row(review_id)
    if not changed:
        raise ReviewMoved(_("Somebody has changed this meanwhile."), fix=_("Read it again."))
    return row


def _row(review_id: int) -> Review:
    row = Review.objects.filter(pk=review_id).first()
    if row is None:
        raise ReviewNotFound(_("There is no such review."), review_id=review_id)
    return row


def _checked(drafts: Sequence[Draft], *, product: str, platform: str) -> list[Answer]:
    """An answer per draft, in order; drafts of one scene are checked together."""
    if len(drafts) > MOST_DRAFTS:
        raise BadText(_("These are too many texts."), fix=_("Split them into several reviews."), field="text")
    found: dict[int, Answer] = {}
    lexicon = rulebook.current()
    for scene in Scene:
        places = [at for at, draft in enumerate(drafts) if draft.scene == scene]
        question = Question(scene, product=product or None, platform=platform or None)
        answers = services.answers([drafts[at].text for at in places], question, lexicon=lexicon) if places else []
        found.update(zip(places, answers, strict=True))
    return [found[at] for at in range(len(drafts))]


def _tally(row: Review) -> None:
    """How many texts are refused or doubtful."""
    actions = [text.answer["action"] for text in row.texts.all()]
    row.red, row.warned = actions.count(Action.BLOCK), actions.count(Action.WARN)
    row.save(update_fields=["red", "warned"])


def _short(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300]}…"


def offered(suggestion: str) -> tuple[str, ...]:
    """Words that a suggestion offers for any product (改为“…”), to be taken over with one press; examples are none."""
    said = suggestion.split("例如", 1)[0].partition("改为")[2]
    return tuple(dict.fromkeys(_OFFERED.findall(said)))[:4]


def review(review_id: int) -> ReviewView:
    """The review with its texts and votes. Cost: three queries. Raises ReviewNotFound."""
    row = _row(review_id)
    texts = tuple(
        TextView(
            part.pk,
            part.number,
            Scene(part.scene),
            part.label,
            part.text,
            part.original,
            msgspec.convert(part.answer, Answer),
        )
        for part in row.texts.all()
    )
    votes = tuple(
        VoteView(vote.actor, vote.act, vote.why, vote.at_us, vote.revision == row.revision) for vote in row.votes.all()
    )
    return _view(row, rulebook.current().fingerprint, texts, votes)


def reviews(
    *, show_id: str | None = None, rooms: queries.Rooms | None = None, author: str = "", limit: int = 200
) -> list[ReviewView]:
    """Reviews, the newest first, without their texts; of these rooms, and those without a room of their author.

    Shape: `rooms` None is all. Cost: two queries.
    """
    rows = Review.objects.all() if show_id is None else Review.objects.filter(show_id=show_id)
    if rooms is not None:
        rows = rows.filter(queries.in_rooms(rooms) | Q(room_id="", actor=author))
    today = rulebook.current().fingerprint
    return [_view(row, today) for row in rows[:limit]]


def _view(row: Review, today: str, texts: tuple[TextView, ...] = (), votes: tuple[VoteView, ...] = ()) -> ReviewView:
    return ReviewView(
        id=row.pk,
        title=row.title,
        show_id=row.show_id,
        platform=row.platform,
        room_id=row.room_id,
        product=row.product,
        origin=row.origin,
        state=ReviewState(row.state),
        revision=row.revision,
        red=row.red,
        warned=row.warned,
        actor=row.actor,
        made_us=row.made_us,
        changed_us=row.changed_us,
        fingerprint=row.fingerprint,
        is_stale=row.fingerprint != today,
        texts=texts,
        votes=votes,
    )
