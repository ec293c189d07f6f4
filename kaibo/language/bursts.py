"""Words that the room suddenly says: counted against the minutes before, words that no dictionary knows included."""

import re
from bisect import insort
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kaibo.language.segment import STOP, Dictionary, is_content, pieces_of
from kaibo.language.voice import Burst, CloudWord, Said

SECOND = 1_000_000
LEAST_COUNT = 8
LEAST_LIFT = 6.0
LEAST_VIEWERS = 4  # one person repeating himself is a flood, not a burst
LEAST_HISTORY_S = 60  # before that nobody knows what is usual
WHOLE = 0.8  # a fragment that stands inside a longer word this often is that word
EXAMPLES = 5
LONGEST_NEW = 4
_CHANTED = re.compile(r"(.{2,4}?)\1+")  # a name said over and over, without a blank: 嘉然嘉然嘉然


@dataclass(frozen=True, slots=True, order=True)
class _Counted:
    at_us: int
    id: str
    viewer: str
    terms: frozenset[str]


class BurstWatch:
    """The last minutes of a room. The same messages, in whatever order they came, give the same answer.

    `window_s` is what is looked at, `horizon_s` how far back what is usual is taken from. Messages older than the
    horizon of the newest one are left out. `slogans` are sentences a lucky bag asked for: they are not counted.
    """

    def __init__(
        self, known: Dictionary | None = None, *, window_s: int = 20, horizon_s: int = 600, slogans: Iterable[str] = ()
    ) -> None:
        self._known = known or Dictionary()
        self._window_us, self._horizon_us = window_s * SECOND, horizon_s * SECOND
        self._slogans = frozenset(slogans)
        self._held: deque[_Counted] = deque()
        self._ids: set[str] = set()
        self._began_us: int | None = None

    def add(self, said: Sequence[Said]) -> None:
        """Take messages; one that is already held is left out."""
        new = [one for one in said if one.id not in self._ids and one.text.strip() not in self._slogans]
        for one, terms in zip(new, terms_of([one.text for one in new], self._known), strict=True):
            counted = _Counted(one.at_us, one.id, one.viewer, terms)
            self._ids.add(one.id)
            if self._held and counted.at_us < self._held[-1].at_us:
                insort(self._held, counted, key=lambda held: held.at_us)
            else:
                self._held.append(counted)
        if said:
            first = min(one.at_us for one in said)
            self._began_us = first if self._began_us is None else min(self._began_us, first)
        self._forget()

    @property
    def held(self) -> int:
        """How many messages are held."""
        return len(self._held)

    def _forget(self) -> None:
        while self._held and self._held[0].at_us < self._held[-1].at_us - self._horizon_us:
            self._ids.discard(self._held.popleft().id)

    def bursts(self, *, now_us: int) -> tuple[Burst, ...]:
        """What bursts in the window that ends now, the strongest first; empty while nobody knows what is usual."""
        before, recent, share = self._split(now_us, self._window_us)
        if share is None:
            return ()
        counts, usual = _counts(recent), _counts(before)
        found = []
        for term, count in counts.items():
            if count < LEAST_COUNT or _is_part_of_longer(term, count, counts):
                continue
            others = max(0.5, (len(before) - usual[term]) * share)
            growth = max(1.0, (len(recent) - count) / others)  # a fuller room says everything more often
            expected = usual[term] * share * growth
            lift = (count - expected) / (expected + 1) ** 0.5
            holding = [one for one in recent if term in one.terms]
            viewers = {one.viewer for one in holding if one.viewer}
            if lift > LEAST_LIFT and not (viewers and len(viewers) < LEAST_VIEWERS):
                found.append(self._burst(term, expected, lift, holding))
        return tuple(sorted(found, key=lambda one: (-one.lift, one.term)))

    def _burst(self, term: str, expected: float, lift: float, holding: Sequence[_Counted]) -> Burst:
        viewers = {one.viewer for one in holding}
        return Burst(
            term=term,
            count=len(holding),
            expected=round(expected, 2),
            lift=round(lift, 2),
            viewers=None if "" in viewers else len(viewers),
            began_at_us=holding[0].at_us,
            is_new=not is_known(term, self._known),
            examples=tuple(one.id for one in holding[-EXAMPLES:]),
        )

    def cloud(self, *, now_us: int, seconds: int = 120, most: int = 60) -> tuple[CloudWord, ...]:
        """The words of the last seconds beside what the time before lets one expect, the most said first."""
        before, recent, share = self._split(now_us, seconds * SECOND)
        counts, usual = _counts(recent), _counts(before)
        kept = [term for term, count in counts.items() if count > 1 and not _is_part_of_longer(term, count, counts)]
        kept.sort(key=lambda term: (-counts[term], term))
        return tuple(
            CloudWord(
                term=term,
                count=counts[term],
                expected=None if share is None else round(usual[term] * share, 2),
                examples=tuple([one.id for one in recent if term in one.terms][-EXAMPLES:]),
            )
            for term in kept[:most]
        )

    def _split(self, now_us: int, window_us: int) -> tuple[list[_Counted], list[_Counted], float | None]:
        """Messages before the window, those inside, and the window as a share of the time before (None: too short)."""
        begin = now_us - window_us
        before = [one for one in self._held if now_us - self._horizon_us < one.at_us <= begin]
        recent = [one for one in self._held if begin < one.at_us <= now_us]
        since = max(self._began_us if self._began_us is not None else now_us, now_us - self._horizon_us)
        history = begin - since
        return before, recent, window_us / history if history >= LEAST_HISTORY_S * SECOND else None


def bursts(said: Sequence[Said], *, now_us: int, known: Dictionary | None = None) -> tuple[Burst, ...]:
    """The bursts at one instant of messages held by the caller: as BurstWatch, without keeping anything."""
    watch = BurstWatch(known)
    watch.add(said)
    return watch.bursts(now_us=now_us)


def terms_of(texts: Sequence[str], known: Dictionary | None = None) -> list[frozenset[str]]:
    """What each text is counted under: its content words, and the runs of 2 to 4 characters that no word covers."""
    return [frozenset(_terms(pieces)) for pieces in pieces_of(texts, known or Dictionary())]


def _terms(pieces: Sequence[str]) -> Iterable[str]:
    lone: list[str] = []
    for piece in (*pieces, ""):
        if len(piece) == 1 and "一" <= piece <= "鿿" and piece not in STOP:
            lone.append(piece)
            continue
        if is_content(piece):
            yield piece.lower()
        if len(lone) >= 2:
            yield from _unknown("".join(lone))
        lone = []


def _unknown(run: str) -> Iterable[str]:
    run = _CHANTED.sub(r"\1", run)
    for size in range(2, LONGEST_NEW + 1):
        for at in range(len(run) - size + 1):
            if is_content(piece := run[at : at + size]):
                yield piece


def is_known(term: str, known: Dictionary) -> bool:
    """Whether a dictionary holds the term as one word."""
    return len(pieces_of([term], known)[0]) == 1


def _counts(held: Iterable[_Counted]) -> Counter[str]:
    """Messages per term; one viewer counts at most twice for a term."""
    counts: Counter[str] = Counter()
    heard: Counter[tuple[str, str]] = Counter()
    for one in held:
        for term in one.terms:
            if one.viewer:
                heard[one.viewer, term] += 1
                if heard[one.viewer, term] > 2:
                    continue
            counts[term] += 1
    return counts


def _is_part_of_longer(term: str, count: int, counts: Counter[str]) -> bool:
    """Whether a longer counted term holds this one nearly as often: 多巴 of 多巴胺."""
    return any(
        len(other) > len(term) and other_count >= WHOLE * count and term in other
        for other, other_count in counts.items()
        if other_count >= WHOLE * count
    )
