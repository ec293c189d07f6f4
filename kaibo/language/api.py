"""The door of this room: texts and packs in, findings with evidence out. Nothing is stored, nothing reads a clock."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kaibo.language import bursts as bursting
from kaibo.language import concerns, importers, intents, matcher, opinions, packfiles, polarity, segment
from kaibo.language import floods as flooding
from kaibo.language.bursts import BurstWatch
from kaibo.language.compiler import Lexicon, compile_packs, thaw
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
from kaibo.language.errors import BadLexicon, BadModel, BadPack, BadWordList, PackNotFound, TablesMissing
from kaibo.language.normalise import Folded, fold
from kaibo.language.polarity import Model
from kaibo.language.segment import Dictionary
from kaibo.language.voice import (
    QUESTIONS,
    Burst,
    CloudWord,
    Concern,
    Cue,
    Flood,
    FloodKind,
    Grievance,
    Intent,
    Opinion,
    Polarity,
    Reading,
    Said,
    Word,
)

__all__ = [
    "QUESTIONS",
    "Action",
    "BadLexicon",
    "BadModel",
    "BadPack",
    "BadWordList",
    "Boundary",
    "Burst",
    "BurstWatch",
    "CloudWord",
    "Concern",
    "Cue",
    "Dictionary",
    "Findings",
    "Flood",
    "FloodKind",
    "Folded",
    "Grievance",
    "Hit",
    "Intent",
    "Lexicon",
    "Model",
    "Opinion",
    "Pack",
    "PackNotFound",
    "Polarity",
    "Reading",
    "Rule",
    "Said",
    "Scene",
    "Setting",
    "Standing",
    "TablesMissing",
    "Tried",
    "View",
    "Word",
    "bursts",
    "check",
    "check_many",
    "compile_packs",
    "concerns_version",
    "content_words",
    "cues_version",
    "dictionary",
    "floods",
    "fold",
    "import_words",
    "load_model",
    "opinions_of",
    "pack",
    "parse_pack",
    "purchase_weight",
    "read_concerns",
    "read_dictionary",
    "read_intents",
    "read_pack",
    "sentences_of",
    "severe_concerns",
    "shipped_lexicon",
    "shipped_packs",
    "terms_of",
    "thaw_lexicon",
    "train_model",
    "words_of",
]

pack = packfiles.pack
parse_pack = packfiles.parse
read_pack = packfiles.read
shipped_packs = packfiles.shipped
dictionary = segment.dictionary
read_dictionary = segment.read_dictionary
read_intents = intents.read_many
cues_version = intents.version
read_concerns = concerns.read_many
concerns_version = concerns.version
severe_concerns = concerns.severe
purchase_weight = intents.purchase_weight
bursts = bursting.bursts
floods = flooding.floods
sentences_of = flooding.sentences_of
opinions_of = opinions.opinions_of
terms_of = bursting.terms_of
train_model = polarity.train
load_model = polarity.load
thaw_lexicon = thaw


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


def words_of(text: str, *, known: Dictionary | None = None) -> tuple[Word, ...]:
    """The words of a text, in order; together they are the whole text. `known`: the shop's own words."""
    return segment.words_of(text, known or Dictionary())


def content_words(texts: Sequence[str], *, known: Dictionary | None = None) -> list[list[str]]:
    """The words of each text that say something by themselves, each once: what a cloud or a minute is counted under."""
    return segment.content_words(texts, known or Dictionary())
