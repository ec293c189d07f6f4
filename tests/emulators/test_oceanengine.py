"""The client of Qianchuan against its emulator: whatever goes wrong, the steps sum to the platform's totals."""

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kaibo.connectors.contracts import Checked
from kaibo.connectors.tokens import Memory
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import StoredEvent
from tests.emulators.base import Told, ticks
from tests.emulators.oceanengine import ROOMS, TOKEN, Oceanengine, RoomTotals
from tests.emulators.rig import Killed, Rig

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "s"
SETTINGS = {"app_id": "5", "secret": SECRET, "refresh_token": "first-refresh", "advertiser_id": "77"}


@pytest.fixture
def platform() -> Iterator[Oceanengine]:
    with Oceanengine() as running:
        for number in (1, 2, 3, 4, 5):
            running.rooms[number] = RoomTotals(number)
        yield running


@pytest.fixture
def rig(home: Path, platform: Oceanengine) -> Rig:
    return Rig("oceanengine", platform, dict(SETTINGS))


def grow(platform: Oceanengine, draw: random.Random) -> None:
    for room in platform.rooms.values():
        room.cost += draw.randrange(0, 9_999)
        room.gmv += draw.randrange(0, 50_000)
        room.shown += draw.randrange(0, 900)
        room.watched += draw.randrange(0, 90)


def spend(events: list[StoredEvent]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in events:
        if one.kind == "spend.reported":
            found[one.room_id] = found.get(one.room_id, 0) + (one.amount_minor or 0)
    return found


def same(platform: Oceanengine, rig: Rig) -> bool:
    events = rig.events()
    latest = {
        one.room_id: (one.attrs or {})["value"]
        for one in sorted(events, key=lambda one: one.occurred_at)
        if one.kind == "figure.reported" and (one.attrs or {})["figure"] == "views"
    }
    assert spend(events) == {str(room.room_id): room.cost for room in platform.rooms.values() if room.cost}
    attributed = sum((one.attrs or {}).get("attributed_gmv_minor", 0) for one in events)
    assert attributed == sum(room.gmv for room in platform.rooms.values())
    assert latest == {str(room.room_id): room.watched for room in platform.rooms.values()}
    return True


def test_it_tells_steps_that_sum_to_the_truth_over_an_hour_of_faults(platform: Oceanengine, rig: Rig) -> None:
    draw = random.Random(11)
    rig.options = {**rig.options, "timeout": httpx.Timeout(2)}
    platform.token_seconds = 900
    platform.fail_once(Told({"code": 40100, "message": "too many"}), path=ROOMS, after=9)
    platform.fail_once(Told({}, 429, {"retry-after": "7"}), path=ROOMS, after=17)
    platform.fail_once(Told(raw=b"<html>busy</html>"), path=ROOMS, after=23)
    platform.fail_once(Told({"code": 0}, is_cut=True), path=ROOMS, after=31)
    platform.fail_once(Told({"code": 0}, wait_seconds=4), path=ROOMS, after=37)
    for number in ticks(platform.clock, every=60, times=60):
        grow(platform, draw)
        if number == 20:
            platform.void_tokens()
        if number == 30:
            platform.fail_for(60)
        rig.ask("rooms")
    assert same(platform, rig)
    assert platform.told[503] >= 3
    assert platform.grants >= 4
    assert rig.state("rooms").failures == 0


def test_it_goes_on_where_it_was_killed(platform: Oceanengine, rig: Rig) -> None:
    draw = random.Random(3)
    for number in ticks(platform.clock, every=20, times=12):
        grow(platform, draw)
        if number % 3 == 2:
            with pytest.raises(Killed):
                rig.ask("rooms", kill_after=number % 2 + 1)
        else:
            rig.ask("rooms")
    rig.ask("rooms")
    assert same(platform, rig)


def test_it_renews_a_token_that_ends_between_two_pages(platform: Oceanengine, rig: Rig) -> None:
    grow(platform, random.Random(5))
    platform.fail_once(Told({"code": 40102, "message": "expired"}), path=ROOMS, after=1)
    assert rig.ask("rooms") == 3
    assert platform.grants == 2
    assert same(platform, rig)


def test_it_gives_money_back_that_the_platform_corrects(platform: Oceanengine, rig: Rig) -> None:
    platform.rooms[1].cost = 5_000
    rig.ask("rooms")
    platform.rooms[1].cost = 4_100
    platform.clock.sleep(20)
    rig.ask("rooms")
    assert [one.amount_minor for one in rig.events() if one.kind == "spend.reported"] == [5_000, -900]


def test_it_says_what_to_do_when_the_grant_has_ended_and_starts_over_with_a_new_one(
    platform: Oceanengine, rig: Rig
) -> None:
    platform.refresh = "another"
    rig.ask("rooms")
    state = rig.state("rooms")
    assert (state.code, state.failures) == ("grant_ended", 1)
    assert "authorise the application again" in state.problem
    rig.settings["refresh_token"] = "another"
    assert rig.ask("rooms") == 3
    assert rig.state("rooms").failures == 0


def test_it_renews_once_for_many_that_wait(platform: Oceanengine, rig: Rig) -> None:
    from kaibo.connectors.oceanengine import client

    line = replace(rig.line(), vault=Memory())  # what lies in the records is tested beside it
    got: list[str] = []

    def take() -> None:
        tokens = client._tokens(line, client._caller(line))  # each poll of a feed has its own
        got.append(tokens.current())
        tokens.renew("access-1")

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(got) <= {"access-1", "access-2"}
    assert len(got) == 8
    assert platform.grants == 2


def test_it_keeps_tokens_sealed_and_says_secrets_nowhere(
    platform: Oceanengine, rig: Rig, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    platform.fail_once(Told({"code": 40105, "message": "bad"}), path=ROOMS)
    rig.ask("rooms")
    platform.fail_for(600)
    rig.ask("rooms")
    from kaibo.eventlog.models import SealedSetting

    kept = b"".join(bytes(row.content) for row in SealedSetting.objects.all())
    assert kept
    assert b"access-" not in kept
    assert b"refresh-" not in kept
    said = caplog.text + rig.state("rooms").problem
    assert said
    assert not [secret for secret in ("access-1", "access-2", "refresh-", '"s"') if secret in said]


def test_it_tells_spend_from_the_one_report_that_was_chosen(platform: Oceanengine, rig: Rig) -> None:
    rig.settings["spend_from"] = "hours"
    platform.rooms[1].cost, platform.rooms[1].watched = 9_000, 12
    platform.hours = {"2026-06-01 19:00:00": 4_000, "2026-06-01 20:00:00": 500}
    rig.ask("rooms")
    rig.ask("hours")
    platform.clock.sleep(300)
    platform.hours["2026-06-01 20:00:00"] = 5_000
    rig.ask("hours")
    events = rig.events()
    assert spend(events) == {"account:77": 9_000}
    assert {(one.attrs or {}).get("figure") for one in events if one.room_id == "1"} >= {"views"}


def test_it_shows_a_gap_while_nobody_answers_and_no_gap_once_it_is_well(platform: Oceanengine, rig: Rig) -> None:
    now = platform.clock.now_us()
    eventlog.open_window("douyin", "1", "night", from_us=now)
    grow(platform, random.Random(1))
    rig.ask("rooms")
    rig.events()
    platform.fail_for(200)
    platform.clock.sleep(20)
    rig.ask("rooms")
    at = platform.clock.now_us()
    (gap,) = eventlog.coverage("night", now_us=at).gaps
    assert (gap.feed_id, gap.to_us, gap.reason) == (rig.feed_id, None, "platform_down")
    platform.clock.sleep(240)
    rig.ask("rooms")
    (gap,) = eventlog.coverage("night", now_us=platform.clock.now_us()).gaps
    assert gap.to_us is not None, "what was missed stays a gap, with its end"


def test_it_tries_a_connection(platform: Oceanengine, rig: Rig) -> None:
    assert rig.client.check(rig.line()) == Checked("rooms_today", "5")
    assert TOKEN in platform.paths()


def test_it_tells_what_was_spent_last_before_midnight(platform: Oceanengine, rig: Rig) -> None:
    rig.settings["spend_from"] = "hours"
    platform.clock.sleep(3 * 3600 + 56 * 60)  # 23:56 in China
    platform.hours = {"2026-06-01 23:00:00": 500_000}
    rig.ask("hours")
    platform.hours["2026-06-01 23:00:00"] = 540_000
    for number in (1, 2):
        platform.clock.sleep(300)
        platform.hours["2026-06-02 00:00:00"] = 10_000 * number
        rig.ask("hours")
    assert spend(rig.events()) == {"account:77": 560_000}


def test_it_counts_a_day_once_whose_last_reply_comes_after_midnight(platform: Oceanengine, rig: Rig) -> None:
    rig.settings["spend_from"] = "plans"
    platform.clock.sleep(3 * 3600 + 58 * 60 + 59)  # 23:58:59
    platform.plans = {"2026-06-01": 5_000_000}
    rig.ask("plans")
    platform.clock.sleep(60)
    platform.plans, platform.slow_seconds = {"2026-06-01": 5_010_000}, 2.0
    rig.ask("plans")
    assert spend(rig.events()) == {"account:77": 5_010_000}
    platform.clock.sleep(60)
    platform.plans["2026-06-02"], platform.slow_seconds = 5_000, 0.0
    rig.ask("plans")
    assert spend(rig.events()) == {"account:77": 5_015_000}
