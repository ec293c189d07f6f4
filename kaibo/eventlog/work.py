"""The door of background work: tasks that any room declares, jobs on the records, retried until done or set aside.

A job runs at least once: a worker that dies leaves it to the next one. So a task must be idempotent: what it did
before the crash, done again, changes nothing. `kaibo.eventlog.workers` runs what stands here.
"""

import importlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cronsim import CronSim, CronSimError
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.module_loading import autodiscover_modules

from kaibo.eventlog import notices
from kaibo.eventlog.audit import audit
from kaibo.eventlog.errors import BadTask, JobNotFound
from kaibo.eventlog.models import Job, Schedule
from kaibo.kit import env
from kaibo.kit.clock import from_datetime, now_us, to_datetime

type JobState = Literal["waiting", "running", "done", "failed", "canceled"]
UNFINISHED = ("waiting", "running")
TRIES = 6
"""With the pauses of `workers.pause_us` the sixth try comes about an hour after the first."""
LIMIT_SECONDS = 900
NOTE_LENGTH = 2000

_tasks: dict[str, "Task"] = {}
_are_loaded = False
_loading = threading.RLock()
_wake = threading.Event()


class GiveUp(Exception):
    """Raised by a task whose job cannot succeed however often it is tried; the text is the reason people read."""


@dataclass(frozen=True, slots=True)
class Task:
    """A declared kind of work. `cron` five fields in the team's zone; `limit_seconds` the longest one try may take."""

    name: str
    run: Callable[..., str | None]
    tries: int = TRIES
    limit_seconds: int = LIMIT_SECONDS
    is_long: bool = False
    cron: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class JobView:
    """One job. Units: instants µs UTC; `done` of `total` is progress in the task's own unit, total None unknown."""

    id: int
    task: str
    args: dict[str, Any]
    key: str
    state: JobState
    run_at: int
    tries: int
    actor: str
    created_at: int
    started_at: int | None
    finished_at: int | None
    done: int
    total: int | None
    note: str
    reason: str
    traceback: str
    is_known: bool  # this process has the task


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A repeating task and when it runs next."""

    task: str
    cron: str
    next_at: int
    last_at: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """What a task is given as its first argument: who it is, and where it tells its progress."""

    job_id: int
    tries: int
    actor: str

    def tell(self, done: int, total: int | None = None, note: str = "") -> None:
        """Write the progress down, for the page that waits. Cost: one query; call it about once a second."""
        Job.objects.filter(id=self.job_id, state="running").update(done=done, total=total, note=short_text(note))


def task(
    name: str, *, tries: int = TRIES, limit_seconds: int = LIMIT_SECONDS, is_long: bool = False, cron: str = ""
) -> Callable[[Callable[..., str | None]], Callable[..., str | None]]:
    """Declare a task in the `tasks.py` of a module: `def remind(run: Run, *, show_id: str) -> str | None`.

    Shape: the function gets a `Run` and the job's args by keyword; what it returns is the note of the finished job.
    It runs outside of any transaction. `is_long` for what may take more than a few seconds: other work passes it.
    Raises: BadTask for a name that is taken or a cron line that cannot be read.
    """

    def declare(function: Callable[..., str | None]) -> Callable[..., str | None]:
        known = _tasks.get(name)
        if known is not None and known.run.__module__ != function.__module__:
            raise BadTask(f"the task '{name}' is declared in {known.run.__module__} already", fix="choose another name")
        if cron:
            next_fire(cron, after_us=0)
        says = (function.__doc__ or "").strip().split("\n")[0]
        _tasks[name] = Task(name, function, tries, limit_seconds, is_long, cron, says)
        return function

    return declare


def tasks() -> Mapping[str, Task]:
    """Every declared task by its name: of `tasks.py` of the apps, and of the modules that the settings name.

    They are imported when first asked for: most commands and the counter never ask, and some tasks draw pictures.
    """
    global _are_loaded  # noqa: PLW0603 - once per process
    if not _are_loaded:
        with _loading:
            if not _are_loaded:
                autodiscover_modules("tasks")
                for module in settings.WORK_TASKS:
                    importlib.import_module(module)
                _are_loaded = True
    return _tasks


def enqueue(
    name: str, args: Mapping[str, Any] | None = None, *, at_us: int | None = None, key: str = "", actor: str
) -> int:
    """Put a job into the records, in the caller's transaction; its id. It runs at `at_us`, without it at once.

    Shape: with a `key` there is one unfinished job at most: asked again, the waiting one is told the new time and
    args and keeps its id.
    Raises: BadTask for a task that nobody declared.
    Cost: 1 query, with a key 2.
    """
    if name not in tasks():
        raise BadTask(f"no task is called '{name}'", fix=f"one of: {', '.join(sorted(_tasks))}")
    now = now_us()
    told = {"args": dict(args or {}), "run_at": now if at_us is None else at_us}
    if key and (found := _replace(key, told)):
        return found
    row = Job(task=name, key=key, is_long=_tasks[name].is_long, actor=actor, created_at=now, **told)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if not (key and (found := _replace(key, told))):
            raise
        return found
    _wake_all()
    return int(row.pk)


def _replace(key: str, told: Mapping[str, Any]) -> int:
    """The unfinished job of the key, told anew while it waits; 0 when there is none."""
    found = Job.objects.filter(key=key, state__in=UNFINISHED).values_list("id", flat=True).first()
    if found is None:
        return 0
    Job.objects.filter(id=found, state="waiting").update(**told)
    _wake_all()
    return int(found)


def cancel(key: str, *, actor: str, why: str = "") -> bool:
    """Take back the waiting job of a key; False when none waits (it runs, or is over)."""
    with transaction.atomic():
        waiting = Job.objects.filter(key=key, state="waiting")
        number = waiting.update(state="canceled", finished_at=now_us(), note=short_text(why))
        if number:
            audit(actor, "job.canceled", f"job:{key}", why=why)
    return bool(number)


def retry(job_id: int, *, actor: str) -> JobView:
    """Let a job that was set aside run again, with all its tries. Raises: JobNotFound."""
    with transaction.atomic():
        kept = Job.objects.filter(id=job_id, state="failed")
        number = kept.update(state="waiting", tries=0, run_at=now_us(), finished_at=None)
        if not number:
            raise JobNotFound(f"no failed job {job_id}", fix="look at the list again")
        audit(actor, "job.retried", f"job:{job_id}")
        _wake_all()
    return job(job_id)


def job(job_id: int) -> JobView:
    """One job. Raises: JobNotFound. Cost: one query."""
    row = Job.objects.filter(id=job_id).first()
    if row is None:
        raise JobNotFound(f"no job {job_id}", fix="finished jobs are kept for 30 days")
    return _view(row)


def jobs(*, state: str = "", task: str = "", key: str = "", limit: int = 100, routine: bool = True) -> list[JobView]:
    """Jobs, latest first; without `routine` those are left out that ended well and come every few minutes.

    Cost: one query.
    """
    rows = Job.objects.order_by("-id")
    if not routine:
        often = [one.name for one in tasks().values() if one.cron.startswith("*")]
        rows = rows.exclude(state="done", task__in=often)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(task=task) if task else rows
    rows = rows.filter(key=key) if key else rows
    return [_view(row) for row in rows[:limit]]


def job_counts() -> dict[str, int]:
    """State -> number of jobs. Cost: one query."""
    return dict(Job.objects.values_list("state").annotate(number=models.Count("id")).order_by("state"))


def schedules() -> list[ScheduleView]:
    """Repeating tasks, the next one first. Cost: one query."""
    return [ScheduleView(row.task, row.cron, row.next_at, row.last_at) for row in Schedule.objects.order_by("next_at")]


def next_fire(cron: str, *, after_us: int) -> int:
    """The first instant after `after_us` at which a cron line fires in the team's zone.

    Raises: BadTask for a line that cannot be read.
    """
    try:
        return from_datetime(next(CronSim(cron, to_datetime(after_us).astimezone(env.zone()))))
    except (CronSimError, StopIteration) as error:
        raise BadTask(f"'{cron}' is no cron line: {error}", fix="five fields: minute hour day month weekday") from error


def _wake_all() -> None:
    """Let workers look once the caller's transaction is over, those of other processes too."""
    transaction.on_commit(wake)
    notices.tell("work")


def wake() -> None:
    """Let the workers of this process look now."""
    _wake.set()


def wait_for_work(seconds: float) -> None:
    """Return when this process got new work, at the latest after so many seconds."""
    _wake.wait(seconds)
    _wake.clear()


def short_text(text: str) -> str:
    return text.replace("\x00", "\ufffd")[:NOTE_LENGTH]


def _view(row: Job) -> JobView:
    return JobView(
        id=row.pk,
        task=row.task,
        args=dict(row.args),
        key=row.key,
        state=row.state,  # type: ignore[arg-type]  # a CharField with these five values
        run_at=row.run_at,
        tries=row.tries,
        actor=row.actor,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        done=row.done,
        total=row.total,
        note=row.note,
        reason=row.reason,
        traceback=row.traceback,
        is_known=row.task in tasks(),
    )
