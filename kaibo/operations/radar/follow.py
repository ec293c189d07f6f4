"""Following the log: questions and answers in one transaction with the place, signals beside them."""

from collections import deque
from collections.abc import Iterable, Sequence

from django.db import transaction

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import StoredEvent
from kaibo.kit.clock import MINUTE_US, now_us
from kaibo.language import api as language
from kaibo.language.voice import Intent, Reading, Said
from kaibo.operations.radar import answers, signals
from kaibo.operations.radar.models import Asked, Place, ShowRadar
from kaibo.warehouse import api as warehouse

NAME = "radar"
KINDS = ("comment.posted", "speech.transcribed")
WARM_US = 11 * MINUTE_US


class Follower:
    """The radar of all shows of this process; one per process, used by one thread."""

    def __init__(self) -> None:
        self._watches: dict[str, signals.Watch] = {}
        self._trail: deque[tuple[int, dict[str, int]]] = deque()
        self._is_warm = False

    def look(self) -> int:
        """Read what is new; how many batches."""
        place = Place.objects.filter(name=NAME).first()
        after = dict(place.after) if place else {}
        if not self._is_warm:
            self._warm(place)
        news = eventlog.news(after, kinds=KINDS)
        if news.batches == 0:
            return 0
        comments = [event for event in news.events if event.kind == "comment.posted" and event.text and event.show_id]
        readings = language.read_intents([event.text or "" for event in comments])
        with transaction.atomic():
            _ask(comments, readings)
            answers.hear([event for event in news.events if event.show_id and event.text])
            warm = self._warm_place(after, news.after, news.events)
            Place.objects.update_or_create(name=NAME, defaults={"after": news.after, "warm": warm})
            for show_id in {event.show_id for event in news.events if event.show_id}:
                ShowRadar.objects.update_or_create(show_id=show_id, defaults={"changed_us": now_us()})
                eventlog.notices.tell("show", show_id)
        self._watch(comments, readings)
        return news.batches

    def _watch(self, comments: Sequence[StoredEvent], readings: Sequence[Reading]) -> None:
        """Feed the watches in the order of the shows' own time; signals are written outside the counting."""
        told = [(event, reading) for event, reading in zip(comments, readings, strict=True) if event.sign > 0]
        for event, reading in sorted(told, key=lambda pair: pair[0].occurred_at):
            show_id = event.show_id or ""
            self._watch_of(show_id).take(_said(event), is_complaint=Intent.COMPLAINT in reading.intents)
        for watch in self._watches.values():
            watch.flush()
        signals.keep(list(self._watches.values()))
        while len(self._watches) > 16:  # shows that nobody talks in any more
            oldest = min(self._watches.values(), key=lambda one: one.clock_us)
            del self._watches[oldest.show_id]

    def _watch_of(self, show_id: str) -> signals.Watch:
        """The watch of a show; a new one reads with the words of the shop that the show is counted with."""
        watch = self._watches.get(show_id)
        if watch is None:
            watch = self._watches[show_id] = signals.Watch(show_id, warehouse.shop_words(show_id))
        return watch

    def _warm(self, place: Place | None) -> None:
        """After a start: the minutes before, so that what is usual is known at once. Nothing is counted again."""
        self._is_warm = True
        if place is None:
            return
        done, target = dict(place.warm), place.after
        while any(done.get(writer, 0) < last for writer, last in target.items()):
            news = eventlog.news(done, kinds=("comment.posted",), most=50, until=target)
            if not news.batches:
                return
            done = news.after
            for event in news.events:
                if event.show_id and event.text and event.sign > 0:
                    self._watch_of(event.show_id).remember(_said(event))

    def _warm_place(
        self, before: dict[str, int], after: dict[str, int], events: Sequence[StoredEvent]
    ) -> dict[str, int]:
        """A place that lies at least ten minutes of the room's time before the newest event."""
        newest = max((event.occurred_at for event in events), default=None)
        if newest is not None:
            self._trail.append((newest, before))
        last = self._trail[-1][0] if self._trail else 0
        while len(self._trail) > 1 and self._trail[1][0] <= last - WARM_US:
            self._trail.popleft()
        return self._trail[0][1] if self._trail else after


def _said(event: StoredEvent) -> Said:
    return Said(event.event_id, event.occurred_at, event.text or "", event.viewer_id or "")


def _ask(comments: Sequence[StoredEvent], readings: Sequence[Reading]) -> None:
    """Questions as rows, once per comment; a line that takes one back marks it, one that moves it moves it."""
    rows: dict[tuple[str, str, str], Asked] = {}
    for event, reading in zip(comments, readings, strict=True):
        topic = _topic(reading)
        if topic is None or event.sign < 0:
            continue
        rows[event.platform, event.room_id, event.event_id] = Asked(
            show_id=event.show_id or "",
            platform=event.platform,
            room_id=event.room_id,
            event_id=event.event_id,
            topic=topic.value,
            link_no=str(reading.links[0]) if reading.links else "",
            at_us=event.occurred_at,
            text=(event.text or "")[:200],
            viewer_id=event.viewer_id or "",
        )
    for known in _known(_net_gone(comments)):
        known.is_retracted = True
        known.save(update_fields=["is_retracted"])
    for known in _known(rows):
        row = rows.pop((known.platform, known.room_id, known.event_id))
        if known.show_id != row.show_id or known.is_retracted:
            known.show_id, known.is_retracted = row.show_id, False
            known.save(update_fields=["show_id", "is_retracted"])
    Asked.objects.bulk_create(rows.values())


def _net_gone(events: Sequence[StoredEvent]) -> list[tuple[str, str, str]]:
    """Events that more lines took back than brought; mostly none."""
    if all(event.sign > 0 for event in events):
        return []
    net: dict[tuple[str, str, str], int] = {}
    for event in events:
        key = event.platform, event.room_id, event.event_id
        net[key] = net.get(key, 0) + event.sign
    return [key for key, sign in net.items() if sign < 0]


def _topic(reading: Reading) -> Intent | None:
    """What is asked; a link that is only named ("5号链接多少钱") is the place of the question, not its topic."""
    if not reading.is_question:
        return None
    asked = [one for one in reading.intents if one in language.QUESTIONS]
    return next((one for one in asked if one != Intent.LINK), asked[0] if asked else None)


def _known(keys: Iterable[tuple[str, str, str]]) -> list[Asked]:
    wanted = set(keys)
    ids = sorted({event_id for _, _, event_id in wanted})
    found = [row for at in range(0, len(ids), 500) for row in Asked.objects.filter(event_id__in=ids[at : at + 500])]
    return [row for row in found if (row.platform, row.room_id, row.event_id) in wanted]
