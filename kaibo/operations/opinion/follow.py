"""Following the log: mentions, their matters and the place in one transaction; once, however often it is read."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import StoredEvent
from kaibo.kit.clock import HOUR_US, MINUTE_US, now_us
from kaibo.language import api as language
from kaibo.operations.opinion import limits as team_limits
from kaibo.operations.opinion import matters, signs
from kaibo.operations.opinion.contracts import Concern
from kaibo.operations.opinion.models import Heard, Mention, Place
from kaibo.operations.opinion.signs import Spot

NAME = "opinion"
KINDS = ("comment.posted", "group.message_posted")
FRESH_US = 6 * HOUR_US
"""Older words (an imported recording) are kept as mentions, but nobody has to run: they open nothing by themselves."""
WIDE_US = MINUTE_US
"""Rooms and days are looked over once a minute: they move slowly, and counting people over days has its price."""
Key = tuple[str, str, str]


class Follower:
    """The watch over all rooms of this home; one per process, used by one thread."""

    def __init__(self) -> None:
        self._pending: set[Concern] = set(Concern)  # after a start each is looked over once
        self._looked_us = 0

    def look(self, *, now: int | None = None) -> int:
        """Read what is new; how many batches."""
        now = now or now_us()
        place = Place.objects.filter(name=NAME).first()
        news = eventlog.news(place.after if place else {}, kinds=KINDS)
        if news.batches:
            with transaction.atomic():
                self._pending |= hear(news.events, now=now)
                Place.objects.update_or_create(name=NAME, defaults={"after": news.after})
        if self._pending and now - self._looked_us >= WIDE_US:
            with transaction.atomic():
                look_wide(self._pending, now=now)
            self._pending, self._looked_us = set(), now
        return news.batches


def hear(events: Sequence[StoredEvent], *, now: int) -> set[Concern]:
    """Keep mentions and what was heard, open and raise matters; concerns that have new mentions."""
    _count_heard(events)
    _take_back(events, now=now)
    fresh = _keep(_mentions(events))
    if not fresh:
        return set()
    matters.gather(fresh)
    limits = team_limits.current()
    young = [one for one in fresh if now - one.at_us <= FRESH_US]
    for concern in {Concern(one.concern) for one in young}:
        spots = _spots(one for one in young if one.concern == concern)
        after_us = matters.closed_until(concern)
        found = signs.bursts(concern, spots, limits, after_us=after_us)
        matters.follow(concern, found, limits, now=now)
    return {Concern(one.concern) for one in young}


def look_wide(concerns: set[Concern], *, now: int) -> None:
    """Rooms and days of these concerns, where somebody has spoken of them in the last hours."""
    limits = team_limits.current()
    young = Mention.objects.filter(is_retracted=False, at_us__gt=now - FRESH_US)
    for concern in sorted(concerns & set(young.order_by().values_list("concern", flat=True).distinct())):
        found = signs.wide(concern, limits, at_us=now, after_us=matters.closed_until(concern))
        matters.follow(concern, found, limits, now=now)


def _count_heard(events: Iterable[StoredEvent]) -> None:
    tally: dict[tuple[str, str, int], int] = {}
    for event in events:
        if event.text:
            key = event.platform, event.room_id, event.occurred_at // HOUR_US * HOUR_US
            tally[key] = tally.get(key, 0) + event.sign
    for (platform, room_id, hour_us), texts in sorted(tally.items()):
        place: dict[str, Any] = {"platform": platform, "room_id": room_id, "hour_us": hour_us}
        Heard.objects.get_or_create(**place)
        Heard.objects.filter(**place).update(texts=F("texts") + texts)


def _take_back(events: Sequence[StoredEvent], *, now: int) -> None:
    """Mentions of events that are net gone are marked; a matter left without any closes by itself."""
    net: dict[Key, int] = {}
    for event in events:
        net[_key(event)] = net.get(_key(event), 0) + event.sign
    known = _known({key for key, sign in net.items() if sign < 0})
    Mention.objects.filter(pk__in=[one.pk for one in known]).update(is_retracted=True)
    matters.take_back({one.matter_id for one in known if one.matter_id is not None}, now=now)


def _mentions(events: Sequence[StoredEvent]) -> list[Mention]:
    told = [event for event in events if event.sign > 0 and event.text]
    texts = [event.text or "" for event in told]
    sentences = language.sentences_of(texts)
    version = language.concerns_version()
    return [
        Mention(
            platform=event.platform,
            room_id=event.room_id,
            event_id=event.event_id,
            show_id=event.show_id or "",
            kind=event.kind,
            concern=one.concern,
            matched=one.matched[:100],
            cues_version=version,
            at_us=event.occurred_at,
            voice=event.viewer_id or _voice(sentence or event.text or ""),
            viewer_id=event.viewer_id or "",
            text=(event.text or "")[:500],
        )
        for event, sentence, found in zip(told, sentences, language.read_concerns(texts), strict=True)
        for one in found
    ]


def _voice(sentence: str) -> str:
    """Where the feed does not say who: the same sentence is the same voice."""
    return f"says:{hashlib.sha256(sentence.encode()).hexdigest()[:32]}"


def _keep(made: Sequence[Mention]) -> list[Mention]:
    """The new ones as rows; known ones come back to life, or move with their event to another show."""
    known = {(*_key_of(one), one.concern): one for one in _known({_key_of(one) for one in made})}
    fresh: dict[tuple[str, str, str, str], Mention] = {}
    revived = set()
    for one in made:
        key = (*_key_of(one), one.concern)
        old = known.get(key)
        if old is None:
            fresh[key] = one
        elif old.is_retracted or old.show_id != one.show_id:
            old.is_retracted, old.show_id = False, one.show_id
            old.save(update_fields=["is_retracted", "show_id"])
            revived.add(old.matter_id)
    Mention.objects.bulk_create(fresh.values())
    matters.take_back({one for one in revived if one is not None}, now=now_us())
    return list(fresh.values())


def _spots(mentions: Iterable[Mention]) -> list[Spot]:
    found: dict[tuple[str, str], Spot] = {}
    for one in mentions:
        key = one.platform, one.room_id
        spot = found.get(key) or Spot(*key, one.at_us, one.at_us)
        found[key] = replace(spot, first_us=min(spot.first_us, one.at_us), last_us=max(spot.last_us, one.at_us))
    return list(found.values())


def _key(event: StoredEvent) -> Key:
    return event.platform, event.room_id, event.event_id


def _key_of(mention: Mention) -> Key:
    return mention.platform, mention.room_id, mention.event_id


def _known(keys: Collection[Key]) -> list[Mention]:
    """Mentions of these events. Cost: one query per 500."""
    ids = sorted({event_id for _, _, event_id in keys})
    found: list[Mention] = []
    for at in range(0, len(ids), 500):
        found += Mention.objects.filter(event_id__in=ids[at : at + 500])
    return [one for one in found if _key_of(one) in keys]
