"""The door of the lineup module: the sheet of a show, and the acts of its desk."""

from collections.abc import Iterable, Mapping, Sequence

from kaibo.commerce.lineup import checks, desk, publishing, queries, services, sheets, stored
from kaibo.commerce.lineup import listed as listing
from kaibo.commerce.lineup.checks import loss_minor
from kaibo.commerce.lineup.contracts import (
    Act,
    ActAnswer,
    ActView,
    Comparison,
    Difference,
    Draft,
    Finding,
    Line,
    LineupView,
    Listed,
    Rules,
    VersionView,
)
from kaibo.commerce.lineup.sentences import field_names, role_names, sentence, sku_names
from kaibo.commerce.lineup.services import Edit
from kaibo.commerce.lineup.stored import shown
from kaibo.commerce.shows.contracts import ShowView

__all__ = ["Edit", "field_names", "loss_minor", "role_names", "sentence", "shown", "sku_names"]


def lineup(show_id: str) -> LineupView:
    """The sheet as it stands; version 0 when nobody has written it. Cost: two queries."""
    return queries.lineup(show_id)


def lines_at(show_id: str, number: int) -> tuple[Line, ...]:
    """The lines of one version; 0 is the empty sheet. Raises BadLineup for a version that does not exist."""
    return queries.lines_at(show_id, number)


def versions(show_id: str, *, limit: int = 200) -> list[VersionView]:
    """Versions, the latest first. Cost: one query, without their lines."""
    return queries.versions(show_id, limit=limit)


def differences(show_id: str, before: int, after: int) -> list[Difference]:
    """What happened to lines between two versions. Raises BadLineup."""
    return stored.differences(
        queries.lines_at(show_id, before), queries.lines_at(show_id, after), currency=services.currency_of(show_id)
    )


def findings(lines: Sequence[Line], rules: Rules, *, show_minutes: float | None = None) -> list[Finding]:
    """What the checks say, the worst first. Cost: none, pure."""
    return checks.check(lines, rules, show_minutes=show_minutes)


def currency_of(show_id: str) -> str:
    """The currency of the sheet's amounts."""
    return services.currency_of(show_id)


def save(
    show_id: str,
    *,
    base: int,
    edits: Iterable[Edit] = (),
    order: Sequence[str] | None = None,
    removed: Iterable[str] = (),
    actor: str,
) -> LineupView:
    """Cells typed, lines added, removed, moved since version `base`; what cannot be read is kept as typed.

    Raises: LineupConflict when somebody else changed the same cell meanwhile; BadLineup.
    """
    services.save(show_id, base=base, edits=edits, order=order, removed=removed, actor=actor)
    return queries.lineup(show_id)


def undo(show_id: str, *, actor: str) -> LineupView:
    """The sheet before its last act; again goes one act further. Raises NothingToUndo."""
    services.undo(show_id, actor=actor)
    return queries.lineup(show_id)


def restore(show_id: str, number: int, *, actor: str) -> LineupView:
    """An earlier version again, as a new one. Raises BadLineup."""
    services.restore(show_id, number, actor=actor)
    return queries.lineup(show_id)


def set_rules(show_id: str, rules: Rules, *, actor: str) -> Rules:
    """Other limits for the checks. Raises BadLineup with the field."""
    return services.set_rules(show_id, rules, actor=actor)


def read_sheet(
    show_id: str, *, text: str = "", data: bytes | None = None, name: str = "", chosen: Mapping[int, str] | None = None
) -> Draft:
    """What a file or pasted text would bring; nothing is written.

    Shape: `chosen` column index -> field (empty leaves it out). Raises: BadFile when it is no sheet at all.
    """
    return sheets.read(show_id, text=text, data=data, name=name, chosen=chosen)


def take_sheet(show_id: str, draft: Draft, *, mode: str, act: str = "pasted", note: str = "", actor: str) -> LineupView:
    """Write a draft (replace, update, append); its headings are remembered for the team. Raises BadLineup."""
    sheets.take(show_id, draft, mode=mode, act=act, note=note, actor=actor)
    return queries.lineup(show_id)


def copy_lineup(show_id: str, *, source_show: str, with_stock: bool = False, actor: str) -> LineupView:
    """The sheet of an earlier show instead of this one's; stock belongs to its night unless asked for."""
    sheets.copy(show_id, source_show=source_show, with_stock=with_stock, actor=actor)
    return queries.lineup(show_id)


def shows_with_lineup() -> dict[str, int]:
    """Show id -> number of lines of its newest version. Cost: one query."""
    return queries.sizes()


def compare_listed(lines: Sequence[Line], listed: Sequence[Listed]) -> Comparison:
    """Where the sheet and the platform's list disagree in price, stock or order. Cost: none, pure."""
    return listing.compare(lines, listed)


def listed_of(draft: Draft) -> list[Listed]:
    """The rows of an exported product list that was read by `read_sheet`."""
    return listing.listed_of(draft.lines)


def remember_columns(draft: Draft, *, actor: str) -> int:
    """What the headings of a file mean counts as known from now on; how many are new."""
    return sheets.remember_columns(draft, actor=actor)


def publish(show: ShowView, *, known: Mapping[str, str], listed: frozenset[str] = frozenset(), actor: str) -> int:
    """Tell the list to the show as events of the desk's feed; how many. Raises BadLineup before it is on air."""
    return publishing.publish(show, known=known, listed=listed, actor=actor)


def record_acts(
    show: ShowView, acts: Iterable[Act], *, known: Mapping[str, str], titles: Mapping[str, str], actor: str
) -> list[ActAnswer]:
    """What became of each act of the desk; sending the same act again records it once.

    Shape: answers in the order of `acts`; `known` link number -> the platform's product id.
    """
    return desk.record(show, acts, known=known, titles=titles, actor=actor)


def acts(show_id: str, *, limit: int = 50) -> list[ActView]:
    """Acts of the desk, latest first. Cost: one query."""
    return desk.acts_of(show_id, limit=limit)
