"""Background work: at least once, retried, set aside with its reason, never two workers on one job."""

import threading
import time

import pytest
from django.db import connections, transaction

from kaibo.eventlog import work, workers
from kaibo.eventlog.errors import BadTask, JobNotFound
from kaibo.eventlog.models import Job, Schedule
from kaibo.kit.clock import DAY_US, MICROS, from_datetime, now_us, to_datetime

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
HOUR_US = 3600 * MICROS


@pytest.fixture(autouse=True)
def own_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks of one test, gone afterwards."""
    work.tasks()  # those of Kaibo are declared once per process, and not in what is thrown away
    monkeypatch.setattr(work, "_tasks", {})


def due_again() -> None:
    """The pause before the next try is over."""
    Job.objects.filter(state="waiting").update(run_at=now_us())


def test_it_runs_a_job_with_its_args_and_keeps_what_came_of_it() -> None:
    seen = []

    @work.task("greet")
    def greet(run: work.Run, *, name: str) -> str:
        run.tell(1, 2, "half way")
        seen.append((name, run.tries, run.actor))
        return f"greeted {name}"

    job_id = work.enqueue("greet", {"name": "Lin"}, actor="user:1")
    assert workers.drain() == 1
    done = work.job(job_id)
    assert (done.state, done.note, done.done, done.total) == ("done", "greeted Lin", 1, 2)
    assert seen == [("Lin", 1, "user:1")]
    assert workers.drain() == 0


def test_it_refuses_work_that_nobody_declared() -> None:
    with pytest.raises(BadTask, match="no task is called 'nothing'"):
        work.enqueue("nothing", actor="user:1")


def test_it_tries_again_later_and_then_sets_the_job_aside_with_its_reason() -> None:
    tries = []

    @work.task("fragile", tries=3)
    def fragile(run: work.Run) -> None:
        tries.append(run.tries)
        raise OSError("the bot does not answer")

    @work.task("healthy")
    def healthy(run: work.Run) -> None:
        pass

    bad = work.enqueue("fragile", actor="user:1")
    good = work.enqueue("healthy", actor="user:1")
    before = now_us()
    workers.drain()
    assert work.job(good).state == "done", "a failing job must not stop the next one"
    waiting = work.job(bad)
    assert waiting.state == "waiting"
    assert waiting.run_at - before >= 10 * MICROS
    assert "the bot does not answer" in waiting.reason
    for _ in range(2):
        due_again()
        workers.drain()
    failed = work.job(bad)
    assert (failed.state, tries) == ("failed", [1, 2, 3])
    assert "OSError: the bot does not answer" in failed.reason
    assert "fragile" in failed.traceback
    assert work.retry(bad, actor="user:2").state == "waiting"
    with pytest.raises(JobNotFound):
        work.retry(bad, actor="user:2")


def test_it_sets_aside_at_once_what_can_never_succeed() -> None:
    @work.task("hopeless")
    def hopeless(run: work.Run) -> None:
        raise work.GiveUp("no bot is configured")

    job_id = work.enqueue("hopeless", actor="user:1")
    workers.drain()
    assert (work.job(job_id).state, work.job(job_id).reason) == ("failed", "no bot is configured")


def test_it_keeps_one_unfinished_job_per_key_and_tells_it_the_new_time() -> None:
    ran = []

    @work.task("revert")
    def revert(run: work.Run, *, price: int) -> None:
        ran.append(price)

    first = work.enqueue("revert", {"price": 1}, at_us=now_us() + HOUR_US, key="ticket:1", actor="user:1")
    assert work.enqueue("revert", {"price": 2}, key="ticket:1", actor="user:1") == first
    workers.drain()
    assert ran == [2]
    again = work.enqueue("revert", {"price": 3}, at_us=now_us() + HOUR_US, key="ticket:1", actor="user:1")
    assert again != first
    assert work.cancel("ticket:1", actor="user:1", why="done by hand")
    assert not work.cancel("ticket:1", actor="user:1")
    assert work.job(again).state == "canceled"


def test_it_enqueues_with_the_transaction_of_the_caller_or_not_at_all() -> None:
    @work.task("noop")
    def noop(run: work.Run) -> None:
        pass

    class Undone(Exception):
        pass

    @transaction.atomic
    def act_and_fail() -> None:
        work.enqueue("noop", actor="user:1")
        raise Undone

    with pytest.raises(Undone):
        act_and_fail()
    assert work.jobs() == []


def test_it_gives_every_job_to_one_worker_though_eight_want_it() -> None:
    ran: list[int] = []

    @work.task("count")
    def count(run: work.Run, *, number: int) -> None:
        ran.append(number)

    for number in range(40):
        work.enqueue("count", {"number": number}, actor="user:1")

    def compete(name: str) -> None:
        while job := workers.claim(name):
            workers.run(job)
        connections.close_all()

    crew = [threading.Thread(target=compete, args=(f"host:{number}:any",)) for number in range(8)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    while left := workers.claim("host:9:any"):  # a worker may go home while others still claim
        workers.run(left)
    assert sorted(ran) == list(range(40))


def test_it_gives_the_job_of_a_dead_worker_to_the_next_and_sets_a_killer_aside() -> None:
    @work.task("killer", tries=2)
    def killer(run: work.Run) -> None:
        pass

    job_id = work.enqueue("killer", actor="user:1")
    assert workers.claim("elsewhere:1:any") is not None
    assert workers.sweep() == 0, "a worker of another machine that gave a sign of life lives"
    assert workers.sweep(now=now_us() + 2 * workers.LOST_US) == 1
    assert work.job(job_id).state == "waiting"
    Job.objects.update(run_at=now_us())
    assert workers.claim("elsewhere:2:any") is not None
    assert workers.sweep(now=now_us() + 2 * workers.LOST_US) == 1
    set_aside = work.job(job_id)
    assert set_aside.state == "failed"
    assert "gave no sign of life" in set_aside.reason


def test_it_lets_no_late_worker_settle_a_job_that_was_given_away() -> None:
    @work.task("slow")
    def slow(run: work.Run) -> None:
        workers.sweep(now=now_us() + 2 * workers.LOST_US)

    job_id = work.enqueue("slow", actor="user:1")
    job = workers.claim("elsewhere:1:any")
    assert job is not None
    workers.run(job)
    assert work.job(job_id).state == "waiting"


def test_it_keeps_a_lane_free_of_long_work() -> None:
    @work.task("import", is_long=True)
    def bring(run: work.Run) -> None:
        pass

    @work.task("post")
    def post(run: work.Run) -> None:
        pass

    work.enqueue("import", actor="user:1")
    work.enqueue("post", actor="user:1")
    first = workers.claim("host:1:quick", takes_long=False)
    assert first is not None
    assert first.task == "post"
    assert workers.claim("host:1:quick", takes_long=False) is None
    assert workers.claim("host:1:any") is not None


def test_it_fires_repeating_work_in_the_zone_of_the_team_once_however_long_it_slept() -> None:
    ran = []

    @work.task("morning", cron="30 9 * * *")
    def morning(run: work.Run) -> None:
        ran.append(run.job_id)

    assert workers.tick() == []
    row = Schedule.objects.get()
    local = to_datetime(row.next_at).astimezone(work.env.zone())
    assert (local.hour, local.minute) == (9, 30)
    assert from_datetime(local) > now_us()
    assert workers.tick(now=row.next_at + 3 * DAY_US) == ["morning"]
    assert workers.tick(now=row.next_at + 3 * DAY_US) == []
    Job.objects.update(run_at=now_us())
    workers.drain()
    assert len(ran) == 1


def test_it_refuses_a_cron_line_that_cannot_be_read() -> None:
    declare = work.task("wrong", cron="every morning")
    with pytest.raises(BadTask, match="'every morning' is no cron line"):
        declare(lambda run: None)


def test_it_works_in_the_threads_of_a_process_until_they_are_told_to_end() -> None:
    done = threading.Event()

    @work.task("signal")
    def signal(run: work.Run) -> None:
        done.set()

    crew = workers.Workers()
    crew.start()
    try:
        job_id = work.enqueue("signal", actor="user:1")
        assert done.wait(30)
        ends = time.monotonic() + 30
        while work.job(job_id).state != "done" and time.monotonic() < ends:
            time.sleep(0.01)
    finally:
        crew.stop()
    assert work.job(job_id).state == "done"
