"""What is done every night."""

from kaibo.eventlog.work import Run, task
from kaibo.operations.privacy import services


@task("privacy.let_go", cron="30 4 * * *", is_long=True)
def let_go(_: Run) -> str:
    """Take the words of old comments and of erased viewers out of the log."""
    return services.let_go(actor="system:privacy")
