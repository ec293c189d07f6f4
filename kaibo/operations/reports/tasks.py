"""Background work of the reports module."""

from kaibo.eventlog.work import Run, task
from kaibo.operations.reports import refunds


@task("reports.refunds", cron="7 * * * *", is_long=True)
def take_refunds(run: Run) -> str:
    """Keeps what refunds are on D+1, 3, 7 and 15 of every show."""
    del run
    taken = refunds.take_due()
    return ", ".join(f"{show_id} D+{day}" for show_id, day in taken)
