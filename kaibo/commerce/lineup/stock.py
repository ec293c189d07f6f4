"""Stock by colour and size as one cell of text: `黑 S10 M20 L5; 白 M3`, or a plain total. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from kaibo.commerce.lineup.contracts import Pieces

LETTERS = ("XXXS", "XXS", "XS", "S", "M", "L", "XL", "XXL", "2XL", "XXXL", "3XL", "4XL", "5XL", "6XL")
_LETTER = "[2-9]XL|X{0,3}S|M|X{0,3}L"
_ONE_SIZE = "均码|ONESIZE|FREE|F"
_SIZE = re.compile(rf"(?:{_LETTER}|{_ONE_SIZE}|\d{{2,3}})码?")
_WORN = re.compile(rf"^(?P<size>{_LETTER}|{_ONE_SIZE})[:=*×\-/(]?(?P<pieces>\d+)\)?件?$")
_NUMBERED = re.compile(r"^(?P<size>\d{2,3})码?[:=*×x](?P<pieces>\d+)件?$")
_NAMED = re.compile(r"^(?P<colour>[^\d:=*×]+)[:=*×]?(?P<pieces>\d+)件?$")
_TOTAL = re.compile(r"(\d+)(?:\.0+)?件?")
_GROUPS = re.compile(r"[;；\n|]+")
_TOKENS = re.compile(r"[\s,，、/]+")


def is_size(text: str) -> bool:
    """Whether a column heading or a cell is a size: S, 2XL, 均码, 38."""
    return _SIZE.fullmatch(unicodedata.normalize("NFKC", text).strip().upper()) is not None


def size_rank(size: str) -> tuple[int, int, str]:
    """Sorts S before M before XL, numbers by value, the rest after."""
    if size in LETTERS:
        return (0, LETTERS.index(size), size)
    return (1, int(size), size) if size.isdigit() else (2, 0, size)


def plain_size(text: str) -> str:
    """A size as it is compared: upper case, half width, without 码."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    return plain if plain == "均码" else plain.removesuffix("码")


def read_stock(text: str) -> tuple[Pieces, ...]:
    """Pieces by colour and size. Raises ValueError for text that is not wholly understood."""
    plain = unicodedata.normalize("NFKC", text).strip()
    total = _TOTAL.fullmatch(re.sub(r"(?<=\d),(?=\d{3}\b)", "", plain))
    if total:
        return (Pieces("", "", int(total[1])),)
    found: list[Pieces] = []
    for group in _GROUPS.split(plain):
        found += _group(group.strip())
    if not found:
        raise ValueError(text)
    return merged(found)


def _group(group: str) -> list[Pieces]:
    """One colour: its name, then sizes with pieces."""
    spaced = re.sub(r"\s*([:=*×])\s*", r"\1", group)
    colour = pending = ""
    found: list[Pieces] = []
    for token in filter(None, _TOKENS.split(spaced)):
        before, mark, after = token.partition(":")
        if mark and _sized(after):  # 黑:S10
            colour, token = before, after  # noqa: PLW2901 - the rest of the token is read below
        sized = _sized(token)
        if pending and token.isdigit():  # M 20
            found.append(Pieces(colour, plain_size(pending), int(token)))
            pending = ""
        elif is_size(token) and not token[0].isdigit():
            if pending:
                raise ValueError(group)
            pending = token
        elif sized:
            found.append(Pieces(colour, plain_size(sized["size"]), int(sized["pieces"])))
        elif not found and not colour and (named := _NAMED.match(token)) and not is_size(named["colour"]):
            found.append(Pieces(named["colour"], "", int(named["pieces"])))
        elif token.isdigit() and colour and not found:
            found.append(Pieces(colour, "", int(token)))
        elif not found and not any(sign.isdigit() for sign in token):
            colour = f"{colour} {token}".strip().rstrip(":")
        else:
            raise ValueError(group)
    if pending or (colour and not found):
        raise ValueError(group)
    return found


def _sized(token: str) -> re.Match[str] | None:
    return _WORN.match(token.upper()) or _NUMBERED.match(token.lower())


def show_stock(stock: Iterable[Pieces]) -> str:
    """The text of a cell: colours in the order given, sizes from small to large."""
    colours: dict[str, list[Pieces]] = {}
    for each in stock:
        colours.setdefault(each.colour, []).append(each)
    groups = []
    for colour, sizes in colours.items():
        ordered = sorted(sizes, key=lambda each: size_rank(each.size))
        groups.append(" ".join(filter(None, [colour, *(_show(each) for each in ordered)])))
    return "; ".join(groups)


def _show(each: Pieces) -> str:
    if not each.size:
        return str(each.pieces)
    return f"{each.size}:{each.pieces}" if each.size[0].isdigit() else f"{each.size}{each.pieces}"


def merged(stock: Iterable[Pieces]) -> tuple[Pieces, ...]:
    """The same with one entry per colour and size; the later figure counts."""
    found: dict[tuple[str, str], Pieces] = {}
    for each in stock:
        found[each.colour, each.size] = each
    return tuple(found.values())


def by_size(stock: Iterable[Pieces]) -> dict[str, int]:
    """Size -> pieces of all colours."""
    found: dict[str, int] = {}
    for each in stock:
        if each.size:
            found[each.size] = found.get(each.size, 0) + each.pieces
    return found
