"""Contact details and the way out of the room: phone, WeChat, QQ, addresses, also with digits in disguise.

A phone number is strict enough to stand alone. An account name or a QQ number needs a context word before it, because
a row of digits in a live sale is more often a price or an order.
"""

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kaibo.language.normalise import Codes, Folded
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
_WECHAT = re.compile(
    rf"(?:{_WECHAT_WORDS})\n?(?:号|同号|是|我|找|搜|id|号码|联系|\n){{0,4}}"
    r"([a-z][a-z0-9]{5,19}|[0-9](?:\n?[0-9]){5,14})"
)
_QQ = re.compile(
    r"(?:qq|扣扣|叩叩|蔻蔻|企鹅|球球|q群|抠抠)\n?(?:号|群|群号|是|我|加|找|搜|号码|\n){0,4}"
    r"([1-9](?:\n?[0-9]){4,10})(?![0-9])"
)
_ADDRESS = re.compile(
    r"https?://[^\s，。；、）)】]{4,}|(?<![A-Za-z0-9@.])(?:www\.)?[A-Za-z0-9-]{2,}\.(?:com|cn|net|cc|top|vip|xyz|shop|store|me)"
    r"(?![A-Za-z])(?:/[^\s，。；、）)】]*)?|[A-Za-z0-9._-]{2,}@[A-Za-z0-9-]+\.[A-Za-z]{2,4}",
    re.IGNORECASE,
)
_ADDRESS_SIGNS = ("http", "@", ".com", ".cn", ".net", ".cc", ".top", ".vip", ".xyz", ".shop", ".store", ".me")
_LOWER = {code: code + 32 for code in range(0x41, 0x5B)}
_LONGEST_CONTEXT = 16
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


def find(original: str, plain: Folded) -> list[Found]:
    """Places of contact details in the original, with the detector that found them; overlaps are possible.

    Cost: rows of digits and letters are looked for at once, patterns run only around them.
    """
    found = [(*place, ADDRESS) for place in _addresses(original)]
    if plain.codes.size:
        spoken = Folded(_digit_by_form()[plain.codes], plain.starts, plain.ends)
        heard = Folded(_digit_by_sound()[plain.codes], plain.starts, plain.ends)
        for view in (spoken, heard):
            found += [(*plain.span(*place), PHONE) for place in _phones(view)]
        found += [(*plain.span(first, last), name) for first, last, name in _accounts(_with_heard_rows(plain, heard))]
    return sorted(set(found))


def _rows(mask: NDArray[np.bool_], least: int) -> list[list[int]]:
    """First and last of each row of at least so many."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.view(np.int8), [0])))).reshape(-1, 2)
    rows: list[list[int]] = edges[edges[:, 1] - edges[:, 0] >= least].tolist()
    return rows


def _is_digit(codes: Codes) -> NDArray[np.bool_]:
    return (codes >= 0x30) & (codes <= 0x39)


def _text(codes: Codes) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le")


def _phones(view: Folded) -> Iterator[tuple[int, int]]:
    for first, last in _rows(_is_digit(view.codes) | (view.codes == _END), 11):
        for match in _PHONE.finditer(_text(view.codes[first:last])):
            start, end = first + match.start(), first + match.end()
            if _is_one_number(view, start, end):
                yield start, end


def _is_one_number(view: Folded, first: int, last: int) -> bool:
    """Written in one, as 138 0000 1234, or taken apart digit by digit: 1799（1999-200 is two prices."""
    is_digit = view.codes[first:last] != _END
    starts, ends = view.starts[first:last][is_digit][-11:], view.ends[first:last][is_digit][-11:]
    gaps = starts[1:] - ends[:-1]
    at = np.flatnonzero(gaps > 0)
    return int(gaps.max()) <= _MOST_GAP and (set(at.tolist()) <= {2, 6} or at.size >= 7)


def _with_heard_rows(plain: Folded, heard: Folded) -> Codes:
    """The text with digits that are only heard where five or more stand in a row, so that words stay words."""
    codes = plain.codes.copy()
    for first, last in _rows(_is_digit(heard.codes), 5):
        codes[first:last] = heard.codes[first:last]
    return codes


def _accounts(codes: Codes) -> Iterator[tuple[int, int, str]]:
    is_letter = (codes >= 0x61) & (codes <= 0x7A)
    for first, last in _rows(_is_digit(codes) | is_letter | (codes == _END), 5):
        begin = max(0, first - _LONGEST_CONTEXT)
        around = _text(codes[begin:last])
        for pattern, name in ((_WECHAT, WECHAT), (_QQ, QQ)):
            for match in pattern.finditer(around):
                if begin + match.end() > first:
                    yield begin + match.start(), begin + match.end(), name


def _addresses(original: str) -> Iterator[tuple[int, int]]:
    lower = original.lower()
    if len(lower) != len(original):  # İ becomes two characters
        lower = original.translate(_LOWER)
    for sign in _ADDRESS_SIGNS:
        at = lower.find(sign)
        while at >= 0:
            for match in _ADDRESS.finditer(original, max(0, at - 80), at + 120):
                if match.start() <= at < match.end():
                    yield match.span()
            at = lower.find(sign, at + len(sign))
