"""The page of background work: for directors, with the reason of what was set aside and a way back."""

import pytest

from kaibo.eventlog import work, workers
from kaibo.web.tests.people import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_shows_what_was_set_aside_and_lets_it_run_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    work.tasks()  # Kaibo's own are declared once per process, and not in what is thrown away
    monkeypatch.setattr(work, "_tasks", {})
    ran = []

    @work.task("post")
    def post(run: work.Run) -> None:
        """Posts the round."""
        ran.append(run.job_id)
        raise work.GiveUp("the bot said no")

    job_id = work.enqueue("post", actor="user:1")
    workers.drain()
    page = cast.director.get("/jobs/").content.decode()
    assert "the bot said no" in page
    assert "Posts the round." in page
    assert cast.operator.post(f"/jobs/{job_id}/retry/").status_code == 403
    cast.director.post(f"/jobs/{job_id}/retry/")
    workers.drain()
    assert ran == [job_id, job_id]
    again = cast.director.post(f"/jobs/{job_id + 99}/retry/", follow=True)
    assert f"no failed job {job_id + 99}" in again.content.decode()


def test_it_leaves_out_what_ends_well_every_minute(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    work.tasks()  # Kaibo's own are declared once per process, and not in what is thrown away
    monkeypatch.setattr(work, "_tasks", {})
    said = ["", ""]

    @work.task("minutely", cron="* * * * *", tries=1)
    def minutely(run: work.Run) -> None:
        """Looks every minute."""
        if said.pop():
            raise work.GiveUp("the minute failed")

    @work.task("nightly", cron="30 4 * * *")
    def nightly(run: work.Run) -> None:
        """Looks every night."""

    for name in ("minutely", "nightly"):
        work.enqueue(name, actor="system:clock")
    workers.drain()
    assert [one.task for one in work.jobs(routine=False)] == ["nightly"]
    assert {one.task for one in work.jobs()} == {"minutely", "nightly"}
    said.append("fails")
    work.enqueue("minutely", actor="system:clock")
    workers.drain()
    assert "the minute failed" in cast.director.get("/jobs/").content.decode(), "what fails is always shown"


def test_it_is_closed_to_everybody_else(cast: Cast) -> None:
    for client in (cast.operator, cast.viewer, cast.outsider):
        assert client.get("/jobs/").status_code == 403
