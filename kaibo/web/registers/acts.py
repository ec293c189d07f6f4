"""What a posted form of the registers does: fields read, the door called, nothing decided here."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import (
    ChangeKind,
    ChangeView,
    NewAdjustment,
    NewChange,
    NewViolation,
    ShiftView,
    ViolationState,
)
from kaibo.commerce.registers.errors import BadEntry
from kaibo.commerce.shows.contracts import ShowView
from kaibo.kit.errors import NotFound
from kaibo.web.pages import fields
from kaibo.web.registers import found
from kaibo.web.rounds.posting import currency_of

type Act = Callable[[HttpRequest, ShowView, str], object]


def new_id() -> str:
    """An id for a form: sending it twice writes once."""
    return secrets.token_hex(12)


def step_change(show: ShowView, entry_id: str, step: str, *, actor: str) -> ChangeView:
    """The next step of a change. Raises NotFound for another step."""
    currency = currency_of(show)
    if step in {"make", "revert"}:
        link_no = next((each.link_no for each in registers.changes(show.show_id) if each.entry_id == entry_id), "")
        product_id = found.product_of(show.show_id, link_no)
        if step == "make":
            return registers.make_change(show, entry_id, product_id=product_id, currency=currency, actor=actor)
        return registers.revert_change(show, entry_id, product_id=product_id, currency=currency, actor=actor)
    if step == "check":
        return registers.check_change(show, entry_id, actor=actor)
    if step == "withdraw":
        return registers.withdraw_change(show, entry_id, actor=actor)
    raise NotFound(_("There is no such change."), entry_id=entry_id)


def tick(request: HttpRequest, show: ShowView, actor: str) -> object:
    """A point of the checklist."""
    data = request.POST
    return registers.tick_point(
        show, fields.text(data, "point"), fields.text(data, "state"), note=fields.text(data, "note"), actor=actor
    )


def template(request: HttpRequest, show: ShowView, actor: str) -> object:
    """The checklist of the room: one point a line, known texts keep their ids."""
    known = {text: point_id for point_id, text in registers.checklist_template(show.platform, show.room_id)}
    texts = [line.strip() for line in fields.text(request.POST, "points").splitlines() if line.strip()]
    points = [(known.get(text, ""), text) for text in dict.fromkeys(texts)]
    registers.save_checklist_template(show.platform, show.room_id, points, actor=actor)
    return None


def shift(request: HttpRequest, show: ShowView, actor: str) -> object:
    """Plan or type a shift."""
    data = request.POST
    if "remove" in data:
        registers.remove_shift(show, fields.text(data, "shift_id"), actor=actor)
        return None
    return registers.save_shift(
        show,
        ShiftView(
            show.show_id,
            fields.text(data, "shift_id"),
            fields.text(data, "person"),
            fields.text(data, "duty"),
            fields.instant(data, "planned_from"),
            fields.instant(data, "planned_to"),
            fields.instant(data, "from"),
            fields.instant(data, "to"),
            "typed",
            fields.text(data, "note"),
        ),
        actor=actor,
    )


def change(request: HttpRequest, show: ShowView, actor: str) -> object:
    """Ask for a change, say that it was made, or take its next step."""
    data = request.POST
    step = fields.text(data, "step")
    if step:
        return step_change(show, fields.text(data, "entry_id"), step, actor=actor)
    currency = currency_of(show)
    kind = ChangeKind.STOCK if data.get("kind") == "stock" else ChangeKind.PRICE
    link_no = fields.text(data, "link_no")
    after = _amount(data, "after", kind, currency)
    if after is None:
        raise BadEntry(_("This cannot be."), fix=_("Type the new value again."), field="after")
    new = NewChange(
        entry_id=fields.text(data, "entry_id"),
        kind=kind,
        link_no=link_no,
        before=_amount(data, "before", kind, currency),
        after=after,
        reason=fields.text(data, "reason"),
        asked_by=fields.text(data, "asked_by"),
        revert_after_minutes=_whole(data, "revert"),
        is_made="made" in data,
    )
    product_id = found.product_of(show.show_id, link_no)
    return registers.ask_change(show, new, product_id=product_id, currency=currency, actor=actor)


def adjustment(request: HttpRequest, show: ShowView, actor: str) -> object:
    """Log an adjustment or take one back."""
    data = request.POST
    if "undo" in data:
        return registers.undo_adjustment(show, fields.text(data, "entry_id"), actor=actor)
    new = NewAdjustment(
        fields.text(data, "entry_id"),
        fields.text(data, "plan"),
        fields.text(data, "what"),
        fields.text(data, "value"),
        fields.text(data, "why"),
        fields.instant(data, "at"),
    )
    return registers.log_adjustment(show, new, actor=actor)


def give_away(request: HttpRequest, show: ShowView, actor: str) -> object:
    """Plan a give-away, or write down pieces that went out."""
    data = request.POST
    link_no = fields.text(data, "link_no")
    if "plan" in data:
        loss = fields.minor(data, "loss", currency_of(show))
        return registers.plan_give_away(
            show,
            link_no,
            title=fields.text(data, "title"),
            cap=_whole(data, "cap"),
            loss_per_piece_minor=loss,
            actor=actor,
        )
    pieces = _whole(data, "pieces")
    if pieces is None:
        raise BadEntry(_("How many pieces of which link?"), fix=_("Type a number."), field="pieces")
    entry_id = fields.text(data, "entry_id")
    return registers.give(show, link_no, entry_id=entry_id, pieces=pieces, note=fields.text(data, "note"), actor=actor)


def violation(request: HttpRequest, show: ShowView, actor: str) -> object:
    """Register a violation with its file, settle one, or add a file."""
    data = request.POST
    entry_id = fields.text(data, "entry_id")
    state = fields.text(data, "state")
    if state:
        if state not in set(ViolationState):
            raise BadEntry(_("Choose one."), field="state")
        return registers.settle_violation(
            show, entry_id, ViolationState(state), note=fields.text(data, "note"), actor=actor
        )
    if "attach" not in data:
        points = fields.decimal(data, "points")
        registers.register_violation(
            show,
            NewViolation(
                entry_id,
                fields.text(data, "text"),
                fields.text(data, "measure") or "warning",
                fields.text(data, "rule"),
                None if points is None else float(points),
                fields.text(data, "link_no"),
                fields.instant(data, "appeal_until"),
                fields.instant(data, "at"),
            ),
            actor=actor,
        )
    for file in request.FILES.getlist("file"):
        registers.attach_file(
            show, entry_id, name=file.name or "", data=file.read(registers.LARGEST_FILE + 1), actor=actor
        )
    return None


NEEDS = {
    "tick": "show.mark",
    "template": "shift.plan",
    "shift": "shift.plan",
    "change": "goods.change",
    "ad": "ad.log",
    "give": "giveaway.log",
    "violation": "violation.log",
}
"""Act of a form -> what somebody must be allowed to do for it."""
ACTS: dict[str, Act] = {
    "tick": tick,
    "template": template,
    "shift": shift,
    "change": change,
    "ad": adjustment,
    "give": give_away,
    "violation": violation,
}


def _whole(data: QueryDict, name: str) -> int | None:
    number = fields.decimal(data, name)
    if number is None:
        return None
    if number != number.to_integral_value() or abs(number) > 10**9:
        raise BadEntry(_("This cannot be."), fix=_("Type a number."), field=name)
    return int(number)


def _amount(data: QueryDict, name: str, kind: ChangeKind, currency: str) -> int | None:
    return _whole(data, name) if kind is ChangeKind.STOCK else fields.minor(data, name, currency)
