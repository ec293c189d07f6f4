"""Texts of tables as people and platforms write them: odd spaces, wrappers, empty marks, headings. Pure."""

import re
import unicodedata

EMPTY = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "n/a", "na", "none", "null", "空", "nil", "#n/a"})
"""What people and platforms write into a cell that has nothing."""
_ODD = str.maketrans({"\u00a0": " ", "\u3000": " ", "\ufeff": None, "\x00": None, "\u200b": None, "\u200e": None})
_HAS_ODD = re.compile("[\u00a0\u3000\ufeff\x00\u200b\u200e]").search
_FORMULA_TEXT = re.compile(r'="(.*)"\Z', re.DOTALL)
_UNITS = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]|[\s:：*_\-.·×x/|]+")


class BadCell(Exception):
    """A cell that cannot be read: what is wrong and what to write instead."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


def clean(text: object) -> str:
    """The text of a cell without what exports wrap around it: tabs, apostrophes, `="…"`, odd spaces."""
    plain = text if isinstance(text, str) else str(text)
    if _HAS_ODD(plain):  # replacing is ten times as dear as looking
        plain = plain.translate(_ODD)
    plain = plain.strip()
    if plain[:2] == '="' and (found := _FORMULA_TEXT.match(plain)):
        plain = found[1].strip()
    return plain.removeprefix("'").strip() if plain[:1] == "'" else plain


def is_empty(text: str) -> bool:
    """Whether a cleaned text says that there is nothing."""
    return not text or (len(text) < 5 and text.lower() in EMPTY)


def header_key(text: str) -> str:
    """A heading as it is compared: half width, lower case, without units in brackets and without signs."""
    plain = unicodedata.normalize("NFKC", text).lower()
    short = _UNITS.sub("", plain)
    return (short or plain)[:80]
