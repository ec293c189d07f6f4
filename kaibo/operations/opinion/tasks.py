"""What is done every few minutes and every night."""

from kaibo.eventlog.work import Run, task
from kaibo.kit.clock import now_us
from kaibo.operations.opinion import forgetting, limits, matters, telling


@task("opinion.remind", cron="*/5 * * * *")
def remind(_: Run) -> str:
    """Remind of clocks that run out, let warnings fade whose talk stays below every limit."""
    held, now = limits.current(), now_us()
    return f"{telling.remind(held, now=now)} reminded, {matters.fade(held, now=now)} faded"


@task("opinion.let_go", cron="55 4 * * *", is_long=True)
def let_go(_: Run) -> str:
    """Take words out after their term."""
    return f"{forgetting.let_go()} mentions without their words"
