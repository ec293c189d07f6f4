"""What cannot be counted is set aside with its reason, stops nothing, and is tried again."""

from collections.abc import Iterator

import pytest

from kaibo.warehouse import api, ledger, models
from kaibo.warehouse.counter import Counter
from kaibo.warehouse.tests import fakes, reference

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MINUTE = 60_000_000
DAY = 86_400_000_000


@pytest.fixture(scope="module")
def shared_counter() -> Iterator[Counter]:
    counting = Counter()
    yield counting
    counting.close()


@pytest.fixture
def counting(shared_counter: Counter) -> Counter:
    shared_counter.engine.reset()
    return shared_counter


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> fakes.FakeLog:
    return fakes.FakeLog().install(monkeypatch)


def count_all(counting: Counter) -> None:
    while counting.step():
        pass


def event(number: int, kind: str, at: int = 0, **more: object) -> fakes.Event:
    base = {"platform": "douyin", "room_id": "r1", "show_id": "A", "occurred_at": fakes.START + at}
    return {**base, "event_id": f"e{number}", "kind": kind, **more}


def order(number: int, kind: str, at: int = 0, **more: object) -> fakes.Event:
    return event(number, kind, at, **{"order_id": "o1", **more})


def test_it_counts_what_was_set_aside_once_it_can_be_read(counting: Counter, log: fakes.FakeLog) -> None:
    night = fakes.night(5, profile="orders", size=60)
    log.add(night[:20])
    log.add(night[20:40])
    log.add(night[40:])
    log.damaged.add(1)
    count_all(counting)
    assert api.request_retry() == 1
    count_all(counting)
    [aside] = api.set_aside()
    assert (aside.tries, aside.is_asked, aside.events) == (2, False, 20)
    log.damaged.clear()
    count_all(counting)
    assert fakes.rows() == reference.count([*night[:20], *night[40:]])
    api.request_retry()
    count_all(counting)
    assert (api.set_aside(), fakes.rows()) == ([], reference.count(night))
    api.request_rebuild("A")
    count_all(counting)
    assert fakes.rows() == reference.count(night)


def test_it_tries_again_what_an_older_version_failed_at(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([event(1, "viewer.entered")])
    log.damaged.add(0)
    count_all(counting)
    log.damaged.clear()
    after_restart = Counter()
    try:
        after_restart.run_once()
        assert len(api.set_aside()) == 1
        models.QuarantinedBatch.objects.update(tried_with="0.0.1")
        upgraded = Counter()
        upgraded.run_once()
        upgraded.close()
    finally:
        after_restart.close()
    assert (api.set_aside(), api.totals("A")["views"]) == ([], 1)


def test_it_does_not_count_again_what_was_counted_before_it_was_damaged(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([event(1, "viewer.entered")])
    count_all(counting)
    ledger.set_aside(log.refs[0], "it was counted and can no longer be read")
    api.request_retry()
    count_all(counting)
    assert (api.set_aside(), api.totals("A")["views"]) == ([], 1)


def test_it_sets_a_damaged_batch_aside_and_goes_on(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([event(1, "viewer.entered")])
    log.add([event(2, "viewer.entered")])
    log.add([event(3, "viewer.entered")])
    log.damaged.add(1)
    count_all(counting)
    assert api.totals("A")["views"] == 2
    [aside] = models.QuarantinedBatch.objects.all()
    assert (aside.from_seq, aside.to_seq) == (2, 2)
    assert "checksum" in aside.reason
    status = api.count_status()
    assert (status.quarantined_batches, status.behind_events) == (1, 0)


def test_it_sets_aside_a_batch_whose_sums_no_table_can_hold(counting: Counter, log: fakes.FakeLog) -> None:
    huge = {"amount_with_subsidy_minor": 9 * 10**18}
    log.add([event(number, "order.paid", order_id=f"o{number}", amount_minor=1, attrs=huge) for number in range(3)])
    log.add([event(7, "comment.posted")])
    count_all(counting)
    [aside] = models.QuarantinedBatch.objects.all()
    assert (aside.from_seq, aside.to_seq) == (1, 3)
    assert api.totals("A") == {"events": 1, "comments": 1, "nameless_comments": 1}


def test_it_sets_aside_only_the_batch_that_no_engine_can_read(counting: Counter, log: fakes.FakeLog) -> None:
    for number in range(5):
        log.add([event(number, "viewer.entered")])
    log.bodies[3] = b'{"event_id": "e3", "kind": broken\n'
    count_all(counting)
    assert api.totals("A")["views"] == 4
    assert [one.from_seq for one in models.QuarantinedBatch.objects.all()] == [4]
