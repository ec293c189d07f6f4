"""Settlement files of Doudian: made, fetched, kept as received and imported, each fen once."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from kaibo.commerce.shows import api as shows
from kaibo.connectors.doudian import client, settlements
from kaibo.eventlog import api as eventlog
from kaibo.eventlog import workers
from kaibo.eventlog.models import Delivered
from kaibo.kit.clock import HOUR_US
from kaibo.operations.imports import api as imports
from kaibo.operations.imports import tables
from kaibo.operations.imports.contracts import TableState
from kaibo.operations.imports.models import Table
from kaibo.web.feedforms.health import health
from tests.emulators.base import Told, VirtualClock
from tests.emulators.doudian import ASK_FOR, ASK_WHERE, FILES, KEY, SECRET, SHOP, Doudian, bill
from tests.emulators.rig import Killed, Rig

pytestmark = pytest.mark.django_db(transaction=True)
ROOM = "7301"
POLL = "settlements"


@pytest.fixture
def platform() -> Iterator[Doudian]:
    with Doudian(VirtualClock()) as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: Doudian) -> Rig:
    now = platform.clock.now_us()
    shows.ensure_show(
        "night", platform="douyin", room_id=ROOM, started_at=now - HOUR_US, ended_at=now + 3 * HOUR_US, actor="user:1"
    )
    return Rig("doudian", platform, {"app_key": KEY, "secret": SECRET, "shop_id": SHOP})


def sell(platform: Doudian, rig: Rig, *, orders: int = 12) -> None:
    """A night of orders, told by the interface, of which the shop is paid for half on each of the two next days."""
    draw = random.Random(orders)
    placed = [
        platform.place(100 + number, *(draw.randrange(1, 99_999) for _ in range(draw.randrange(1, 4))), room=ROOM)
        for number in range(orders)
    ]
    platform.clock.sleep(60)
    rig.ask("orders")
    rig.events()
    for part in (placed[: orders // 2], placed[orders // 2 :]):
        platform.clock.sleep(86_400)
        for order in part:
            platform.settle(order, fee=draw.randrange(9), commission=draw.randrange(30))
    platform.clock.sleep(86_400 - 6 * 3600)  # 14 in the afternoon of the day after


def fetch(rig: Rig, *, rounds: int = 60) -> None:
    """Ask as the server would, until nothing is under way."""
    for _round in range(rounds):
        rig.ask(POLL)
        state = rig.state(POLL)
        if state.failures == 0 and "to" not in state.cursor and state.next_at - rig.clock.now_us() > 600_000_000:
            return
        rig.clock.sleep(61)
    raise AssertionError(f"still under way: {rig.state(POLL)}")


def bring() -> int:
    """What the worker does: take the fetched files, then run the jobs that stand there."""
    taken = imports.take_fetched()
    while (job := workers.claim("test")) is not None:
        assert workers.run(job) == "done", job
    return taken


def told(rig: Rig) -> Counter[str]:
    """Sums of what the log says of settlements, in fen."""
    found: Counter[str] = Counter()
    for one in rig.events():
        attrs = one.attrs or {}
        if attrs.get("their_kind") == "settlement" and one.sign > 0:
            assert (one.show_id, one.room_id) == ("night", ROOM)
            found["lines"] += 1
            found.update({name: attrs[f"{name}_minor"] for name in ("amount", "income", "fee", "commission")})
    return found


def truth(platform: Doudian) -> Counter[str]:
    rows = platform.settled
    return Counter(
        lines=len(rows),
        amount=sum(one.amount for one in rows),
        income=sum(one.income for one in rows),
        fee=-sum(one.fee for one in rows),
        commission=-sum(one.commission for one in rows),
    )


def test_it_brings_every_fen_of_a_settlement_beside_its_show(platform: Doudian, rig: Rig) -> None:
    sell(platform, rig)
    fetch(rig)
    assert bring() == settlements.FIRST_DAYS
    assert told(rig) == truth(platform)
    assert truth(platform)["amount"] > 0
    assert {row.state for row in Table.objects.all()} == {TableState.COMPLETE}
    assert bring() == 0


def test_it_keeps_each_file_as_it_was_received(platform: Doudian, rig: Rig) -> None:
    sell(platform, rig)
    fetch(rig)
    kept = [bytes(one.body) for one in Delivered.objects.filter(identity__startswith="file:").order_by("id")]
    assert kept == [bill(made.rows) for made in platform.files.values()]
    rig.events()
    (latest, *_rest) = eventlog.inbox.items(feed_id=rig.feed_id)
    assert (latest.state, latest.count) == ("translated", 0)


def test_it_outlives_every_fault_of_an_afternoon(platform: Doudian, rig: Rig) -> None:
    sell(platform, rig)
    platform.fail_once(Told({}, 429, {"retry-after": "20"}), path=FILES, after=1)
    platform.fail_once(Told({}, 429, {"retry-after": "5"}), path=ASK_WHERE, after=1)
    platform.fail_once(Told(raw=b"half of", is_cut=True), path=FILES, after=3)
    platform.fail_once(Told({"err_no": 30002, "message": "expired"}), path=ASK_WHERE, after=5)
    platform.before(platform.access.clear, path=ASK_FOR, after=3)
    platform.before(lambda: platform.clock.sleep(platform.address_seconds + 1), path=FILES, after=5)
    platform.before(lambda: platform.fail_for(60, status=502), path=FILES, after=3)
    fetch(rig)
    assert (platform.told[429], platform.told[403]) == (2, 1)
    assert platform.told[502] >= 3
    assert platform.grants >= 2
    bring()
    assert told(rig) == truth(platform)
    assert len(platform.files) == settlements.FIRST_DAYS, "no file was asked for twice"


def test_it_waits_for_a_file_that_is_being_made_and_asks_for_it_once(platform: Doudian, rig: Rig) -> None:
    sell(platform, rig)
    platform.make_seconds = 3 * 3600
    rig.ask(POLL)
    for _minute in range(170):
        platform.clock.sleep(61)
        rig.ask(POLL)
    assert (len(platform.files), rig.state(POLL).failures) == (1, 0)
    assert FILES not in "".join(platform.paths())
    platform.clock.sleep(1200)
    rig.ask(POLL)
    assert len(platform.files) == 2, "the first is here, the next is asked for"


def test_it_asks_anew_for_a_file_that_is_never_made(platform: Doudian, rig: Rig) -> None:
    sell(platform, rig)
    platform.make_seconds = 10**9
    rig.ask(POLL)
    platform.clock.sleep(settlements.PATIENCE_SECONDS + 1)
    rig.ask(POLL)
    platform.make_seconds = 60
    fetch(rig)
    bring()
    assert told(rig) == truth(platform)


@pytest.mark.parametrize("pages", range(5))
def test_it_goes_on_after_a_kill_wherever_it_falls(platform: Doudian, rig: Rig, pages: int) -> None:
    sell(platform, rig)
    kills = 0
    for _round in range(12):
        try:
            rig.ask(POLL, kill_after=pages)
        except Killed:
            kills += 1
        platform.clock.sleep(200)
    fetch(rig)
    bring()
    assert told(rig) == truth(platform)
    assert len(platform.files) <= settlements.FIRST_DAYS + kills
    assert kills or pages > 1


def test_it_takes_a_file_once_though_a_worker_dies_over_it(
    platform: Doudian, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(platform, rig)
    fetch(rig)

    def die(*_arguments: object, **_more: object) -> None:
        raise Killed

    for name in ("start", "drop"):
        with monkeypatch.context() as patch:
            patch.setattr(tables, name, die)
            with pytest.raises(Killed):
                imports.take_fetched()
    bring()
    assert Table.objects.count() == settlements.FIRST_DAYS
    assert told(rig) == truth(platform)


@pytest.mark.parametrize("is_dropped_first", [True, False])
def test_it_counts_once_what_is_fetched_and_dropped_by_hand(
    platform: Doudian, rig: Rig, tmp_path: Path, is_dropped_first: bool
) -> None:
    sell(platform, rig)
    path = tmp_path / "结算单.csv"
    path.write_bytes(bill(platform.settled))

    def drop() -> None:
        assert imports.import_table(path, actor="user:1").state == TableState.COMPLETE

    if is_dropped_first:
        drop()
    fetch(rig)
    bring()
    if not is_dropped_first:
        drop()
    assert told(rig) == truth(platform)


def test_it_counts_once_a_file_that_comes_twice_or_grows(platform: Doudian, rig: Rig) -> None:
    sell(platform, rig)
    fetch(rig)
    bring()
    late = platform.settled[-1]
    platform.settled.append(type(late)(late.order_id, late.line_id, late.at + 1, late.placed, 77, 0, 0))
    eventlog.polls.keep(rig.feed_id, POLL, connector="doudian", pages=[], cursor={})
    fetch(rig)
    assert bring() == 1, "six files are known, the seventh has grown"
    assert told(rig) == truth(platform)


@pytest.mark.parametrize(
    "host",
    ["https://files.example.com", "https://bytetos.com.example.com", "http://x.bytetos.com", "https://x@x.bytetos.com",
     "https://x.bytetos.com:8443", "http://127.0.0.1:9", "file://x.bytetos.com"],
)  # fmt: skip
def test_it_fetches_from_the_platforms_domain_alone(platform: Doudian, rig: Rig, host: str) -> None:
    sell(platform, rig)
    platform.file_host, platform.make_seconds = host, 0
    rig.ask(POLL)
    state = rig.state(POLL)
    assert state.code == "strange_address"
    assert "signature" not in state.problem


def test_it_follows_no_redirect(platform: Doudian, rig: Rig) -> None:
    sell(platform, rig)
    platform.make_seconds = 0
    platform.fail_once(Told({}, 302, {"location": f"{platform.base}/elsewhere"}), path=FILES)
    rig.ask(POLL)
    assert rig.state(POLL).code == "strange_address"
    assert "/elsewhere" not in platform.paths()


def test_it_asks_in_halves_for_what_is_too_large_to_hold(
    platform: Doudian, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(platform, rig)
    monkeypatch.setattr(settlements, "LONGEST_BYTES", len(bill(platform.settled)) // 2 - 1)
    platform.settled = [
        type(one)(one.order_id, one.line_id, one.at + 600 * place, one.placed, one.income, one.fee, one.commission)
        for place, one in enumerate(platform.settled)
    ]
    fetch(rig, rounds=200)
    assert bring() > settlements.FIRST_DAYS
    assert told(rig) == truth(platform)
    monkeypatch.setattr(settlements, "LONGEST_BYTES", 10)
    eventlog.polls.keep(rig.feed_id, POLL, connector="doudian", pages=[], cursor={})
    for _round in range(30):
        rig.ask(POLL)
        platform.clock.sleep(200)
    assert rig.state(POLL).code == "too_large"
    assert "minute" in rig.state(POLL).problem


def test_it_says_what_the_platform_refuses(platform: Doudian, rig: Rig) -> None:
    sell(platform, rig)
    refusal = {"code": 40003, "sub_code": "isv.app-permissions-insufficient:8", "msg": "no"}
    platform.fail_once(Told(refusal), path=ASK_FOR)
    rig.ask(POLL)
    assert rig.state(POLL).code == "not_allowed"
    platform.fail_once(Told({"data": {"code": "100005", "code_msg": "时间跨度过大"}, "err_no": 0}), path=ASK_FOR)
    rig.ask(POLL)
    state = rig.state(POLL)
    assert state.code == "not_made"
    assert "100005 时间跨度过大" in state.problem
    assert client.SETTLEMENTS in {one.name for one in client.wanted_polls({})}
    assert client.SETTLEMENTS not in {one.name for one in client.wanted_polls({"settlements": "no"})}


def test_it_shows_what_was_fetched_and_what_became_of_it(platform: Doudian, rig: Rig) -> None:
    sell(platform, rig)
    beside = platform.place(900, 5_000, room="0")
    platform.clock.sleep(60)
    rig.ask("orders")
    platform.settle(beside)
    platform.clock.sleep(86_400)
    fetch(rig)
    with translation.override("en"):
        shows_each_file(platform, rig)


def shows_each_file(platform: Doudian, rig: Rig) -> None:
    before = health(eventlog.feed(rig.feed_id), [], now_us=platform.clock.now_us()).files
    assert {one.state for one in before} == {"fetched, waits for the import"}
    bring()
    found = health(eventlog.feed(rig.feed_id), [], now_us=platform.clock.now_us())
    assert [one.name for one in found.files[:2]] == [
        "doudian-settlement-2026-06-04.csv", "doudian-settlement-2026-06-03.csv",
    ]  # fmt: skip
    assert {one.state for one in found.files} == {"imported"}
    assert found.files[0].says.startswith("0 new · ")
    assert found.files[0].says.endswith(" · orders not known yet: import the orders first 1")
    assert not found.files[0].is_bad
    assert found.files[0].received_at > platform.settled[-1].at * 1_000_000
    (line,) = [one for one in found.polls if one.name == "Settlement files"]
    assert line.light == "good"
