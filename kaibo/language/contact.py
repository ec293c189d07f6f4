"""Contact details and the way out of the room: phone, WeChat, QQ, addresses, also with digits in disguise.

A phone number is strict enough to stand alone. An account name or a QQ number needs a context word before it, because
a row of digits in a live sale is more often a price or an order.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kaibo.language.normalise import Codes, Folded, rows
from kaibo.language.tables import BOUNDARY, tables

PHONE, WECHAT, QQ, ADDRESS = "phone", "wechat", "qq", "address"
DETECTORS = (PHONE, WECHAT, QQ, ADDRESS)

Found = tuple[int, int, str]

# Said on the phone and written to disguise: 幺 one, 洞 nought, 拐 seven, 勾 nine.
_SPOKEN = {"幺": "1", "洞": "0", "拐": "7", "勾": "9", "两": "2", "o": "0", "l": "1", "i": "1"}
_SYLLABLES = ("ling", "yi yao", "er liang", "san", "si", "wu", "liu", "qi guai", "ba", "jiu gou")

_PHONE = re.compile(r"(?<![0-9])(?:86\n?)?1\n?[3-9](?:\n?[0-9]){9}(?![0-9])")
_WECHAT_WORDS = (
    "微信|薇信|威信|维信|v信|微x|wx|weixin|wechat|vx|加v|加微|加薇|加威|加wei|十v|加个v|加个微|私v|微号|v号|薇号"
    "|绿泡泡|绿色软件"
)
_QQ_WORDS = "qq|扣扣|叩叩|蔻蔻|企鹅|球球|q群|抠抠"
CONTEXT: dict[str, str] = {
    **dict.fromkeys(_WECHAT_WORDS.split("|"), WECHAT),
    **dict.fromkeys(_QQ_WORDS.split("|"), QQ),
}
"""Words that announce an account; searched with all other words, so that patterns run only behind one of them."""
_WECHAT = re.compile(
    rf"(?:{_WECHAT_WORDS})\n?(?:号|同号|是|我|找|搜|id|号码|联系|\n){{0,4}}"
    r"([a-z][a-z0-9]{5,19}|[0-9](?:\n?[0-9]){5,14})"
)
_QQ = re.compile(
    rf"(?:{_QQ_WORDS})\n?(?:号|群|群号|是|我|加|找|搜|号码|\n){{0,4}}"
    r"([1-9](?:\n?[0-9]){4,10})(?![0-9])"
)
_ADDRESS = re.compile(
    r"https?://[^\s，。；、）)】]{4,}|(?<![A-Za-z0-9@.])(?:www\.)?[A-Za-z0-9-]{2,}\.(?:com|cn|net|cc|top|vip|xyz|shop|store|me)"
    r"(?![A-Za-z])(?:/[^\s，。；、）)】]*)?|[A-Za-z0-9._-]{2,}@[A-Za-z0-9-]+\.[A-Za-z]{2,4}",
    re.IGNORECASE,
)
_ADDRESS_SIGNS = (".com", ".cn", ".net", ".cc", ".top", ".vip", ".xyz", ".shop", ".store", ".me")
_LONGEST_ACCOUNT = 48
_PHONE_DIGITS = 11
LEAST_ROW = 5  # characters of the shortest account
_END = ord(BOUNDARY)
_MOST_GAP = 3  # marks between two digits of one number; prices in a list stand further apart or differ in length


@cache
def _digit_by_sound() -> NDArray[np.uint32]:
    """Code of a folded character -> the digit that sounds like it in any reading, or the character itself."""
    known = tables()
    table = np.arange(0x110000, dtype=np.uint32)
    digit = {known.syllables[one]: str(at) for at, names in enumerate(_SYLLABLES) for one in names.split()}
    for character, heard in known.readings.items():
        if said := next((digit[one] for one in heard if one in digit), None):
            table[ord(character)] = ord(said)
    return table


@cache
def _digit_by_form() -> NDArray[np.uint32]:
    table = np.arange(0x110000, dtype=np.uint32)
    for character, digit in _SPOKEN.items():
        table[ord(character)] = ord(digit)
    return table


@cache
def _maybe_digit() -> NDArray[np.bool_]:
    """Code of a folded character -> whether it may be part of a number: a digit in any disguise, or a clause end."""
    codes = np.arange(0x110000, dtype=np.uint32)
    table = _is_digit(codes) | _is_digit(_digit_by_form()) | _is_digit(_digit_by_sound())
    table[_END] = True
    return table


def find(original: str, raw: Codes, plain: Folded, announced: Iterable[tuple[int, str]] = ()) -> list[Found]:
    """Places of contact details in the original, with the detector that found them; overlaps are possible.

    `raw`: its characters. `announced`: where the words of CONTEXT begin in it, and which account they announce.
    Cost: rows of digits are looked for at once, patterns run only on them and behind an announcing word.
    """
    found = [(*place, ADDRESS) for place in _addresses(original, raw)]
    for first, last in rows(_maybe_digit().take(plain.codes, mode="clip"), _PHONE_DIGITS):
        if np.count_nonzero(plain.codes[first:last] != _END) >= _PHONE_DIGITS:
            found += [(*plain.span(*place), PHONE) for place in _phones_in(plain, first, last)]
    for start, name in announced:
        if place := _account(plain, int(np.searchsorted(plain.starts, start)), name):
            found.append((*plain.span(*place), name))
    return sorted(set(found))


def _phones_in(plain: Folded, first: int, last: int) -> Iterator[tuple[int, int]]:
    row = slice(first, last)
    for digits in (_digit_by_form(), _digit_by_sound()):
        for start, end in _phones(Folded(digits.take(plain.codes[row]), plain.starts[row], plain.ends[row])):
            yield first + start, first + end


def _account(plain: Folded, first: int, name: str) -> tuple[int, int] | None:
    """The announcing word at a place with the account behind it; its digits may only sound like digits where five or
    more stand in a row, so that words stay words."""
    codes = plain.codes[first : first + _LONGEST_ACCOUNT].copy()
    heard = _digit_by_sound().take(codes, mode="clip")
    for start, end in rows(_is_digit(heard), LEAST_ROW):
        codes[start:end] = heard[start:end]
    match = (_WECHAT if name == WECHAT else _QQ).match(_text(codes))
    return (first, first + match.end()) if match else None


def _is_digit(codes: Codes) -> NDArray[np.bool_]:
    return (codes >= 0x30) & (codes <= 0x39)


def _text(codes: Codes) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le")


def _phones(view: Folded) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(_text(view.codes)):
        if _is_one_number(view, match.start(), match.end()):
            yield match.start(), match.end()


def _is_one_number(view: Folded, first: int, last: int) -> bool:
    """Written in one, as 138 0000 1234, or taken apart digit by digit: 1799（1999-200 is two prices."""
    is_digit = view.codes[first:last] != _END
    starts, ends = view.starts[first:last][is_digit][-11:], view.ends[first:last][is_digit][-11:]
    gaps = starts[1:] - ends[:-1]
    at = np.flatnonzero(gaps > 0)
    return int(gaps.max()) <= _MOST_GAP and (set(at.tolist()) <= {2, 6} or at.size >= 7)


def _addresses(original: str, raw: Codes) -> Iterator[tuple[int, int]]:
    """A mark of an address is looked for in all texts at once, the pattern only around it."""
    signs = raw[:-1]
    marks = np.flatnonzero((signs == ord(".")) | (signs == ord("@")) | (signs == ord(":")))
    behind = raw[marks + 1]
    is_mark = np.where(signs[marks] == ord(":"), behind == ord("/"), ((behind | 0x20) - 0x61) < 26)
    for at in marks[is_mark].tolist():
        if original[at] == "." and not original[at : at + 6].lower().startswith(_ADDRESS_SIGNS):
            continue
        for match in _ADDRESS.finditer(original, max(0, at - 80), at + 120):
            if match.start() <= at < match.end():
                yield match.span()
