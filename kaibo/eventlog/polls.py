"""How far each feed has asked its platform. A page and the cursor behind it are kept in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from kaibo.eventlog import inbox
from kaibo.eventlog.contracts import PollView
from kaibo.eventlog.coverage import poll_patience_us
from kaibo.eventlog.models import FirstTime, Gap, Polled

PROBLEM_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Fetched:
    """A reply as received, to be kept like a push: `told` is what a translator needs beside it."""

    body: bytes
    told: Mapping[str, str]
    delivery_id: str = ""
    received_at: int | None = None


def poll(feed_id: str, name: str) -> PollView:
    """How far one poll of a feed is; a new one starts with an empty cursor. Cost: one query, or two."""
    row, _ = Polled.objects.get_or_create(feed_id=feed_id, name=name)
    return _view(row)


def polls(feed_id: str = "") -> list[PollView]:
    """Polls of one feed, or of all, by name. Cost: one query."""
    rows = Polled.objects.order_by("feed_id", "name")
    return [_view(row) for row in (rows.filter(feed_id=feed_id) if feed_id else rows)]


def keep(feed_id: str, name: str, *, connector: str, pages: list[Fetched], cursor: Mapping[str, Any]) -> int:
    """Keep replies in the inbox and move the cursor behind them, both or neither; how many were new.

    Shape: a crash before it asks for the same replies again; their events have the same ids.
    """
    new = 0
    with transaction.atomic():
        for page in pages:
            new += inbox.receive(
                feed_id,
                connector=connector,
                body=page.body,
                delivery_id=page.delivery_id,
                told=page.told,
                received_at=page.received_at,
            )
        Polled.objects.filter(feed_id=feed_id, name=name).update(
            cursor=dict(cursor), pages=models.F("pages") + len(pages)
        )
    return new


def note_success(
    feed_id: str, name: str, *, at_us: int, every_us: int, keeps_gap: bool, again_us: int | None = None
) -> None:
    """Write down that a poll came through. A silence before it stays as a gap where what was missed is gone.

    Shape: the next round is due after `again_us`, without it after `every_us`; patience goes by `every_us` alone.
    """
    with transaction.atomic():
        row = Polled.objects.select_for_update().get(feed_id=feed_id, name=name)
        last = row.succeeded_at
        if keeps_gap and last is not None and (row.failures or at_us - last > poll_patience_us(every_us)):
            values = {"to_us": at_us, "reason": row.code or "silent"}
            Gap.objects.update_or_create(feed_id=feed_id, room_id="", from_us=last, defaults=values)
        row.tried_at = row.succeeded_at = at_us
        row.next_at, row.every_us = at_us + (every_us if again_us is None else again_us), every_us
        row.failures, row.code, row.problem = 0, "", ""
        row.save(
            update_fields=["tried_at", "succeeded_at", "next_at", "every_us", "failures", "code", "problem"],
        )


def note_failure(feed_id: str, name: str, *, at_us: int, next_at: int, every_us: int, code: str, problem: str) -> None:
    """Write down that a poll did not come through, and when it is tried again."""
    Polled.objects.filter(feed_id=feed_id, name=name).update(
        tried_at=at_us,
        next_at=next_at,
        every_us=every_us,
        failures=models.F("failures") + 1,
        code=code[:60],
        problem=problem[:PROBLEM_LENGTH],
    )


def ask_now(feed_id: str) -> None:
    """Let every poll of a feed be due at once, for example after a push that says there is something to fetch."""
    Polled.objects.filter(feed_id=feed_id, failures=0).update(next_at=0)


def first_times(feed_id: str, told: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """(room, event id) -> the time it was told under first; what is new is remembered. Cost: two queries, or none."""
    if not told:
        return {}
    rows = [FirstTime(feed_id=feed_id, room_id=room, event_id=event, at_us=at) for (room, event), at in told.items()]
    FirstTime.objects.bulk_create(rows, ignore_conflicts=True)
    known = FirstTime.objects.filter(feed_id=feed_id, event_id__in=[event for _room, event in told])
    return {(row.room_id, row.event_id): row.at_us for row in known}


def _view(row: Polled) -> PollView:
    return PollView(
        feed_id=row.feed_id,
        name=row.name,
        cursor=dict(row.cursor),
        every_us=row.every_us,
        next_at=row.next_at,
        tried_at=row.tried_at,
        succeeded_at=row.succeeded_at,
        failures=row.failures,
        code=row.code,
        problem=row.problem,
        pages=row.pages,
    )
