"""How fast words are found: by Kaibo, by its engine alone, and by what one would use instead."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kaibo.language import api
from kaibo.language.api import Lexicon, Scene, Setting
from kaibo.language.automaton import Search

BATCH = 2_000  # messages checked at once
TURNS, TURN_SECONDS = 7, 1.0
_LENGTH = 110  # characters of a message
_SETTING = Setting(Scene.COMMENT)

Work = Callable[[], Any]


def speed(texts: list[str], public_list: Path) -> dict[str, float]:
    """Messages per second at 110 characters, in one process and one thread; seconds to compile and to read."""
    joined = "".join(texts)
    cut = [joined[at : at + _LENGTH] for at in range(0, min(len(joined), _LENGTH * 10_000), _LENGTH)]
    terms = [term for pack in api.shipped_packs() for rule in pack.rules for term in rule.terms]
    listed = api.import_words(public_list, pack_id="listed")
    many = [term for rule in listed.rules for term in rule.terms]
    shipped = api.shipped_lexicon()  # loads the tables, so that the next line measures compiling alone
    large = api.compile_packs([listed])
    content = large.content()
    compiled: dict[str, Work] = {
        "compile": lambda: api.compile_packs([listed]),
        "thaw": lambda: api.thaw_lexicon(content),
    }
    checks: dict[str, tuple[Work, int]] = {
        **_engines(many, cut),
        "shipped_batch": (_checking(_batches(cut), shipped), len(cut)),
        "shipped_each": (_checking([[one] for one in cut[:1000]], shipped), 1000),
        "listed_batch": (_checking(_batches(cut), large), len(cut)),
    }
    seconds = fastest(compiled | {name: work for name, (work, _) in checks.items()})
    return {
        **{name: count / seconds[name].processor for name, (_, count) in checks.items()},
        "compile_seconds": round(seconds["compile"].processor, 2),
        "compile_waited_seconds": round(seconds["compile"].clock, 2),
        "thaw_seconds": round(seconds["thaw"].processor, 3),
        "frozen_bytes": len(content),
        "terms": len(terms),
        "listed_terms": len(many),
        "loop": _loop(many, cut[:200]),
    }


class Seconds:
    """The least that one piece of work took: of the processor, and by the clock."""

    def __init__(self) -> None:
        self.processor = self.clock = float("inf")

    def of(self, work: Work) -> None:
        begun, used = time.perf_counter(), time.process_time()
        work()
        self.processor = min(self.processor, time.process_time() - used)
        self.clock = min(self.clock, time.perf_counter() - begun)


def fastest(works: dict[str, Work], turns: int = TURNS, turn_seconds: float = TURN_SECONDS) -> dict[str, Seconds]:
    """Each in turn, again and again: a machine that slows down for a while slows all, and the best of each is kept.

    In a turn each runs as often as fits, twice at least: the first time another has filled the caches with its own.
    """
    seconds = {name: Seconds() for name in works}
    for _ in range(turns):
        for name, work in works.items():
            ends = time.monotonic() + turn_seconds
            seconds[name].of(work)
            seconds[name].of(work)
            while time.monotonic() < ends:
                seconds[name].of(work)
    return seconds


def _batches(cut: list[str]) -> list[list[str]]:
    return [cut[at : at + BATCH] for at in range(0, len(cut), BATCH)]


def _checking(sent: list[list[str]], words: Lexicon) -> Work:
    return lambda: [api.check_many(one, lexicon=words, setting=_SETTING) for one in sent]


def _engines(many: list[str], cut: list[str]) -> dict[str, tuple[Work, int]]:
    """Only matching, by Kaibo's engine and by others, and how many messages it is for."""
    import ahocorasick
    import hyperscan
    from ahocorasick_rs import AhoCorasick, Implementation

    blocks = ["\n".join(batch) for batch in _batches(cut)]
    own = Search(many)
    rust = AhoCorasick(many, store_patterns=False, implementation=Implementation.ContiguousNFA)
    trie = ahocorasick.Automaton()
    for term in many:
        trie.add_word(term, term)
    trie.make_automaton()
    scanner = hyperscan.Database()
    scanner.compile(expressions=[re.escape(term).encode() for term in many], ids=list(range(len(many))))

    def scan(text: str) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []
        scanner.scan(text.encode(), match_event_handler=lambda *place: found.append((place[0], place[1], place[2])))
        return found

    def over(find: Callable[[str], Any], sent: list[str]) -> tuple[Work, int]:
        return lambda: [find(one) for one in sent], len(cut)

    return {
        "matching_batch": over(own.all, blocks),
        "matching_each": over(own.all, cut),
        "rust_batch": over(lambda one: rust.find_matches_as_indexes(one, overlapping=True), blocks),
        "hyperscan": over(scan, blocks),
        "pyahocorasick": over(lambda one: list(trie.iter(one)), blocks),
    }


def _loop(many: list[str], few: list[str]) -> float:
    """Messages per second of `term in text` for every term."""
    seconds = Seconds()
    seconds.of(lambda: [term for one in few for term in many if term in one])
    return len(few) / seconds.processor
