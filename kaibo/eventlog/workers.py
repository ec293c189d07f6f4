"""The workers of background work: claim, run, retry, set aside; the clock of repeating tasks; the sweeper."""

import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable

from django.db import Error as DatabaseFault
from django.db import connection, connections, transaction
from django.db.models import F

from kaibo.eventlog import notices, work
from kaibo.eventlog.models import Job, Schedule
from kaibo.eventlog.work import GiveUp, Run
from kaibo.kit.clock import DAY_US, MICROS, now_us
from kaibo.kit.errors import BadConfiguration

log = logging.getLogger("kaibo.work")

LOOK_SECONDS = 0.5
"""How often to look for what other processes put in; what this one put in wakes a worker at once."""
NOTICED_SECONDS = 2.0
"""The same while notices of other processes come: what is left to find by looking is work whose time has come."""
TICK_SECONDS = 5.0
STOP_SECONDS = 2.0
"""Who stops a server waits for it; a job that is cut off begins again at the next start, as after a power cut."""
BEAT_SECONDS = 10.0
LOST_US = 60 * MICROS
"""A running job without a sign of life for so long belongs to a dead worker. Six beats: a slow disk is no death."""
KEEP_US = 30 * DAY_US
PRUNE_ROWS = 500
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 10, 3600


def pause_us(tries: int) -> int:
    """How long to wait after the n-th failed try: 10 s, 40 s, 160 s … at most an hour."""
    pause: int = min(FIRST_PAUSE_SECONDS * 4 ** (tries - 1), LONGEST_PAUSE_SECONDS)
    return pause * MICROS


def claim(worker: str, *, takes_long: bool = True, now: int | None = None) -> Job | None:
    """The next due job, now ours, or None. A conditional UPDATE decides between workers. Cost: 2 queries."""
    at = now_us() if now is None else now
    due = Job.objects.filter(state="waiting", run_at__lte=at, task__in=list(work.tasks()))
    due = due if takes_long else due.filter(is_long=False)
    for job_id in due.order_by("run_at", "id").values_list("id", flat=True)[:8]:
        ours = Job.objects.filter(id=job_id, state="waiting").update(
            state="running", worker=worker, started_at=at, beat_at=at, tries=F("tries") + 1, done=0, total=None
        )
        if ours:
            return Job.objects.get(id=job_id)
    return None


def run(job: Job) -> str:
    """Run a claimed job and write down how it went; the state it has now. One poisonous job stops nothing."""
    task = work.tasks()[job.task]
    stopping = threading.Event()
    beating = threading.Thread(target=_beat, args=(job, task.limit_seconds, stopping), daemon=True)
    beating.start()
    try:
        note = task.run(Run(job.pk, job.tries, job.actor), **job.args)
    except GiveUp as error:
        return _settle(job, "failed", reason=str(error))
    except Exception as error:
        log.exception("%s (job %d, try %d) failed", job.task, job.pk, job.tries)
        reason = f"{type(error).__name__}: {error}"
        _recover_connection()
        state = "failed" if job.tries >= task.tries or isinstance(error, BadConfiguration) else "waiting"
        return _settle(job, state, reason=reason, trace=traceback.format_exc())
    finally:
        stopping.set()
        beating.join()
    return _settle(job, "done", note=note or "")


def _settle(job: Job, state: str, *, note: str = "", reason: str = "", trace: str = "") -> str:
    """Write the outcome, unless the sweeper gave the job to somebody else meanwhile."""
    ours = Job.objects.filter(id=job.pk, state="running", worker=job.worker, tries=job.tries)
    at = now_us()
    told: dict[str, object] = {"state": state, "reason": work.short_text(reason), "traceback": trace[-8000:]}
    if state == "waiting":
        told |= {"run_at": at + pause_us(job.tries), "note": ""}
    else:
        told |= {"finished_at": at}
    if state == "done":
        told |= {"note": work.short_text(note)}
    ours.update(**told)
    return state


def _beat(job: Job, limit_seconds: int, stopping: threading.Event) -> None:
    """Signs of life until the try ends or has taken too long; then the sweeper gives the job to somebody else."""
    ends = time.monotonic() + limit_seconds
    try:
        while not stopping.wait(BEAT_SECONDS) and time.monotonic() < ends:
            try:
                Job.objects.filter(id=job.pk, worker=job.worker, tries=job.tries).update(beat_at=now_us())
            except DatabaseFault as error:
                log.warning("no sign of life for job %d: %s", job.pk, error)
                connection.close()
    finally:
        connections.close_all()


def sweep(*, now: int | None = None) -> int:
    """Give jobs of dead workers back, or set them aside after their last try; how many. Old ones are let go."""
    at = now_us() if now is None else now
    lost = 0
    for row in Job.objects.filter(state="running"):
        if (row.beat_at or 0) >= at - LOST_US and not _is_dead(row.worker):
            continue
        task = work.tasks().get(row.task)
        is_last = row.tries >= (task.tries if task else work.TRIES)
        reason = f"the worker {row.worker} gave no sign of life; try {row.tries}"
        told: dict[str, object] = {"state": "failed", "finished_at": at} if is_last else {"state": "waiting"}
        same = Job.objects.filter(id=row.pk, state="running", tries=row.tries, beat_at=row.beat_at)
        lost += same.update(reason=reason, run_at=at, **told)
    old = Job.objects.filter(state__in=("done", "canceled"), finished_at__lt=at - KEEP_US)
    Job.objects.filter(id__in=list(old.values_list("id", flat=True)[:PRUNE_ROWS])).delete()
    return lost


def _is_dead(worker: str) -> bool:
    """Whether the worker was a process of this machine that is gone: its jobs need not wait for the missing beats."""
    host, pid, _lane = worker.rsplit(":", 2)
    if os.name != "posix" or host != socket.gethostname()[:40]:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def tick(*, now: int | None = None) -> list[str]:
    """Put in what repeating tasks are due; their names. A night slept through is caught up once, not many times."""
    at = now_us() if now is None else now
    known = {row.task: row for row in Schedule.objects.all()}
    fired = []
    for task in work.tasks().values():
        if not task.cron:
            continue
        row = known.get(task.name)
        if row is None or row.cron != task.cron:
            told = {"cron": task.cron, "next_at": work.next_fire(task.cron, after_us=at)}
            Schedule.objects.update_or_create(task=task.name, defaults=told)
        elif row.next_at <= at and _fire(row, at):
            fired.append(task.name)
    gone = [name for name in known if name in work.tasks() and not work.tasks()[name].cron]
    if gone:
        Schedule.objects.filter(task__in=gone).delete()
    return fired


def _fire(row: Schedule, at: int) -> bool:
    following = work.next_fire(row.cron, after_us=at)
    with transaction.atomic():
        mine = Schedule.objects.filter(task=row.task, next_at=row.next_at).update(next_at=following, last_at=at)
        if mine:
            work.enqueue(row.task, key=f"cron:{row.task}", actor="system:clock")
    return bool(mine)


def drain(*, limit: int = 1000) -> int:
    """Run what is due, here and now; how many tries were made. For tests and `kaibo work --once`."""
    number = 0
    while number < limit and (job := claim(worker_name("once"))):
        run(job)
        number += 1
    return number


def worker_name(lane: str) -> str:
    """Who claims: unique among all processes of all machines."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{lane}"


class Workers:
    """The threads of one process: a lane for everything, a lane that long work cannot block, and the clock."""

    def __init__(self, *, number: int = 1) -> None:
        self._stopped = threading.Event()
        lanes = [(f"any{count}", True) for count in range(number)] + [("quick", False)]
        self._threads = [
            threading.Thread(target=self._work, args=lane, name=f"work-{lane[0]}", daemon=True) for lane in lanes
        ]
        self._threads.append(threading.Thread(target=self._keep_time, name="work-clock", daemon=True))
        self._unlisten: Callable[[], None] | None = None

    def start(self) -> None:
        self._unlisten = notices.listen("work", lambda _key: work.wake())
        for thread in self._threads:
            thread.start()

    def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """Let running jobs end; one that takes longer is left to the sweeper of the next start."""
        self._stopped.set()
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        ends = time.monotonic() + seconds
        for thread in self._threads:
            work.wake()
            if thread.is_alive():
                thread.join(max(0.1, ends - time.monotonic()))

    def _work(self, lane: str, takes_long: bool) -> None:
        worker = worker_name(lane)

        def step() -> bool:
            job = claim(worker, takes_long=takes_long)
            if job is not None:
                run(job)
            return job is not None

        while not self._stopped.is_set():
            if not _guarded(step) and not self._stopped.is_set():
                work.wait_for_work(NOTICED_SECONDS if notices.is_listening() else LOOK_SECONDS)
        connections.close_all()

    def _keep_time(self) -> None:
        def step() -> bool:
            tick()
            return bool(sweep())

        _guarded(step)
        while not self._stopped.wait(TICK_SECONDS):
            _guarded(step)
        connections.close_all()


def _guarded(step: Callable[[], bool]) -> bool:
    """Run a step; records that cannot be reached are tried again a moment later."""
    try:
        return step()
    except (DatabaseFault, OSError) as error:
        log.warning("background work waits: %s", error)
        _recover_connection()
        time.sleep(LOOK_SECONDS)
        return False


def _recover_connection() -> None:
    if not connection.in_atomic_block and not connection.is_usable():
        connection.close()
