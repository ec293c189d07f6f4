"""What is done every quarter of an hour and every night, and the sound that is kept beside a finding."""

from kaibo.eventlog.work import Run, task
from kaibo.operations.compliance import keeping, reminders, sounds
from kaibo.studio.speech import api as speech


@task("compliance.let_go", cron="50 4 * * *", is_long=True)
def let_go(_: Run) -> str:
    """Take evidence of closed cases out after its term."""
    return f"{keeping.let_go()} cases without their evidence"


@task("compliance.remind", cron="*/15 * * * *")
def remind(_: Run) -> str:
    """Remind of violation cases whose 24 hours run out."""
    return f"{reminders.remind()} cases"


@task("compliance.let_go_sound", cron="55 4 * * *")
def let_go_sound(_: Run) -> str:
    """Remove sound that was kept on air after its term."""
    return f"{speech.let_go()} recordings removed"


@task(sounds.TASK)
def clip(_: Run, *, hit: int, recording: str) -> str:
    """Keep the sound around a finding."""
    return sounds.take(hit, recording)
