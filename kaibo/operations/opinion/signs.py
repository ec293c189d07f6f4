"""Whether mentions have grown past a limit: in one room, over rooms, over days. Reads only; the order in which messages
arrived makes no difference."""

import math
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count, QuerySet, Sum

from kaibo.kit.clock import DAY_US, HOUR_US, MINUTE_US
from kaibo.language import api as language
from kaibo.operations.opinion.contracts import Concern, Level, Limits
from kaibo.operations.opinion.models import Heard, Mention

USUAL_US = 7 * DAY_US
"""What is usual is taken from the week before."""
LEAST_BEFORE = 1 / 3
"""Of as much talk as now for as many days: with less before it, nobody knows what is usual."""
CHANCE = {Level.WARNING: 1 / 500, Level.ALARM: 1 / 100}
"""So many voices at once that come about more often than this, when everything is as usual, are no sign: where one
viewer in ten minutes complains all evening, three meet every hour. An alarm too many costs less than one missed."""
LEAST_SHARE = 0.01
"""Of all that was said over days, where nobody knows what is usual: a few always complain."""
LEAST_IN_ROOM = 2
"""A room counts as reached by talk from two voices on; one may be the same person under another account."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Talk past a limit, or on the way to it."""

    level: Level
    cause: str
    voices: int
    usual: float | None


@dataclass(frozen=True, slots=True)
class Spot:
    """New mentions of a concern in a room: between which instants they lie. Units: µs UTC."""

    platform: str
    room_id: str
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class Usual:
    """Mentions of a concern in a room before, and how many windows that time holds."""

    mentions: int
    windows: float

    @property
    def expected(self) -> float:
        """Mentions that a window usually has."""
        return self.mentions / self.windows

    def chance(self, voices: int) -> float:
        """How likely a window has so many or more, when everything is as it was.

        Source: the predictive distribution of a Poisson rate with Jeffreys' prior, a negative binomial: a short time
        before says less about what is usual than a long one.
        """
        share = 1 / (self.windows + 1)
        size = self.mentions + 0.5
        one = (1 - share) ** size
        below = 0.0
        for number in range(voices):
            below += one
            one *= (size + number) / (number + 1) * share
        return max(0.0, 1 - below)


def limit_of(concern: Concern, limits: Limits, usual_limit: int) -> int:
    """How many voices a concern needs."""
    if concern in language.severe_concerns():
        return min(usual_limit, limits.severe_voices)
    return limits.other_voices if concern == Concern.OTHER else usual_limit


def rated(cause: str, voices: int, usual: float | None, *, limit: int, limits: Limits) -> Sign | None:
    """The sign that so many voices are, None below the warning."""
    if usual is not None and voices < limits.times * usual:
        return None
    if voices >= limit:
        return Sign(Level.ALARM, cause, voices, usual)
    if voices >= max(1, math.ceil(limit * limits.warning_ratio)):
        return Sign(Level.WARNING, cause, voices, usual)
    return None


def bursts(concern: Concern, spots: Iterable[Spot], limits: Limits, *, after_us: int) -> list[Sign]:
    """Signs in single rooms around new mentions; `after_us`: only what was said later. Cost: three queries a room."""
    limit = limit_of(concern, limits, limits.voices)
    window_us = limits.minutes * MINUTE_US
    is_lenient = concern not in language.severe_concerns()
    found: list[Sign] = []
    for spot in spots:
        own = _live(concern, after_us).filter(platform=spot.platform, room_id=spot.room_id)
        near = own.filter(at_us__gt=spot.first_us - window_us, at_us__lt=spot.last_us + window_us)
        voices, began_us = _most(near.order_by("at_us").values_list("at_us", "voice"), window_us)
        if voices:
            usual = _usual(concern, spot, window_us, before_us=began_us)
            sign = rated("burst", voices, usual.expected if usual else None, limit=limit, limits=limits)
            if sign is not None and not (usual and is_lenient and usual.chance(voices) > CHANCE[sign.level]):
                found.append(sign)
    return found


def _most(said: Iterable[tuple[int, str]], window_us: int) -> tuple[int, int]:
    """The most voices in any window, and when that window began; (0, 0) of nothing."""
    held: deque[tuple[int, str]] = deque()
    counts: Counter[str] = Counter()
    best, began_us = 0, 0
    for at_us, voice in said:
        held.append((at_us, voice))
        counts[voice] += 1
        while held[0][0] <= at_us - window_us:
            _, gone = held.popleft()
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
        if len(counts) > best:
            best, began_us = len(counts), held[0][0]
    return best, began_us


def _usual(concern: Concern, spot: Spot, window_us: int, *, before_us: int) -> Usual | None:
    """What a window of this room usually has, over the hours in which it spoke; None: it did not."""
    end = before_us // HOUR_US * HOUR_US
    place = {"platform": spot.platform, "room_id": spot.room_id}
    hours = Heard.objects.filter(**place, hour_us__gte=end - USUAL_US, hour_us__lt=end, texts__gt=0).count()
    if not hours:
        return None
    before = _live(concern, 0).filter(**place, at_us__gte=end - USUAL_US, at_us__lt=end).count()
    return Usual(before, hours * HOUR_US / window_us)


def wide(concern: Concern, limits: Limits, *, at_us: int, after_us: int) -> list[Sign]:
    """Signs over rooms within a day, and over days. Cost: at most seven queries and one a day."""
    if concern == Concern.OTHER:
        return []
    found = (_spread(concern, limits, at_us, after_us), _days(concern, limits, at_us, after_us))
    return [sign for sign in found if sign is not None]


def _spread(concern: Concern, limits: Limits, at_us: int, after_us: int) -> Sign | None:
    today = _live(concern, after_us).filter(at_us__gt=at_us - DAY_US, at_us__lte=at_us)
    rows = today.order_by().values("platform", "room_id").annotate(voices=Count("voice", distinct=True))
    reached = [row["voices"] for row in rows if row["voices"] >= LEAST_IN_ROOM]
    if len(reached) < limits.spread_rooms:
        return None
    usual = _usual_days(concern, at_us - DAY_US, at_us, before_us=USUAL_US)
    limit = limit_of(concern, limits, limits.spread_voices)
    return rated("spread", sum(reached), usual, limit=limit, limits=limits)


def _days(concern: Concern, limits: Limits, at_us: int, after_us: int) -> Sign | None:
    begin = at_us - limits.days * DAY_US
    told = _live(concern, after_us).filter(at_us__gt=begin, at_us__lte=at_us)
    voices = told.aggregate(voices=Count("voice", distinct=True))["voices"]
    limit = limit_of(concern, limits, limits.days_voices)
    if voices < limit * limits.warning_ratio:
        return None
    slices = [begin + number * DAY_US for number in range(limits.days)]
    if sum(told.filter(at_us__gt=one, at_us__lte=one + DAY_US).exists() for one in slices) < 2:
        return None
    usual = _usual_days(concern, begin, at_us, before_us=limits.days * DAY_US)
    sign = rated("days", voices, usual, limit=limit, limits=limits)
    if sign is not None and usual is None and limit > limits.severe_voices:
        # little by little, and nobody knows whether it is always so
        return replace(sign, level=Level.WARNING) if voices >= LEAST_SHARE * _heard(begin, at_us) else None
    return sign


def _usual_days(concern: Concern, from_us: int, to_us: int, *, before_us: int) -> float | None:
    """Voices that a span of days usually has for so much talk, by the time before it; None where too little was said
    then to know."""
    since = from_us - before_us
    then, now = _heard(since, from_us), _heard(from_us, to_us)
    if not now or then < LEAST_BEFORE * now * before_us / (to_us - from_us):
        return None
    told = _live(concern, 0).filter(at_us__gt=since, at_us__lte=from_us)
    voices: int = told.aggregate(voices=Count("voice", distinct=True))["voices"]
    return round(voices * now / then, 1)


def _heard(from_us: int, to_us: int) -> int:
    hours = Heard.objects.filter(hour_us__gte=from_us - HOUR_US, hour_us__lt=to_us, texts__gt=0)
    return hours.aggregate(texts=Sum("texts"))["texts"] or 0


def _live(concern: Concern, after_us: int) -> QuerySet[Mention]:
    return Mention.objects.filter(concern=concern, is_retracted=False, at_us__gt=after_us)
