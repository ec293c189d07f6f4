"""What was said, as numbers: words, intents, moods and repeated sentences per show and minute, read from comments as
they are counted.

Which dictionary and which model of opinions a show is read with is written down with its first comment and stays: a
late comment and a rebuild are read as the first one was. A newer cue file of a newer Kaibo asks for the show to be
counted again, whole.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db.models import Sum

from kaibo.eventlog import api as log
from kaibo.eventlog.errors import DamagedArtifact, UnknownArtifact
from kaibo.kit import env
from kaibo.kit.clock import now_us
from kaibo.language import api as language
from kaibo.warehouse.contracts import OPINION_MODEL, SHOP_DICTIONARY
from kaibo.warehouse.counted import Counted, Rows
from kaibo.warehouse.models import ShowWord, ShowWording

logger = logging.getLogger(__name__)

COMMENT, TERM, INTENT, QUESTION, MOOD, SENTENCE = "comment", "term", "intent", "question", "mood", "sentence"
LEAST_SENTENCE = 4
"""Shorter comments are said by everybody (666, 已拍)."""
MOST_SENTENCE = 60
_WORD_COLUMNS = ("show_id", "minute_us", "dimension", "key", "lines")


def read_wording(counted: Counted, *, rebuilt: Collection[str]) -> None:
    """Give `counted` the rows of ShowWord and ShowWording, and requests for shows that an older cue file has read.

    Cost: 1 query, for new and for rebuilt shows 2 more; the reading itself about 10 µs per wording.
    """
    by_show: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    silent: Counter[str] = Counter()
    for show, minute, text, lines in counted.said.rows:
        if text is None:
            silent[show] += lines
        else:
            by_show[show].append((minute, text, lines))
    counted.words_kept = _kept({show for show in silent if show in rebuilt}, by_show)
    for show in counted.words_kept:
        by_show.pop(show, None)
    held = {one.show_id: one for one in ShowWording.objects.filter(show_id__in=[*by_show])}
    latest = _latest() if set(by_show) - set(held) else _ReadWith(0, 0)
    reads = {
        show: _ReadWith(one.dictionary_version, one.model_version) if (one := held.get(show)) else latest
        for show in by_show
    }
    counted.words.columns = _WORD_COLUMNS
    counted.words.rows = [
        (show, minute, dimension, key, lines)
        for show, own in sorted(by_show.items())
        for (minute, dimension, key), lines in sorted(_count(own, reads[show]).items())
    ]
    _write_down(counted, reads, held, rebuilt=rebuilt)


@dataclass(frozen=True, slots=True)
class _ReadWith:
    """Published versions; 0: none of the shop's own."""

    dictionary: int
    model: int


def shop_words(show_id: str) -> language.Dictionary:
    """The shop's own words that a show is read with: those written down for it, else the newest. Cost: two queries."""
    held = ShowWording.objects.filter(show_id=show_id).values_list("dictionary_version", flat=True).first()
    return _dictionary(log.latest_artifact(SHOP_DICTIONARY) if held is None else held)


def _latest() -> _ReadWith:
    return _ReadWith(log.latest_artifact(SHOP_DICTIONARY), log.latest_artifact(OPINION_MODEL))


def _write_down(
    counted: Counted, reads: Mapping[str, _ReadWith], held: Mapping[str, ShowWording], *, rebuilt: Collection[str]
) -> None:
    """What new and rebuilt shows were read with; shows that an older cue file has read are asked for again."""
    cues = language.cues_version()
    fresh = [
        (show, one.dictionary, one.model, cues)
        for show, one in sorted(reads.items())
        if show not in held or show in rebuilt
    ]
    counted.wordings = Rows(("show_id", "dictionary_version", "model_version", "cues_version"), fresh)
    older = sorted(one.show_id for one in held.values() if one.cues_version != cues and one.show_id not in rebuilt)
    counted.to_read_again = Rows(("show_id", "asked_at"), [(show, now_us()) for show in older])


def _kept(silent: Collection[str], by_show: Mapping[str, Sequence[tuple[int, str, int]]]) -> list[str]:
    """Rebuilt shows whose words have been forgotten since they were counted: words go, numbers stay."""
    if not silent:
        return []
    rows = ShowWord.objects.filter(show_id__in=silent, dimension=COMMENT).values("show_id").annotate(read=Sum("lines"))
    readable = {show: sum(lines for *_, lines in by_show.get(show, ())) for show in silent}
    return sorted(row["show_id"] for row in rows if row["read"] > readable[row["show_id"]])


def _count(said: Sequence[tuple[int, str, int]], reads: _ReadWith) -> Counter[tuple[int, str, str]]:
    texts = list(dict.fromkeys(text for _, text, _ in said))
    keys = dict(zip(texts, _keys(texts, reads), strict=True))
    found: Counter[tuple[int, str, str]] = Counter()
    for minute, text, lines in said:
        found[minute, COMMENT, ""] += lines
        for dimension, key in keys[text]:
            found[minute, dimension, key] += lines
    return found


def _keys(texts: Sequence[str], reads: _ReadWith) -> Iterable[list[tuple[str, str]]]:
    """What each text is counted under, once each."""
    readings = language.read_intents(texts)
    words = language.terms_of(texts, _dictionary(reads.dictionary))
    opinions = language.opinions_of(texts, model=_model(reads.model), readings=readings)
    sentences = language.sentences_of(texts)
    for reading, terms, opinion, sentence in zip(readings, words, opinions, sentences, strict=True):
        keys = [*_intent_keys(reading), *((TERM, word) for word in terms)]
        if opinion.polarity != language.Polarity.NEUTRAL:
            keys.append((MOOD, opinion.polarity.value))
        if len(sentence) >= LEAST_SENTENCE:
            keys.append((SENTENCE, sentence[:MOST_SENTENCE]))
        yield keys


def _intent_keys(reading: language.Reading) -> Iterable[tuple[str, str]]:
    for intent in reading.intents:
        yield INTENT, intent.value
    if reading.question:
        yield QUESTION, reading.question.value


def _dictionary(version: int) -> language.Dictionary:
    """A published version of this home, 0 for none."""
    return _dictionary_of(version, env.home())


@lru_cache(maxsize=8)
def _dictionary_of(version: int, _home: Path) -> language.Dictionary:
    """Kept by home and version; with its file lost, counting goes on without the words of the shop."""
    if not version:
        return language.Dictionary()
    try:
        return language.read_dictionary(log.artifact(SHOP_DICTIONARY, version))
    except (UnknownArtifact, DamagedArtifact) as error:
        logger.error("comments are read without the words of the shop: %s", error)
        return language.Dictionary()


@lru_cache(maxsize=4)
def _model(version: int) -> language.Model | None:
    """A published version; None, which is the one that comes with Kaibo, for 0 and where its file is lost."""
    if not version:
        return None
    try:
        return language.load_model(log.artifact(OPINION_MODEL, version))
    except (UnknownArtifact, DamagedArtifact, language.BadModel) as error:
        logger.error("opinions are read with the model that comes with Kaibo: %s", error)
        return None
