"""What is done every quarter of an hour and every night."""

from kaibo.eventlog.work import Run, task
from kaibo.operations.compliance import keeping, reminders


@task("compliance.let_go", cron="50 4 * * *", is_long=True)
def let_go(_: Run) -> str:
    """Take evidence of closed cases out after its term."""
    return f"{keeping.let_go()} cases without their evidence"


@task("compliance.remind", cron="*/15 * * * *")
def remind(_: Run) -> str:
    """Remind of violation cases whose 24 hours run out."""
    return f"{reminders.remind()} cases"
