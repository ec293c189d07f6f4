"""Lines and rules as JSON columns hold them, and the differences between two versions. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from kaibo.commerce.lineup.cells import show_cell
from kaibo.commerce.lineup.contracts import FIELDS, Change, Difference, Line, Pieces, Rules

_LINE = frozenset(each.name for each in fields(Line))


def pack(line: Line) -> dict[str, Any]:
    """The line without its empty cells."""
    plain = {name: value for name, value in asdict(line).items() if value not in ("", None, (), {})}
    if line.stock:
        plain["stock"] = [[each.colour, each.size, each.pieces] for each in line.stock]
    return plain


def unpack(stored: Mapping[str, Any]) -> Line:
    """The line of a stored version; names of later versions that we do not know are left out."""
    known = {name: value for name, value in stored.items() if name in _LINE}
    known["stock"] = tuple(Pieces(*each) for each in stored.get("stock", ()))
    return Line(**known)


def unpack_rules(stored: Mapping[str, Any]) -> Rules:
    """Rules with their defaults where nothing was set."""
    known = {each.name: stored[each.name] for each in fields(Rules) if each.name in stored}
    if "core_sizes" in known:
        known["core_sizes"] = tuple(known["core_sizes"])
    return Rules(**known)


def shown(line: Line, field: str, *, currency: str = "CNY") -> str:
    """A cell as people typed it: the refused text where there is one."""
    return line.refused.get(field) or show_cell(field, getattr(line, field), currency=currency)


def changes(before: Line, after: Line, *, currency: str = "CNY") -> tuple[Change, ...]:
    """Cells that differ."""
    found = []
    for field in FIELDS:
        old, new = shown(before, field, currency=currency), shown(after, field, currency=currency)
        if old != new:
            found.append(Change(field, old, new))
    return tuple(found)


def differences(before: Sequence[Line], after: Sequence[Line], *, currency: str = "CNY") -> list[Difference]:
    """What happened between two versions, in the order of the later one, removed lines last."""
    old = {line.line_id: line for line in before}
    new = {line.line_id for line in after}
    moved = _moved(
        [line.line_id for line in before if line.line_id in new],
        [line.line_id for line in after if line.line_id in old],
    )
    found = []
    for line in after:
        earlier = old.get(line.line_id)
        if earlier is None:
            found.append(_told("added", line))
            continue
        cells = changes(earlier, line, currency=currency)
        if cells:
            found.append(_told("changed", line, cells))
        elif line.line_id in moved:
            found.append(_told("moved", line))
    return found + [_told("removed", line) for line in before if line.line_id not in new]


def _told(kind: str, line: Line, cells: tuple[Change, ...] = ()) -> Difference:
    return Difference(kind, line.line_id, line.link_no, line.title or line.style_no, cells)


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Lines that left their place: all but a longest run that kept its order."""
    place = {line_id: at for at, line_id in enumerate(before)}
    order = [place[line_id] for line_id in after]
    best: list[int] = []
    came_from: list[int] = []
    for at, value in enumerate(order):
        chains = [(best[other], other) for other in range(at) if order[other] < value]
        length, previous = max(chains, default=(0, -1))
        best.append(length + 1)
        came_from.append(previous)
    kept = set()
    at = max(range(len(order)), key=lambda index: best[index], default=-1)
    while at >= 0:
        kept.add(after[at])
        at = came_from[at]
    return set(after) - kept
