"""The sheet against what the platform lists: which link is missing, too much, elsewhere, dearer, or short. Pure."""

import unicodedata
from collections.abc import Callable, Sequence

from kaibo.commerce.lineup.contracts import Comparison, Line, Listed, ListedDifference


def compare(lines: Sequence[Line], listed: Sequence[Listed]) -> Comparison:
    """Differences in the order of the sheet, links that only the platform has last.

    Shape: a line is found by style number, else by title, else by link number; a price or stock that one side does
    not state is counted as unknown, not as different. Lines without a link number are not expected to be listed.
    """
    pairs, extra = _paired(lines, listed)
    found: list[ListedDifference] = []
    checked = {"price": 0, "stock": 0}
    unknown = {"price": 0, "stock": 0}
    for line, there in pairs:
        name = line.title or line.style_no
        if there is None:
            found.append(ListedDifference("missing", line.link_no, name, line.link_no, ""))
            continue
        if there.link_no and there.link_no != line.link_no:
            found.append(ListedDifference("order", line.link_no, name, line.link_no, there.link_no))
        for kind, ours, theirs in (
            ("price", line.live_price_minor, there.price_minor),
            ("stock", line.pieces, there.stock),
        ):
            if ours is None or theirs is None:
                unknown[kind] += 1
                continue
            checked[kind] += 1
            if ours != theirs:
                found.append(ListedDifference(kind, line.link_no, name, ours, theirs))
    found += [ListedDifference("extra", each.link_no, each.title or each.style_no, "", each.link_no) for each in extra]
    return Comparison(tuple(found), len(lines), len(listed), checked, unknown)


def _paired(lines: Sequence[Line], listed: Sequence[Listed]) -> tuple[list[tuple[Line, Listed | None]], list[Listed]]:
    """Each numbered line with what the platform lists for it, and what is left over."""
    wanted = [line for line in lines if line.link_no]
    left = list(range(len(listed)))
    found: dict[int, Listed] = {}
    keys: tuple[tuple[Callable[[Line], str], Callable[[Listed], str]], ...] = (
        (lambda line: _key(line.style_no), lambda there: _key(there.style_no)),
        (lambda line: _key(line.title), lambda there: _key(there.title)),
        (lambda line: line.link_no, lambda there: there.link_no),
    )
    for ours, theirs in keys:
        by_key: dict[str, list[int]] = {}
        for at in left:
            by_key.setdefault(theirs(listed[at]), []).append(at)
        for number, line in enumerate(wanted):
            key = ours(line)
            if number in found or not key or not by_key.get(key):
                continue
            same = [at for at in by_key[key] if listed[at].link_no == line.link_no]
            at = same[0] if same else by_key[key][0]  # a style on two links: each to its own number
            by_key[key].remove(at)
            left.remove(at)
            found[number] = listed[at]
    pairs = [(line, found.get(number)) for number, line in enumerate(wanted)]
    return pairs, [listed[at] for at in sorted(left)]


def listed_of(lines: Sequence[Line]) -> list[Listed]:
    """A product list that was read as a sheet: its rows as the platform's list, numbered by place where it has none."""
    has_numbers = any(line.link_no for line in lines)
    return [
        Listed(
            line.link_no if has_numbers else str(place),
            line.style_no,
            line.title,
            line.live_price_minor if line.live_price_minor is not None else line.list_price_minor,
            line.pieces,
        )
        for place, line in enumerate(lines, start=1)
    ]


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in plain if letter.isalnum())
