"""How the log fares, from any process: whether it takes events, and what it holds."""

import threading
import time
from typing import Any

from kaibo.eventlog import quarantine
from kaibo.eventlog.contracts import LogStatus
from kaibo.eventlog.handover import answers, server_address
from kaibo.eventlog.log import local_log, log_lock, stands_back
from kaibo.eventlog.segments import batches_of, segments

REACH_SECONDS = 1.0


def reach() -> str:
    """Whether events can be taken as far as the log is concerned: nothing when they can, else why not.

    Cost: none where the log is held; on a replica a request to the holder, at most one a second.
    """
    if not stands_back() or local_log() is not None:
        return ""
    known_at, known = _reached
    if time.monotonic() - known_at > REACH_SECONDS and _reaching.acquire(blocking=False):  # one asks, all others know
        try:
            address = server_address()
            is_there = address is not None and log_lock().is_held_by(address.instance) and answers(address)
            known = "" if is_there else "no server holds the log, or it does not answer"
            _reached[:] = time.monotonic(), known
        finally:
            _reaching.release()
    return str(known)


_reaching = threading.Lock()
_reached: list[Any] = [-60.0, ""]


def status() -> LogStatus:
    """Health of the log, from any process. Cost: one query, one look at the folder."""
    held = local_log()
    out_of_reach = reach()
    every = segments()
    size = sum(one.path.stat().st_size for one in every if one.path.exists())
    waiting = quarantine.count_waiting()
    if held is None:
        last = batches_of(every[-1])[-1:] if every else []
        writer = every[-1].writer if every else ""
        seq, at = (last[0].to_seq, last[0].committed_at) if last else (0, None)
        return LogStatus(writer, seq, at, len(every), size, waiting, bool(out_of_reach), out_of_reach)
    work = held.appender
    reason = work.refusal()
    return LogStatus(work.writer, work.last_seq, work.last_commit_at, len(every), size, waiting, bool(reason), reason)
