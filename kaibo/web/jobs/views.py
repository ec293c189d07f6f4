"""Background work for directors: what runs, what waits for its hour, what was set aside and why."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaibo.commerce.team import api as team
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.web import actors, export
from kaibo.web.jobs import words
from kaibo.web.pages import tools

NEWEST = 60


@tools.page("settings.see")
def work_page(request: HttpRequest) -> HttpResponseBase:
    """`/jobs/`: the newest jobs, failed ones first, and the repeating tasks."""
    failed = eventlog.work.jobs(state="failed", limit=NEWEST)
    running = eventlog.work.jobs(state="running", limit=NEWEST)
    newest = [one for one in eventlog.work.jobs(limit=NEWEST, routine=False) if one.state not in {"failed", "running"}]
    jobs = [*failed, *running, *newest]
    asked = export.wanted(request, {"work": lambda: words.table(jobs)})
    if asked is not None:
        return asked
    names = actors.names_of({one.actor for one in jobs})
    context = {
        "lines": [words.line(one, names) for one in jobs],
        "counts": words.counts(eventlog.work.job_counts()),
        "schedules": [
            {
                "name": words.task_name(one.task),
                "next_at": one.next_at,
                "last_at": one.last_at,
                "rhythm": words.rhythm(one.cron),
            }
            for one in eventlog.work.schedules()
        ],
        "may_retry": team.may(request.user, "job.retry"),
        "now": clock.now_us(),
    }
    return render(request, "kaibo/jobs/page.html", context)


@tools.page("job.retry", methods=("POST",))
def retry(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Let a job that was set aside run again."""
    return tools.act(
        request,
        lambda: eventlog.work.retry(job_id, actor=tools.actor(request)),
        done=_("It runs again within seconds."),
        back=reverse("work"),
    )
