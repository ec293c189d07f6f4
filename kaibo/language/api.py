"""The door of this room: texts and packs in, findings with evidence out. Nothing is stored, nothing reads a clock."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kaibo.language import importers, matcher, packfiles
from kaibo.language.compiler import Lexicon, compile_packs
from kaibo.language.contracts import (
    Action,
    Boundary,
    Findings,
    Hit,
    Pack,
    Rule,
    Scene,
    Setting,
    Standing,
    Tried,
    View,
)
from kaibo.language.errors import BadPack, BadWordList, PackNotFound, TablesMissing
from kaibo.language.normalise import Folded, fold

__all__ = [
    "Action",
    "BadPack",
    "BadWordList",
    "Boundary",
    "Findings",
    "Folded",
    "Hit",
    "Lexicon",
    "Pack",
    "PackNotFound",
    "Rule",
    "Scene",
    "Setting",
    "Standing",
    "TablesMissing",
    "Tried",
    "View",
    "check",
    "check_many",
    "compile_packs",
    "fold",
    "import_words",
    "pack",
    "parse_pack",
    "read_pack",
    "shipped_lexicon",
    "shipped_packs",
]

pack = packfiles.pack
parse_pack = packfiles.parse
read_pack = packfiles.read
shipped_packs = packfiles.shipped


@cache
def shipped_lexicon() -> Lexicon:
    """The compiled shipped packs, made once per process."""
    return compile_packs(shipped_packs())


def check(text: str, *, lexicon: Lexicon | None = None, setting: Setting | None = None) -> Findings:
    """What stands against a text, and what was found but does not stand. Without a lexicon: the shipped packs.

    Units: places count characters of `text`.
    """
    return matcher.check_many([text], lexicon or shipped_lexicon(), setting or Setting())[0]


def check_many(
    texts: Sequence[str], *, lexicon: Lexicon | None = None, setting: Setting | None = None
) -> list[Findings]:
    """The same for many texts at once, in order; far cheaper per text than one by one."""
    return matcher.check_many(texts, lexicon or shipped_lexicon(), setting or Setting())


def import_words(path: Path, *, pack_id: str, kind: str = "plain") -> Pack:
    """A pack from a public word list; it only counts, until somebody reviews it. Raises BadWordList."""
    return importers.read(path, pack_id=pack_id, kind=kind)
