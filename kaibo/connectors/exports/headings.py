"""Headings as they are compared. Pure."""

import re
import unicodedata

from kaibo.kit.tables.texts import clean

_UNIT = re.compile(r"[(\[【](?:元|人民币|rmb|cny|¥|次|人|件|单|个|%|秒|分钟|万)[)\]】]")
_SIGNS = re.compile(r"[\s:：*_\-.·\"“”]+")


def heading_key(text: object) -> str:
    """Half width, lower case, without a unit in brackets and without signs; other brackets say something and stay."""
    plain = unicodedata.normalize("NFKC", clean(text)).lower()
    short = _SIGNS.sub("", _UNIT.sub("", plain))
    return (short or plain)[:80]
