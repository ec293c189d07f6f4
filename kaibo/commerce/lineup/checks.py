"""What is wrong with a lineup before air: pure functions over lines, cheap enough to run while one types."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from kaibo.commerce.lineup import stock
from kaibo.commerce.lineup.contracts import Finding, Line, Rules, Severity

type Check = Callable[[Sequence[Line], Rules, float | None], Iterator[Finding]]
_ORDER = {Severity.BAD: 0, Severity.WARN: 1, Severity.HINT: 2}


def check(lines: Sequence[Line], rules: Rules, *, show_minutes: float | None = None) -> list[Finding]:
    """Findings, the worst first, then in the order of the lines.

    Shape: `show_minutes` is the planned length of the show, None where it has no planned end.
    """
    place = {line.line_id: at for at, line in enumerate(lines)}
    found = [finding for each in CHECKS for finding in each(lines, rules, show_minutes)]
    return sorted(found, key=lambda one: (_ORDER[one.severity], place.get(one.line_id, -1)))


def refused_cells(lines: Sequence[Line], _rules: Rules, _minutes: float | None) -> Iterator[Finding]:
    """Cells that could not be read."""
    for line in lines:
        for name, text in line.refused.items():
            yield Finding("refused", Severity.BAD, line.line_id, name, {"text": text[:60]})


def numbers(lines: Sequence[Line], _rules: Rules, _minutes: float | None) -> Iterator[Finding]:
    """Every link has a number of its own, a name or style, and a price."""
    seen = Counter(line.link_no for line in lines if line.link_no)
    for line in lines:
        if not line.link_no:
            yield Finding("no_link_no", Severity.WARN, line.line_id, "link_no")
        elif seen[line.link_no] > 1:
            yield Finding("link_no_twice", Severity.BAD, line.line_id, "link_no", {"link_no": line.link_no})
        if not line.title and not line.style_no:
            yield Finding("no_name", Severity.WARN, line.line_id, "title")
        if line.live_price_minor is None and "live_price_minor" not in line.refused:
            yield Finding("no_price", Severity.WARN, line.line_id, "live_price_minor")
        if not line.role and "role" not in line.refused:
            yield Finding("no_role", Severity.HINT, line.line_id, "role")


def prices(lines: Sequence[Line], _rules: Rules, _minutes: float | None) -> Iterator[Finding]:
    """The live price against floor, list price and cost; below cost is what a give-away is for."""
    for line in lines:
        live = line.live_price_minor
        if live is None:
            continue
        money = {"live_minor": live}
        if line.floor_price_minor is not None and live < line.floor_price_minor:
            values = {**money, "floor_minor": line.floor_price_minor}
            yield Finding("below_floor", Severity.BAD, line.line_id, "live_price_minor", values)
        if line.list_price_minor is not None and live > line.list_price_minor:
            values = {**money, "list_minor": line.list_price_minor}
            yield Finding("above_list", Severity.WARN, line.line_id, "live_price_minor", values)
        if line.cost_minor is not None and live < line.cost_minor and line.role not in {"welfare", "traffic"}:
            values = {**money, "cost_minor": line.cost_minor}
            yield Finding("below_cost", Severity.WARN, line.line_id, "live_price_minor", values)


def sizes(lines: Sequence[Line], rules: Rules, _minutes: float | None) -> Iterator[Finding]:
    """Stock there is at all, and every core size of it; a line whose sizes are numbers or one size has none."""
    core = [stock.plain_size(size) for size in rules.core_sizes]
    for line in lines:
        if line.pieces is None:
            if "stock" not in line.refused:
                yield Finding("no_stock", Severity.HINT, line.line_id, "stock")
            continue
        if line.pieces == 0:
            yield Finding("sold_out", Severity.BAD, line.line_id, "stock")
            continue
        have = stock.by_size(line.stock)
        if len(have) < 2 or not set(have) & set(stock.LETTERS):
            continue
        gone = [size for size in core if not have.get(size)]
        if gone:
            yield Finding("core_size", Severity.WARN, line.line_id, "stock", {"sizes": " ".join(gone)})


def heroes(lines: Sequence[Line], _rules: Rules, _minutes: float | None) -> Iterator[Finding]:
    """Two heroes in a row take each other's traffic; something light belongs between them."""
    for before, line in pairwise(lines):
        if before.role == line.role == "hero":
            values = {"before": before.link_no or before.title, "link_no": line.link_no or line.title}
            yield Finding("heroes_in_row", Severity.WARN, line.line_id, "role", values)


def minutes(lines: Sequence[Line], rules: Rules, show_minutes: float | None) -> Iterator[Finding]:
    """Planned explain minutes against the length of the show."""
    planned = [line.planned_minutes for line in lines if line.planned_minutes is not None]
    if not planned or not show_minutes or show_minutes <= 0:
        return
    total, room = sum(planned), show_minutes * rules.minutes_tolerance_ratio
    values = {"planned": round(total), "show": round(show_minutes), "missing": len(lines) - len(planned)}
    if total > show_minutes + room:
        yield Finding("minutes_over", Severity.WARN, field="planned_minutes", values=values)
    elif total < show_minutes - room and len(planned) == len(lines):
        yield Finding("minutes_under", Severity.HINT, field="planned_minutes", values=values)


def giveaways(lines: Sequence[Line], rules: Rules, _minutes: float | None) -> Iterator[Finding]:
    """A link sold below cost needs a cap; the loss of all of them together has a limit."""
    total = 0
    for line in lines:
        loss = loss_minor(line)
        if line.role == "welfare" and line.cap is None and "cap" not in line.refused:
            yield Finding("no_cap", Severity.BAD if loss_per_piece(line) else Severity.WARN, line.line_id, "cap")
        if line.cap is not None and line.pieces is not None and line.cap > line.pieces:
            values = {"cap": line.cap, "pieces": line.pieces}
            yield Finding("cap_over_stock", Severity.WARN, line.line_id, "cap", values)
        total += loss or 0
    limit = rules.giveaway_loss_minor
    if limit is not None and total > limit:
        yield Finding("giveaway_loss", Severity.BAD, field="cap", values={"loss_minor": total, "limit_minor": limit})


def loss_per_piece(line: Line) -> int:
    """What one piece loses against its cost; 0 where it earns, or where cost or price is unknown."""
    if line.cost_minor is None or line.live_price_minor is None:
        return 0
    return max(0, line.cost_minor - line.live_price_minor)


def loss_minor(line: Line) -> int | None:
    """What a line loses when it sells out or reaches its cap; None where cost, price or pieces of it are unknown."""
    each = loss_per_piece(line)
    if line.role == "welfare" and (line.cost_minor is None or line.live_price_minor is None):
        return None
    if not each:
        return 0
    count = line.cap if line.cap is not None else line.pieces
    return None if count is None else each * count


CHECKS: tuple[Check, ...] = (refused_cells, numbers, prices, sizes, heroes, minutes, giveaways)
