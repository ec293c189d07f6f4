"""Every client against every fault: what the log says afterwards equals the emulator's truth, to the cent."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kaibo.connectors import registry, tiers
from kaibo.connectors.contracts import BadLine
from kaibo.connectors.faults import FAULTS
from kaibo.connectors.pollworker import client_of
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.models import Delivered
from tests.emulators.base import Told
from tests.emulators.benches import EVERY, Bench
from tests.emulators.rig import Doubling, Killed, Shuffling

pytestmark = pytest.mark.django_db(transaction=True)
CALLERS = sorted(one for one in registry.manifests() if client_of(one) is not None)
DEATHS = (0, 1, 2, 2, 2)


def survivors(fault: str) -> list[Any]:
    """Every client that claims to survive it; the others say in their manifest what their platform lacks."""
    found = [one for one in CALLERS if fault not in registry.manifest_of(one).lacks]
    return [pytest.param(one, marks=pytest.mark.proof(fault)) for one in found]


@pytest.fixture
def bench(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    found = EVERY[request.param](monkeypatch)
    with found.platform:
        yield found


class Evening:
    """Three rounds, the middle one harmed; between them the platform goes on."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.platform, self.rig = bench, bench.platform, bench.rig()

    def pass_by(self) -> None:
        self.bench.happen()
        self.platform.clock.sleep(self.bench.settle_seconds)

    def ask(self, **how: Any) -> None:
        for name in self.bench.polls:
            self.rig.ask(name, **how)

    def quiet(self) -> None:
        self.pass_by()
        self.ask()

    def ends_true(self) -> None:
        self.quiet()
        events = self.rig.events()
        assert self.bench.told(events) == self.bench.truth()
        assert min(self.bench.truth().values()) > 0
        assert len({(one.room_id, one.event_id) for one in events}) == len(events)

    def failures(self) -> list[str]:
        """Polls that fail now, but for a line that has just been hung up."""
        found = [self.rig.state(name) for name in self.bench.polls]
        return [one.code for one in found if one.failures and one.code != "line_broken"]


@pytest.mark.parametrize("bench", survivors("token"), indirect=True)
def test_it_renews_a_token_that_ends_in_mid_page(bench: Bench) -> None:
    evening = Evening(bench)
    evening.quiet()
    grants = bench.platform.grants
    evening.pass_by()
    bench.platform.before(bench.end_token, path=bench.path, after=bench.after)
    asked = len(bench.platform.asked)
    evening.ask()
    assert bench.platform.grants == grants + 1
    assert sum(bench.path in path for path in bench.platform.paths()[asked:]) >= 4, "pages, and the refused one again"
    assert not evening.failures()
    evening.ends_true()


@pytest.mark.parametrize("bench", survivors("limit"), indirect=True)
def test_it_waits_as_long_as_a_429_says(bench: Bench) -> None:
    evening = Evening(bench)
    evening.quiet()
    evening.pass_by()
    bench.platform.fail_once(Told({}, 429, {"retry-after": "37"}), path=bench.path, after=bench.after)
    before = len(bench.platform.clock.slept)
    evening.ask()
    assert bench.platform.told[429] == 1
    assert max(bench.platform.clock.slept[before:]) >= 37
    assert not evening.failures()
    evening.ends_true()


@pytest.mark.parametrize("bench", survivors("outage"), indirect=True)
def test_it_outlives_a_minute_of_5xx(bench: Bench) -> None:
    evening = Evening(bench)
    evening.quiet()
    evening.pass_by()
    bench.platform.before(lambda: bench.platform.fail_for(60, status=502), path=bench.path, after=bench.after)
    for _try in range(4):
        evening.ask()
        if not evening.failures():
            break
        bench.platform.clock.sleep(60)
    assert bench.platform.told[502] >= 3
    assert not evening.failures()
    evening.ends_true()


@pytest.mark.parametrize("bench", survivors("kill"), indirect=True)
def test_it_goes_on_after_a_kill_wherever_it_falls(bench: Bench) -> None:
    evening, kills = Evening(bench), 0
    evening.quiet()
    evening.pass_by()
    for pages in DEATHS:
        for name in bench.polls:
            try:
                evening.rig.ask(name, kill_after=pages)
            except Killed:
                kills += 1
    assert kills >= len(bench.polls) + 1
    evening.ask()
    assert not evening.failures()
    evening.ends_true()


@pytest.mark.parametrize("bench", survivors("duplicates"), indirect=True)
def test_it_counts_once_what_comes_twice(bench: Bench) -> None:
    """Rows twice in a page, each page kept twice, and where it is asked by time, everything from the beginning."""
    bench.platform.twist = lambda _asked, told: _each_list(told, bench.rows, lambda rows: [*rows, *rows])
    evening = Evening(bench)
    evening.pass_by()
    evening.ask(through=Doubling)
    evening.pass_by()
    evening.ask(through=Doubling)
    if bench.may_forget:
        for name in bench.polls:
            kept = {"since_us": evening.rig.state(name).cursor.get("since_us")}
            cursor = {key: value for key, value in kept.items() if value is not None}
            eventlog.polls.keep(evening.rig.feed_id, name, connector=bench.connector, pages=[], cursor=cursor)
    evening.ends_true()
    copies = eventlog.feed(evening.rig.feed_id).duplicates
    assert copies > 0


@pytest.mark.parametrize("bench", survivors("disorder"), indirect=True)
def test_it_tells_the_same_whatever_the_order(bench: Bench) -> None:
    draw = random.Random(5)
    bench.platform.twist = lambda _asked, told: _each_list(told, bench.rows, lambda rows: draw.sample(rows, len(rows)))
    evening = Evening(bench)
    for _round in range(3):
        evening.pass_by()
        evening.ask(through=Shuffling)
    evening.ends_true()


@pytest.mark.proof(tiers.SECRETS)
@pytest.mark.parametrize("bench", CALLERS, indirect=True)
def test_it_says_no_secret_anywhere(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    evening = Evening(bench)
    evening.quiet()
    bench.platform.before(bench.end_token, path=bench.path, after=0)
    evening.pass_by()
    evening.ask()
    bench.platform.fail_for(3_600, status=500)
    bench.platform.clock.sleep(bench.settle_seconds)
    evening.ask()
    secret = {need.name for need in registry.feed_settings(bench.connector) if need.is_secret}
    values = [value for name, value in bench.settings().items() if name in secret and len(value) > 1]
    problems = [evening.rig.state(name).problem for name in bench.polls]
    assert values or bench.connector == "oceanengine"
    assert all(problems)
    said = caplog.text + "".join(problems)
    found = [one for one in (*values, *getattr(bench.platform, "access", ())) if one in said]
    assert not found


@pytest.mark.proof(tiers.REPLAY)
@pytest.mark.parametrize("bench", CALLERS, indirect=True)
def test_it_tells_a_whole_evening_again_from_what_was_kept_raw(bench: Bench) -> None:
    evening = Evening(bench)
    evening.quiet()
    evening.ends_true()
    translator = registry.payload_translator(bench.connector)
    told = [
        one
        for row in Delivered.objects.filter(feed_id=evening.rig.feed_id)
        for one in translator.translate(
            bytes(row.payload or row.body), {**row.told, "received_at": str(row.received_at)}
        )
        if isinstance(one, PlatformEvent)
    ]
    log = {(one.room_id, one.event_id, one.kind, one.amount_minor) for one in evening.rig.events()}
    assert {(one.room_id, one.event_id, one.kind, one.amount_minor) for one in told} == log
    assert not [one for one in told if isinstance(one, BadLine)]


@pytest.mark.proof(tiers.HEALTH)
@pytest.mark.parametrize("bench", CALLERS, indirect=True)
def test_it_shows_its_lag_its_copies_and_its_gap_while_nobody_answers(bench: Bench) -> None:
    if bench.connector == "douyin_room":
        bench.bound = ("7301",)  # else each show has a room of its own
    evening = Evening(bench)
    evening.pass_by()
    evening.ask(through=Doubling)
    rooms = {one.room_id for one in evening.rig.events()}
    feed = eventlog.feed(evening.rig.feed_id)
    assert feed.accepted > 0
    assert feed.duplicates > 0
    assert feed.last_event_at
    start = bench.platform.clock.now_us()
    bench.platform.clock.sleep(5)
    for room in sorted(rooms):
        eventlog.open_window(feed.platform, room, "night", from_us=start)
    evening.quiet()
    evening.rig.events()
    bench.platform.fail_for(100_000)
    bench.platform.clock.sleep(40_000)
    evening.ask()
    now = bench.platform.clock.now_us()
    (share,) = [one for one in eventlog.shares("night", now_us=now) if one.feed_id == feed.id]
    assert share.is_open
    assert share.ratio is not None
    assert 0 <= share.ratio < 0.5
    assert all(evening.rig.state(name).failures for name in bench.polls)


@pytest.mark.proof("kill")
@pytest.mark.parametrize("bench", ["bilibili_open"], indirect=True)
def test_it_shows_as_a_gap_what_a_room_says_while_nobody_listens(bench: Bench) -> None:
    """The protocol keeps nothing: what a killed process had in its hands is gone, and the gap says when."""
    evening = Evening(bench)
    eventlog.open_window("bilibili", "910", "night", from_us=bench.platform.clock.now_us())
    evening.quiet()
    evening.rig.events()
    before = bench.platform.clock.now_us()
    said = len(bench.said)  # type: ignore[attr-defined]
    evening.pass_by()
    with pytest.raises(Killed):
        evening.rig.ask("room", kill_after=0)
    lost = bench.said[said:]  # type: ignore[attr-defined]
    bench.said[said:] = []  # type: ignore[attr-defined]
    assert lost
    evening.ends_true()
    gaps = eventlog.coverage("night", now_us=bench.platform.clock.now_us()).gaps
    assert any(gap.from_us <= before and gap.to_us is not None for gap in gaps), gaps


def test_it_has_a_bench_for_every_client_and_a_word_for_every_lack() -> None:
    assert sorted(EVERY) == CALLERS
    for one in CALLERS:
        lacks = registry.manifest_of(one).lacks
        assert set(lacks) <= set(FAULTS), one
        assert all(said.get("zh") and said.get("en") for said in lacks.values()), one


def _each_list(told: Told, names: tuple[str, ...], change: Any) -> None:
    """Changes every list of rows under one of these names, also inside a payload kept as text."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(one) for one in value]
        if not isinstance(value, dict):
            return value
        found = {name: walk(one) for name, one in value.items()}
        for name in names:
            if isinstance(found.get(name), list):
                found[name] = change(found[name])
        return found

    told.body = walk(told.body)
