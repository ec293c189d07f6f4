"""Bursts, floods and complaints of one show, every ten seconds of the show's own time."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from kaibo.kit.clock import HOUR_US, MICROS, MINUTE_US
from kaibo.kit.clock import now_us as present
from kaibo.language import api as language
from kaibo.language.voice import Said
from kaibo.operations.radar.models import Signal

STEP_US = 10 * MICROS
OLD_STEP_US = 20 * MICROS
OLD_US = 6 * HOUR_US
"""A recording of another day is looked at every twenty seconds, the width of the window: nothing falls between."""
WIDE_STEP_US = 60 * MICROS
CROWDED = 30_000
"""Comments of ten minutes from which words are looked at every minute: counting them all would take the ten seconds."""
KEPT_US = 40 * MICROS
SAME_US = 2 * MINUTE_US
"""The same word again within two minutes is the same burst, going on."""
COMPLAINT_US = 2 * MINUTE_US
LEAST_COMPLAINTS = 5
COMPLAINT_TIMES = 3.0


@dataclass(frozen=True, slots=True)
class Draft:
    """A signal before it is kept."""

    kind: str
    term: str
    at_us: int
    peak: int
    from_us: int
    examples: list[list[str]]
    expected: float = 0
    lift: float = 0
    viewers: int | None = None
    is_new: bool = False
    flood: str = ""


class Watch:
    """What one show said in the last ten minutes, its shop's own words (`known`) whole. `clock_us` is the newest
    comment's time."""

    def __init__(self, show_id: str, known: language.Dictionary | None = None) -> None:
        self.show_id = show_id
        self.clock_us = 0
        self._bursts = language.BurstWatch(known)
        self._waiting: list[Said] = []
        self._recent: deque[Said] = deque()
        self._complaints: deque[tuple[int, str, str, str]] = deque()
        self._held = 0
        self._slogans: set[str] = set()
        self._next_us = 0
        self.drafts: list[Draft] = []
        """What was noticed and is not kept yet."""

    def remember(self, said: Said) -> None:
        """Know it without saying anything about it."""
        self._waiting.append(said)
        self._recent.append(said)
        self.clock_us = max(self.clock_us, said.at_us)
        self._next_us = max(self._next_us, self.clock_us // STEP_US * STEP_US + STEP_US)

    def take(self, said: Said, *, is_complaint: bool) -> None:
        """One comment, in the order of time; what is due before it is said first."""
        if self._next_us == 0:
            self._next_us = said.at_us // STEP_US * STEP_US + STEP_US
        if said.at_us >= self._next_us:
            self._say(self._next_us)
            step = WIDE_STEP_US if self._held > CROWDED else self._step_us(said.at_us)
            self._next_us = said.at_us // step * step + step
        self._waiting.append(said)
        self._recent.append(said)
        if is_complaint:
            self._complaints.append((said.at_us, said.id, said.text[:200], said.viewer))
        self.clock_us = max(self.clock_us, said.at_us)

    def _step_us(self, at_us: int) -> int:
        return OLD_STEP_US if present() - at_us > OLD_US else STEP_US

    def flush(self) -> None:
        """Hand over what waits, so that memory holds each comment once."""
        self._bursts.add(self._waiting)
        self._waiting.clear()
        while self._recent and self._recent[0].at_us < self.clock_us - KEPT_US:
            self._recent.popleft()

    def _say(self, now_us: int) -> None:
        self.flush()
        self._held = self._bursts.held
        floods = language.floods(list(self._recent), now_us=now_us)
        self._slogans |= set(language.sentences_of([flood.text for flood in floods if flood.is_slogan]))
        for burst in self._bursts.bursts(now_us=now_us)[:8]:
            told = self._told(burst.examples)
            if told and self._slogans.issuperset(language.sentences_of([text for _, text, _ in told])):
                continue  # a lucky bag asked for it
            self.drafts.append(
                Draft(
                    "burst", burst.term, now_us, peak=burst.count, from_us=burst.began_at_us, examples=told,
                    expected=burst.expected, lift=burst.lift, viewers=burst.viewers, is_new=burst.is_new,
                )
            )  # fmt: skip
        for flood in floods[:5]:
            if not flood.is_slogan:
                self.drafts.append(
                    Draft(
                        "flood", flood.text[:200], now_us, peak=flood.count, from_us=flood.from_us,
                        examples=self._told(flood.ids), viewers=flood.viewers, flood=flood.kind.value,
                    )
                )  # fmt: skip
        self._say_complaints(now_us)

    def _told(self, ids: tuple[str, ...]) -> list[list[str]]:
        """[id, text, viewer] of examples, one for each wording."""
        wanted = set(ids[:50])
        by_text = {one.text[:200]: one for one in self._recent if one.id in wanted}
        return [[one.id, text, one.viewer] for text, one in list(by_text.items())[:5]]

    def _say_complaints(self, now_us: int) -> None:
        while self._complaints and self._complaints[0][0] < now_us - 10 * MINUTE_US:
            self._complaints.popleft()
        recent = [one for one in self._complaints if one[0] > now_us - COMPLAINT_US]
        earlier = len(self._complaints) - len(recent)
        expected = earlier * COMPLAINT_US / (10 * MINUTE_US - COMPLAINT_US)
        if len(recent) >= LEAST_COMPLAINTS and len(recent) >= COMPLAINT_TIMES * expected:
            lift = (len(recent) - expected) / (expected + 1) ** 0.5
            told = [list(pair) for _, *pair in recent[-5:]]
            self.drafts.append(
                Draft(
                    "complaint", "", now_us, peak=len(recent), from_us=recent[0][0], examples=told, expected=expected,
                    lift=lift,
                )
            )  # fmt: skip


def keep(watches: Sequence[Watch]) -> None:
    """Keep what was noticed: the signal that goes on grows, another begins.

    Cost: one transaction; one query per show that has something to say, one for each that goes on.
    """
    if not any(watch.drafts for watch in watches):
        return
    with transaction.atomic():
        for watch in watches:
            if watch.drafts:
                _keep_show(watch.show_id, watch.drafts)
    for watch in watches:
        watch.drafts.clear()


def _keep_show(show_id: str, drafts: Sequence[Draft]) -> None:
    since = min(draft.at_us for draft in drafts) - SAME_US
    known = Signal.objects.filter(show_id=show_id, to_us__gte=since).order_by("to_us")
    last = {(row.kind, row.term): row for row in known}
    begun, going_on = [], {}
    for draft in drafts:
        row = last.get((draft.kind, draft.term))
        if row is None or row.to_us < draft.at_us - SAME_US:
            row = last[draft.kind, draft.term] = Signal(
                show_id=show_id, kind=draft.kind, term=draft.term, from_us=draft.from_us, peak=0, to_us=draft.at_us
            )
            begun.append(row)
        elif row.pk is not None:
            going_on[row.pk] = row
        row.to_us = max(row.to_us, draft.at_us)
        if draft.peak >= row.peak:
            row.peak, row.expected, row.lift, row.viewers = draft.peak, draft.expected, draft.lift, draft.viewers
            row.is_new, row.examples, row.flood = draft.is_new, draft.examples, draft.flood
    for row in going_on.values():
        row.save()
    Signal.objects.bulk_create(begun)
