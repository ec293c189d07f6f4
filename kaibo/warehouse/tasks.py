"""Background work of the warehouse."""

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.work import Run, task
from kaibo.kit import env
from kaibo.warehouse.analysis import analyse


@task("analyses.returning", cron=f"25 {env.day_cut_hour()} * * *", is_long=True, limit_seconds=7200)
def count_returning(run: Run, *, platform: str = "", room_id: str = "") -> None:
    """Counts who comes back: of one room where it is named, else of every room that was on air."""
    rooms = [(platform, room_id)] if platform else sorted({(w.platform, w.room_id) for w in eventlog.windows()})
    for number, (each_platform, each_room) in enumerate(rooms):
        run.tell(number, len(rooms), each_room)
        analyse("returning_viewers", {"platform": each_platform, "room_id": each_room})
