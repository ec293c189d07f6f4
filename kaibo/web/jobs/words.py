"""Background work in words. A task that nobody translated stands with its own first line."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.work import JobView
from kaibo.kit import env
from kaibo.kit.clock import to_datetime
from kaibo.metrics.export import Cell, Table

CLASSES = {"failed": "bad", "running": "accent", "waiting": "", "done": "good", "canceled": ""}


def states() -> dict[str, str]:
    """State -> in words."""
    return {
        "waiting": _p("job", "waiting"),
        "running": _p("job", "running"),
        "done": _p("job", "done"),
        "failed": _p("job", "set aside"),
        "canceled": _p("job", "taken back"),
    }


def names() -> dict[str, str]:
    """Task -> what it does, in words."""
    return {
        "reports.refunds": _p("job", "Keep what refunds are on the due days"),
        "bots.post": _p("job", "Post a text to a chat bot"),
        "backup.daily": _p("job", "Back the home up"),
        "backup.rehearsal": _p("job", "Try the newest backup"),
        "imports.check": _p("job", "Look at a dropped file"),
        "imports.bring": _p("job", "Import a dropped file"),
        "imports.join_loose": _p("job", "Give orders of feeds to their shows"),
        "imports.sweep": _p("job", "Clear files that nobody imported"),
        "analyses.returning": _p("job", "Count who comes back"),
        "rounds.post_counted": _p("job", "Post the rounds that feeds count to the room's bot"),
        "compliance.let_go": _p("job", "Let evidence of closed cases go after its term"),
        "compliance.let_go_sound": _p("job", "Remove sound kept on air after its term"),
        "compliance.clip": _p("job", "Keep the sound around a finding"),
        "privacy.let_go": _p("job", "Let old words of viewers go"),
        "imports.take_fetched": _p("job", "Import the files that feeds fetched"),
        "compliance.remind": _p("job", "Remind of cases whose 24 hours run out"),
        "opinion.remind": _p("job", "Remind of opinion matters nobody handles"),
        "opinion.let_go": _p("job", "Let words of closed opinion matters go"),
        "outreach.read_audience": _p("job", "Fetch groups and members for message tasks"),
        "outbox.deliver": _p("job", "Ask a platform to do something"),
        "outbox.follow": _p("job", "Look what became of what platforms were asked for"),
    }


def notes() -> dict[str, str]:
    """What a task says at its end, a pattern -> in words; `n` is its number."""
    return {
        r"(?P<n>\d+) rows": _p("job note", "%(n)s rows"),
        r"(?P<n>\d+) accepted": _p("job note", "%(n)s accepted"),
        r"(?P<n>\d+) events": _p("job note", "%(n)s events"),
        r"(?P<n>\d+) files": _p("job note", "%(n)s files"),
        r"(?P<n>\d+) cases": _p("job note", "%(n)s cases"),
        r"(?P<n>\d+) cases without their evidence": _p("job note", "%(n)s cases without their evidence"),
        r"(?P<n>\d+) recordings removed": _p("job note", "%(n)s recordings removed"),
        r"(?P<n>\d+) groups": _p("job note", "%(n)s groups"),
        r"(?P<n>\d+) commands": _p("job note", "%(n)s acts asked for"),
        r"try (?P<n>\d+)": _p("job note", "delivered at try %(n)s"),
        r"accepted": _p("job note", "the platform accepted it"),
        r"settled meanwhile": _p("job note", "settled meanwhile"),
        r"KAIBO_BACKUP_TO is not set: .*": _p("job note", "KAIBO_BACKUP_TO is not set: there is no backup"),
    }


def note_text(note: str) -> str:
    """What a task said at its end; one that nobody translated stands as it was written."""
    for pattern, text in notes().items():
        if found := re.fullmatch(pattern, note):
            return text % {"n": f"{int(found['n']):,}"} if "n" in found.groupdict() else text
    return note


def rhythm(cron: str) -> str:
    """A cron line as people say it; an unusual one as it is."""
    minute, hour, *rest = cron.split()
    at = f"{hour:0>2}:{minute:0>2}"
    if hour == "*" and rest == ["*"] * 3:
        if minute == "*":
            return _p("job", "every minute")
        if minute.startswith("*/"):
            return _p("job", "every %(n)s minutes") % {"n": minute.removeprefix("*/")}
        return _p("job", "every hour at minute %(n)s") % {"n": minute}
    if hour.isdigit() and minute.isdigit() and rest == ["*"] * 3:
        return _p("job", "every day at %(at)s") % {"at": at}
    if hour.isdigit() and minute.isdigit() and rest[:2] == ["*", "*"] and rest[2].isdigit():
        days = (_("Sun"), _("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"))
        return _p("job", "every week on %(day)s at %(at)s") % {"day": days[int(rest[2]) % 7], "at": at}
    return cron


def task_name(task: str) -> str:
    """A task in words; one without is called as it is declared."""
    known = eventlog.work.tasks().get(task)
    return names().get(task) or (known.says if known and known.says else task)


def line(job: JobView, people: Mapping[str, str]) -> dict[str, Any]:
    """A job as a row of the page."""
    percent = None if not job.total else min(100, round(job.done / job.total * 100))
    return {
        "job": job,
        "name": task_name(job.task),
        "state": states()[job.state],
        "class": CLASSES[job.state],
        "by": people.get(job.actor, job.actor),
        "percent": percent,
        "says": job.reason if job.state == "failed" or (job.reason and job.state == "waiting") else note_text(job.note),
        "is_unknown": job.state == "waiting" and not job.is_known,
    }


def counts(found: Mapping[str, int]) -> list[tuple[str, int]]:
    """State in words -> how many, in the order of the page."""
    return [(name, found.get(state, 0)) for state, name in states().items() if state != "canceled"]


def table(jobs: Iterable[JobView]) -> Table:
    """The jobs as a file."""
    heads = ["id", _p("job", "Task"), _p("job", "State"), _p("job", "Runs at"), _p("job", "Tries"), _("Problem")]
    rows: list[list[Cell]] = [
        [
            one.id,
            task_name(one.task),
            states()[one.state],
            to_datetime(one.run_at).astimezone(env.zone()),
            one.tries,
            one.reason,
        ]
        for one in jobs
    ]
    return Table(_p("job", "Background work"), heads, rows)
