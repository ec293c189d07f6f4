"""The door of the registers: changes, ad adjustments, give-aways, violations, shifts, the checklist before air."""

from collections.abc import Iterable, Sequence

from kaibo.commerce.registers import adjustments, giveaways
from kaibo.commerce.registers import changes as change_book
from kaibo.commerce.registers import checklist as point_book
from kaibo.commerce.registers import shifts as shift_book
from kaibo.commerce.registers import violations as violation_book
from kaibo.commerce.registers import wordchecks as word_book
from kaibo.commerce.registers.contracts import (
    AdjustmentView,
    ChangeView,
    ChecklistView,
    Duty,
    FileView,
    GiveAwayEntry,
    GiveAwayView,
    NewAdjustment,
    NewChange,
    NewViolation,
    ShiftView,
    ViolationState,
    ViolationView,
    WordCheck,
)
from kaibo.commerce.registers.files import LARGEST as LARGEST_FILE
from kaibo.commerce.shows.contracts import ShowView

__all__ = ["LARGEST_FILE"]

# ---- price and stock changes


def changes(show_id: str, *, now_us: int | None = None) -> list[ChangeView]:
    """Price and stock changes of a show, latest first. Cost: one query."""
    return change_book.changes(show_id, now_us=now_us)


def ask_change(
    show: ShowView, new: NewChange, *, product_id: str | None = None, currency: str, actor: str
) -> ChangeView:
    """A change is asked for (or, `is_made`, was made already); once per id. Raises BadEntry with the field.

    Shape: `product_id` the platform's own, where a feed told it.
    """
    return change_book.ask(show, new, product_id=product_id, currency=currency, actor=actor)


def make_change(
    show: ShowView, entry_id: str, *, product_id: str | None = None, currency: str, actor: str
) -> ChangeView:
    """It was made in the platform's console; its timer runs. Raises NoEntry, WrongState."""
    return change_book.make(show, entry_id, product_id=product_id, currency=currency, actor=actor)


def check_change(show: ShowView, entry_id: str, *, actor: str) -> ChangeView:
    """A second person confirms it. Raises SamePerson, NoEntry, WrongState."""
    return change_book.check(show, entry_id, actor=actor)


def revert_change(
    show: ShowView, entry_id: str, *, product_id: str | None = None, currency: str, actor: str
) -> ChangeView:
    """It stands as before again. Raises NoEntry, WrongState."""
    return change_book.revert(show, entry_id, product_id=product_id, currency=currency, actor=actor)


def withdraw_change(show: ShowView, entry_id: str, *, actor: str) -> ChangeView:
    """It is no longer wanted and was never made. Raises NoEntry, WrongState."""
    return change_book.withdraw(show, entry_id, actor=actor)


# ---- the ad log


def ad_log(show_id: str) -> list[AdjustmentView]:
    """Ad adjustments of a show, latest first, undone ones marked. Cost: one query."""
    return adjustments.adjustments(show_id)


def log_adjustment(show: ShowView, new: NewAdjustment, *, actor: str) -> AdjustmentView:
    """Write an adjustment down once per id. Raises BadEntry with the field."""
    return adjustments.log(show, new, actor=actor)


def undo_adjustment(show: ShowView, entry_id: str, *, actor: str) -> AdjustmentView:
    """Take an entry back within ten minutes. Raises NoEntry, WrongState."""
    return adjustments.undo(show, entry_id, actor=actor)


# ---- give-aways


def give_aways(show_id: str) -> list[GiveAwayView]:
    """Links that are given away, with cap, pieces and loss. Cost: one query."""
    return giveaways.give_aways(show_id)


def give_away_entries(show_id: str) -> list[GiveAwayEntry]:
    """Single hand-outs, latest first. Cost: one query."""
    return giveaways.entries(show_id)


def running_loss(found: list[GiveAwayView]) -> tuple[int, int]:
    """(loss where it is stated, links with hand-outs whose loss is not). Pure."""
    return giveaways.running_loss(found)


def plan_give_away(
    show: ShowView, link_no: str, *, title: str = "", cap: int | None, loss_per_piece_minor: int | None, actor: str
) -> GiveAwayView:
    """Set the cap and the loss per piece. Raises BadEntry."""
    return giveaways.plan(show, link_no, title=title, cap=cap, loss_per_piece_minor=loss_per_piece_minor, actor=actor)


def give(
    show: ShowView, link_no: str, *, entry_id: str, pieces: int, at_us: int | None = None, note: str = "", actor: str
) -> GiveAwayView:
    """Pieces went out, once per id. Raises CapReached with what is left; BadEntry."""
    return giveaways.give(show, link_no, entry_id=entry_id, pieces=pieces, at_us=at_us, note=note, actor=actor)


# ---- violations


def violations(show_id: str) -> list[ViolationView]:
    """Violations of a show with their files, latest first. Cost: two queries."""
    return violation_book.violations(show_id)


def register_violation(show: ShowView, new: NewViolation, *, actor: str) -> ViolationView:
    """Write a violation down once per id. Raises BadEntry with the field."""
    return violation_book.register(show, new, actor=actor)


def settle_violation(
    show: ShowView, entry_id: str, state: ViolationState, *, note: str = "", actor: str
) -> ViolationView:
    """Appeal, accept, or how the appeal ended. Raises NoEntry, WrongState."""
    return violation_book.settle(show, entry_id, state, note=note, actor=actor)


def attach_file(show: ShowView, entry_id: str, *, name: str, data: bytes, actor: str) -> ViolationView:
    """Keep a file beside a violation. Raises NoEntry, BadFile."""
    return violation_book.attach(show, entry_id, name=name, data=data, actor=actor)


def violation_file(show_id: str, file_id: int) -> tuple[FileView, bytes]:
    """A file and its bytes. Raises NoEntry."""
    return violation_book.file_of(show_id, file_id)


# ---- forbidden words


def note_word_check(show_id: str, scene: str, *, texts: int, confirmed: int, undecided: int) -> None:
    """Where checking a scene of a show for forbidden words stands; repeating it changes nothing."""
    word_book.note(show_id, scene, texts=texts, confirmed=confirmed, undecided=undecided)


def word_checks(show_id: str) -> dict[str, WordCheck]:
    """Scene -> what was checked; a scene of which nothing was is absent. Cost: one query."""
    return word_book.checks(show_id)


# ---- shifts


def shifts(show_id: str, *, duties: Iterable[Duty] = ()) -> list[ShiftView]:
    """Planned and actual hours; `duties` are the hosts as the events saw them. Cost: one query."""
    return shift_book.shifts(show_id, duties=duties)


def save_shift(show: ShowView, shift: ShiftView, *, actor: str) -> ShiftView:
    """Plan or type a shift; the same id changes it. Raises BadEntry."""
    return shift_book.save(show, shift, actor=actor)


def remove_shift(show: ShowView, shift_id: str, *, actor: str) -> None:
    """Take a shift off the list. Raises NoEntry."""
    shift_book.remove(show, shift_id, actor=actor)


# ---- the checklist


def checklist(show: ShowView) -> ChecklistView:
    """The checklist of a show as it stands. Cost: two queries."""
    return point_book.checklist(show)


def tick_point(show: ShowView, point_id: str, state: str, *, note: str = "", actor: str) -> ChecklistView:
    """Say that a point is fine, wrong or open again. Raises NoEntry, BadEntry."""
    return point_book.tick(show, point_id, state, note=note, actor=actor)


def checklist_template(platform: str, room_id: str) -> list[tuple[str, str]]:
    """(point id, text) of a room's checklist. Cost: one query."""
    return point_book.template(platform, room_id)


def save_checklist_template(platform: str, room_id: str, texts: Sequence[tuple[str, str]], *, actor: str) -> None:
    """Other points for every show of a room. Raises BadEntry."""
    point_book.save_template(platform, room_id, texts, actor=actor)
