"""What the feeds of a show can report, what they did report, and when they were silent although they should speak."""

from django.db import models

from kaibo.eventlog.audit import audit
from kaibo.eventlog.books import SILENCE_US
from kaibo.eventlog.contracts import Coverage, FeedView, Gap, RoomWindow, Share
from kaibo.eventlog.feeds import view as feed_view
from kaibo.eventlog.models import Feed, Polled, Pulse, SeenKind
from kaibo.eventlog.models import Gap as GapRow
from kaibo.eventlog.windows import windows

Place = tuple[str, str]


def shares(show_id: str, *, now_us: int) -> list[Share]:
    """The share of the show that each of its feeds covers. Cost: those of `coverage` and one."""
    found = coverage(show_id, now_us=now_us)
    spans = [(one.from_us, min(one.to_us or now_us, now_us)) for one in windows(show_id=show_id)]
    window_us = sum(end - start for start, end in _union(spans))
    result = []
    for feed in found.feeds:
        mine = [gap for gap in found.gaps if gap.feed_id == feed.id]
        parts = [
            (max(gap.from_us, start), min(gap.to_us or now_us, end)) for gap in mine for start, end in _union(spans)
        ]
        gap_us = sum(end - start for start, end in _union(parts))
        lasting = [gap.from_us for gap in mine if gap.to_us is None]
        result.append(Share(feed.id, window_us, gap_us, len(mine), min(lasting, default=None)))
    return result


def _union(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without overlap, in order; empty ones fall away."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(one for one in spans if one[1] > one[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def coverage(show_id: str, *, now_us: int) -> Coverage:
    """Declared and seen kinds, gaps and feeds of one show.

    Shape: a feed belongs to the show when its token names the room, or when it brought an event of the show;
    a feed without rooms that never spoke there declares nothing for it. Cost: six queries.
    """
    spans = windows(show_id=show_id)
    places = {(window.platform, window.room_id) for window in spans}
    seen: dict[str, int] = {}
    spoke: set[str] = set()
    for feed_id, kind, count in SeenKind.objects.filter(show_id=show_id).values_list("feed_id", "kind", "count"):
        if count > 0:
            seen[kind] = seen.get(kind, 0) + count
            spoke.add(feed_id)
    rows = Feed.objects.filter(models.Q(id__in=spoke) | models.Q(platform__in={place[0] for place in places}))
    feeds = [feed_view(row) for row in rows if row.id in spoke or _is_bound(row, places)]
    declared: dict[str, list[str]] = {}
    for feed in feeds:
        for kind in feed.kinds:
            declared.setdefault(kind, []).append(feed.id)
    return Coverage(
        show_id,
        declared={kind: tuple(ids) for kind, ids in declared.items()},
        seen=seen,
        gaps=tuple(_gaps(feeds, spans, now_us)),
        feeds=tuple(feeds),
    )


def _is_bound(row: Feed, places: set[Place]) -> bool:
    return not row.is_local and row.is_enabled and any((row.platform, room) in places for room in row.rooms)


def _gaps(feeds: list[FeedView], spans: list[RoomWindow], now_us: int) -> list[Gap]:
    ids = [feed.id for feed in feeds]
    found = []
    for row in GapRow.objects.filter(feed_id__in=ids).order_by("from_us"):
        for span in spans:
            is_here = row.room_id in {"", span.room_id}
            if is_here and row.from_us < (span.to_us or now_us) and (row.to_us is None or row.to_us > span.from_us):
                found.append(Gap(row.feed_id, row.from_us, row.to_us, row.reason))
                break
    for asked in Polled.objects.filter(feed_id__in=[feed.id for feed in feeds if feed.is_enabled]):
        found += [gap for span in spans if (gap := _unanswered(asked, span, now_us)) is not None][:1]
    known = {(gap.feed_id, gap.from_us) for gap in found}
    for pulse in Pulse.objects.filter(feed_id__in=ids, is_steady=True):
        for span in spans:
            gap = _silence(pulse, span, now_us)
            if gap is not None and (gap.feed_id, gap.from_us) not in known:
                found.append(gap)
    return sorted(found, key=lambda gap: (gap.from_us, gap.feed_id))


def _silence(pulse: Pulse, span: RoomWindow, now_us: int) -> Gap | None:
    """The silence that still lasts, or lasted until the window closed."""
    last = pulse.last_received_at
    end = now_us if span.to_us is None else min(span.to_us, now_us)
    is_here = (pulse.platform, pulse.room_id) == (span.platform, span.room_id) and span.from_us <= last
    if not is_here or end - last <= SILENCE_US:
        return None
    return Gap(pulse.feed_id, last, None if span.to_us is None else end, "silent")


def poll_patience_us(every_us: int) -> int:
    """For how long a feed that asks may be without an answer before that is a silence."""
    return max(SILENCE_US, every_us + every_us // 4)


def _unanswered(asked: Polled, span: RoomWindow, now_us: int) -> Gap | None:
    """The time since a feed that asks its platform last got an answer, while it lasts."""
    last = asked.succeeded_at or 0
    end = now_us if span.to_us is None else min(span.to_us, now_us)
    if end - max(last, span.from_us) <= poll_patience_us(asked.every_us):
        return None
    return Gap(asked.feed_id, max(last, span.from_us), None if span.to_us is None else end, asked.code or "silent")


def note_gap(feed_id: str, *, from_us: int, to_us: int | None, reason: str, actor: str = "") -> Gap:
    """Record a span in which a feed is known to have missed events; noting it again corrects its end.

    With an `actor` a person says so, and an audit row keeps who.
    """
    row, _ = GapRow.objects.update_or_create(
        feed_id=feed_id, room_id="", from_us=from_us, defaults={"to_us": to_us, "reason": reason[:200]}
    )
    if actor:
        after = {"from_us": from_us, "to_us": to_us}
        audit(actor, "feed.gap_noted", f"feed:{feed_id}", after=after, why=reason[:200])
    return Gap(row.feed_id, row.from_us, row.to_us, row.reason)


def gaps_of(feed_id: str, *, limit: int = 50) -> list[Gap]:
    """Gaps of a feed that were noted or found, latest first. Cost: one query."""
    rows = GapRow.objects.filter(feed_id=feed_id).order_by("-from_us")[:limit]
    return [Gap(row.feed_id, row.from_us, row.to_us, row.reason) for row in rows]
