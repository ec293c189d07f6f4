"""Words of a text: rjieba's dictionary and the shop's own words, each with its place in the original."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kaibo.language.errors import BadWordList
from kaibo.language.voice import Word

MOST_WORDS = 50_000
LONGEST_WORD = 24
_FREQUENT = 200_000  # more than any pair of dictionary words can weigh together: the shop's word is one word
_TAG = "nz"
CUES = Path(__file__).with_name("cues")

# Words that carry nothing in a cloud or a burst: particles, pronouns, fillers.
STOP = frozenset(
    (CUES / "stop.txt").read_text(encoding="utf-8").split(),
)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The shop's own words: products, brands, words of the trade. Travels as an artifact, one word per line."""

    words: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The same for the same words; stamped into what is made with them."""
        return hashlib.sha256(self.content()).hexdigest()[:16]

    def content(self) -> bytes:
        """The artifact."""
        return "".join(f"{word}\n" for word in self.words).encode()


def dictionary(words: Iterable[str]) -> Dictionary:
    """The dictionary of these words, sorted, without repeats. Raises BadWordList for too many or too long ones."""
    kept = sorted({word.strip() for word in words} - {""})
    if len(kept) > MOST_WORDS:
        raise BadWordList(f"{len(kept):,} words are more than {MOST_WORDS:,}", fix="keep the words of this shop")
    for word in kept:
        if len(word) > LONGEST_WORD or any(one.isspace() for one in word):
            raise BadWordList(f"“{word[:40]}” is no word", fix=f"at most {LONGEST_WORD} characters without blanks")
    return Dictionary(tuple(kept))


def read_dictionary(content: bytes) -> Dictionary:
    """The dictionary in an artifact; a line that begins with # is a remark. Raises BadWordList."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadWordList(f"the dictionary is not UTF-8 (byte {error.start})", fix="convert it to UTF-8") from error
    return dictionary(line for line in lines if not line.startswith("#"))


@lru_cache(maxsize=4)
def _trade_words() -> tuple[str, ...]:
    return tuple((CUES / "trade.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=4)
def _engine(words: Dictionary) -> Any:
    """Cost: 0.1 s and about 57 MB; kept for the last four dictionaries. Its import costs as much again."""
    import rjieba

    engine = rjieba.Jieba()
    for word in (*_trade_words(), *words.words):
        engine.add_word(word, _FREQUENT, _TAG)
    return engine


def words_of(text: str, known: Dictionary) -> tuple[Word, ...]:
    """The words of one text, in order; together they are the whole text."""
    found = []
    at = 0
    for piece in _engine(known).cut(text, False):
        found.append(Word(piece, at, at + len(piece), is_content(piece)))
        at += len(piece)
    return tuple(found)


def pieces_of(texts: Sequence[str], known: Dictionary) -> list[list[str]]:
    """Only the words as strings, for many texts."""
    cut = _engine(known).cut
    return [cut(text, False) for text in texts]


def content_words(texts: Sequence[str], known: Dictionary) -> list[list[str]]:
    """The words of each text that say something by themselves, each once, in small letters."""
    cut = pieces_of(texts, known)
    return [list(dict.fromkeys(piece.lower() for piece in pieces if is_content(piece))) for pieces in cut]


def is_word(piece: str) -> bool:
    """Whether the general dictionary holds the piece as a word of Chinese characters."""
    return "一" <= min(piece) <= max(piece) <= "鿿" and bool(_engine(Dictionary()).has_word(piece))


@lru_cache(maxsize=65_536)
def is_content(word: str) -> bool:
    """Whether a word says something by itself: no mark, no number, no particle, not one lone character."""
    if word.lower() in STOP or len(word) < 2:
        return False
    return any(unicodedata.category(one)[0] == "L" for one in word)
