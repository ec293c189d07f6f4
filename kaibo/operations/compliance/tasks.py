"""What is done every night."""

from kaibo.eventlog.work import Run, task
from kaibo.operations.compliance import keeping


@task("compliance.let_go", cron="50 4 * * *", is_long=True)
def let_go(_: Run) -> str:
    """Take evidence of closed cases out after its term."""
    return f"{keeping.let_go()} cases without their evidence"
