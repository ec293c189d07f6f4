"""Backups by themselves: one every day before the morning, tried for real once a week."""

import time

from kaibo.eventlog.work import Run, task
from kaibo.kit import env
from kaibo.operations.backups import api
from kaibo.operations.backups.contracts import Progress

ACTOR = "system:schedule"
DAY_SECONDS = 24 * 3600


@task("backup.daily", cron="40 5 * * *", is_long=True, tries=3, limit_seconds=DAY_SECONDS)
def back_up_daily(run: Run) -> str:
    """Copy the home to KAIBO_BACKUP_TO, where that is set."""
    if not env.read("KAIBO_BACKUP_TO"):
        return "KAIBO_BACKUP_TO is not set: nothing was copied"
    report = api.back_up(actor=ACTOR, progress=_paced(run))
    return f"{report.snapshot}: {report.added} bytes more"


@task("backup.rehearsal", cron="10 6 * * 1", is_long=True, tries=2, limit_seconds=DAY_SECONDS)
def rehearse_weekly(_run: Run) -> str:
    """Restore the newest backup into a scratch place and compare counts and money per show."""
    if not env.read("KAIBO_BACKUP_TO"):
        return "KAIBO_BACKUP_TO is not set: there is nothing to rehearse"
    told = api.rehearse(actor=ACTOR)
    if not told.is_equal:
        raise NotEqual(f"{len(told.differences)} numbers of {told.snapshot} differ")
    return f"{told.snapshot}: {told.shows} shows equal"


def _paced(run: Run) -> Progress:
    """Tells at most once a second: a home has thousands of files, and each word is a write to the records."""
    told_at = 0.0

    def moved(done: int, total: int) -> None:
        nonlocal told_at
        if done == total or time.monotonic() - told_at > 1:
            told_at = time.monotonic()
            run.tell(done, total)

    return moved


class NotEqual(RuntimeError):
    """A backup that does not give the same numbers must be seen, so the job fails."""
