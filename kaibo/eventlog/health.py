"""How the log fares, from any process: whether it takes events, and what it holds."""

import threading
import time
from typing import Any

from kaibo.eventlog import quarantine
from kaibo.eventlog.contracts import LogStatus
from kaibo.eventlog.handover import Address, answers, server_address
from kaibo.eventlog.hung import silent_holders
from kaibo.eventlog.log import local_log, local_logs, log_lock, stands_back
from kaibo.eventlog.segments import Segment, batches_of, segments
from kaibo.eventlog.shards import in_force

REACH_SECONDS = 1.0


def reach() -> str:
    """Whether events can be taken as far as the log is concerned: nothing when they can, else why not.

    Cost: none where the log is held; on a replica a request to each holder, at most one a second.
    """
    if not stands_back():
        return ""
    elsewhere = [shard for shard in range(in_force().number) if local_log(shard) is None]
    if not elsewhere:
        return ""
    known_at, known = _reached
    if time.monotonic() - known_at > REACH_SECONDS and _reaching.acquire(blocking=False):  # one asks, all others know
        try:
            known = _unreached(elsewhere)
            _reached[:] = time.monotonic(), known
        finally:
            _reaching.release()
    return str(known)


def _unreached(elsewhere: list[int]) -> str:
    asked: dict[tuple[str, int], bool] = {}
    for shard in elsewhere:
        address = server_address(shard)
        is_there = address is not None and log_lock(shard).is_held_by(address.instance) and _answers(address, asked)
        if not is_there:
            if hung := next((one.sentence for one in silent_holders()), ""):
                return hung
            what = "the log" if in_force().number == 1 else f"shard {shard} of the log"
            return f"no server holds {what}, or it does not answer"
    return ""


def _answers(address: Address, asked: dict[tuple[str, int], bool]) -> bool:
    if address.where() not in asked:
        asked[address.where()] = answers(address)
    return asked[address.where()]


_reaching = threading.Lock()
_reached: list[Any] = [-60.0, ""]


def status() -> LogStatus:
    """Health of the log, from any process. Cost: one query, one look at the folder."""
    held = {one.appender.writer: one.appender for one in local_logs()}
    every = segments()
    size = sum(one.path.stat().st_size for one in every if one.path.exists())
    ends: dict[str, int] = {}
    counts: dict[str, int] = {}
    latest: int | None = None
    for writer, first, last in _writers(every):
        work = held.pop(writer, None)
        refs = [] if work is not None else batches_of(last)[-1:]
        ends[writer] = work.last_seq if work is not None else refs[0].to_seq if refs else last.first_seq - 1
        counts[writer] = ends[writer] - first.first_seq + 1
        at = work.last_commit_at if work is not None else refs[0].committed_at if refs else None
        latest = at if latest is None else max(latest, at or 0)
    for writer, work in held.items():  # nothing written yet
        ends[writer] = work.last_seq
    reason = next(filter(None, (one.appender.refusal() for one in local_logs())), "") or reach()
    return LogStatus(
        writers=ends,
        last_seq=sum(counts.values()) if len(ends) > 1 else next(iter(ends.values()), 0),
        last_commit_at=latest,
        segments=len(every),
        bytes_total=size,
        quarantined=quarantine.count_waiting(),
        is_refusing=bool(reason),
        reason=reason,
    )


def _writers(every: tuple[Segment, ...]) -> list[tuple[str, Segment, Segment]]:
    """Each writer with its first and last segment."""
    found: dict[str, tuple[Segment, Segment]] = {}
    for segment in every:
        found[segment.writer] = (found.get(segment.writer, (segment, segment))[0], segment)
    return [(writer, first, last) for writer, (first, last) in found.items()]
