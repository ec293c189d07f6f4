"""Refused lines are kept as received, with the reason, so that they can be tried again after a fix."""

import hashlib
import logging
from collections.abc import Collection

import msgspec

from kaibo.eventlog.contracts import Problem, QuarantinedView
from kaibo.eventlog.models import QuarantinedLine
from kaibo.kit.clock import now_us
from kaibo.kit.logfields import about

log = logging.getLogger("kaibo.eventlog")

KEPT_PER_REQUEST = 1000
KEPT_BYTES = 64 * 1024
"""A line longer than this is kept by its beginning: enough to see what it was, and it can never be replayed."""


def keep(problems: list[Problem], raws: list[bytes], *, feed_id: str, ingest_id: str | None) -> int:
    """Set lines aside; how many. The same line of the same feed again stays one row. Cost: one statement per 500."""
    at = now_us()
    rows = [
        QuarantinedLine(
            feed_id=feed_id,
            ingest_id=ingest_id or "",
            at_us=at,
            raw=raw[:KEPT_BYTES],
            field=problem.field,
            problem=problem.problem.replace("\x00", "\ufffd"),  # PostgreSQL keeps no NUL in a text
            fix=problem.fix,
            digest=hashlib.blake2b(raw, key=feed_id.encode()[:64], digest_size=16).hexdigest(),
        )
        for problem, raw in zip(problems[:KEPT_PER_REQUEST], raws[:KEPT_PER_REQUEST], strict=True)
    ]
    QuarantinedLine.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    if rows:
        log.info(
            "lines refused and set aside: %d, the first for its %s",
            len(rows),
            _name_of(problems[0]),
            extra=about(feed=feed_id, event_id=_event_id(raws[0])),
        )
    return len(rows)


def _name_of(problem: Problem) -> str:
    """The field in question, unless its sender wrote something that is no name."""
    return problem.field if problem.field.replace(".", "_").isidentifier() else "form"


def _event_id(raw: bytes) -> str:
    """The id that a refused line gives itself, as far as it can be read."""
    try:
        return _NAMED.decode(raw).event_id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""


class _Named(msgspec.Struct):
    event_id: str = ""


_NAMED = msgspec.json.Decoder(_Named)


def quarantined(limit: int = 100, *, feeds: Collection[str] | None = None) -> list[QuarantinedView]:
    """Lines that wait for a fix, latest first, all or of these feeds. Cost: one query."""
    found = QuarantinedLine.objects.filter(state="waiting")
    rows = (found if feeds is None else found.filter(feed_id__in=feeds)).order_by("-at_us", "-id")[:limit]
    return [
        QuarantinedView(
            id=row.pk,
            feed_id=row.feed_id,
            ingest_id=row.ingest_id or None,
            at_us=row.at_us,
            raw=bytes(row.raw),
            field=row.field,
            problem=row.problem,
            fix=row.fix,
            tries=row.tries,
        )
        for row in rows
    ]


def count_waiting() -> int:
    """Lines that wait. Cost: one query."""
    return QuarantinedLine.objects.filter(state="waiting").count()


def waiting() -> list[QuarantinedLine]:
    """Every line that waits, oldest first, for a new attempt. Cost: one query."""
    return list(QuarantinedLine.objects.filter(state="waiting").order_by("id"))


def settle(row: QuarantinedLine, *, problem: Problem | None, is_known: bool = False) -> None:
    """Write down how a new attempt went."""
    named = about(feed=row.feed_id, event_id=_event_id(bytes(row.raw)))
    row.tries += 1
    if problem is None:
        row.state = "known" if is_known else "replayed"
        log.info("a line that was set aside is in the log now", extra=named)
        row.raw = b""  # it is in the log now; as received it names the viewer
    else:
        row.field, row.problem, row.fix = problem.field, problem.problem.replace("\x00", "\ufffd"), problem.fix
    row.save(update_fields=["tries", "state", "raw", "field", "problem", "fix"])
