"""The client of Douyin's room data against its emulator: every total of every show once, whatever breaks between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.connectors.douyin_room.translate import FIGURES
from tests.emulators.base import Told, ticks
from tests.emulators.douyin_room import AUDIENCE, BASE, INTERACTIVE, KEY, LISTED, OPEN_ID, SECRET, DouyinRoom, Show
from tests.emulators.rig import Killed, Rig

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform() -> Iterator[DouyinRoom]:
    with DouyinRoom() as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: DouyinRoom) -> Rig:
    return Rig("douyin_room", platform, {"client_key": KEY, "refresh_token": SECRET, "open_id": OPEN_ID})


def stated(rig: Rig) -> dict[tuple[str, str], int]:
    """Room and figure -> value; the same told twice fails."""
    found: dict[tuple[str, str], int] = {}
    for one in rig.events():
        attrs = one.attrs or {}
        assert one.kind == "figure.reported"
        assert attrs["is_final"] is True
        assert (one.room_id, attrs["figure"]) not in found
        found[one.room_id, attrs["figure"]] = attrs["value"]
    return found


def truth(*shows: Show) -> dict[tuple[str, str], int]:
    return {(one.room, FIGURES[name]): value for one in shows for name, value in one.totals.items()}


def test_it_states_every_total_once_over_days_of_faults_and_kills(platform: DouyinRoom, rig: Rig) -> None:
    platform.fail_once(Told({}, 429, {"retry-after": "2"}), path=BASE, after=2)
    platform.fail_once(Told(raw=b"busy"), path=INTERACTIVE, after=1)
    platform.fail_once(Told({"err_no": 28001005, "err_msg": "busy"}), path=AUDIENCE, after=2)
    platform.fail_once(Told({"err_no": 28001008, "err_msg": "expired"}), path=INTERACTIVE, after=3)
    shows = []
    for number in ticks(platform.clock, every=400, times=24):
        if number % 3 == 0:
            shows.append(platform.show(7_300 + number, seconds=300, first=100 * number + 1))
        if number == 9:
            platform.fail_for(60, status=500)
        if number in {3, 15, 21}:  # the show before is complete by now: its page is the first
            with pytest.raises(Killed):
                rig.ask("totals", kill_after=1)
        rig.ask("totals")
    platform.clock.sleep(2_000)
    rig.ask("totals")
    assert stated(rig) == truth(*shows)
    assert platform.grants >= 3
    assert rig.state("totals").failures == 0
    assert sorted(rig.state("totals").cursor["done"]) == sorted(one.room for one in shows)


def test_it_waits_for_what_is_not_ready_and_asks_no_more_once_it_is(platform: DouyinRoom, rig: Rig) -> None:
    show = platform.show(7_301, seconds=300, first=5)
    rig.ask("totals")
    assert stated(rig) == {}, "before it is stated, unknown is not zero"
    platform.clock.sleep(700)
    rig.ask("totals")
    assert stated(rig) == {("7301", "followers_gained"): 5}
    platform.clock.sleep(700)
    rig.ask("totals")
    assert stated(rig) == truth(show)
    assert {one.occurred_at for one in rig.events()} == {show.end * 1_000_000}
    before = len(platform.asked)
    rig.ask("totals")
    assert platform.paths()[before:] == [LISTED]


def test_it_speaks_of_the_room_that_the_feed_names(home: Path, platform: DouyinRoom) -> None:
    rig = Rig("douyin_room", platform, {"client_key": KEY, "refresh_token": SECRET, "open_id": OPEN_ID}, rooms=("红",))
    platform.show(7_301, seconds=300, first=5)
    platform.clock.sleep(2_000)
    rig.ask("totals")
    assert {room for room, _figure in stated(rig)} == {"红"}


def test_it_says_what_the_platform_refuses(platform: DouyinRoom, rig: Rig) -> None:
    assert rig.client.check(rig.line()).number == OPEN_ID
    rig.settings["open_id"] = "somebody"
    rig.ask("totals")
    assert rig.state("totals").code == "not_allowed"
    rig.settings |= {"open_id": OPEN_ID, "refresh_token": "old"}
    rig.ask("totals")
    assert rig.state("totals").code == "grant_ended"
    platform.fail_once(Told({"err_no": 28003017, "err_msg": "quota"}), path=LISTED)
    rig.settings["refresh_token"] = SECRET
    rig.ask("totals")
    assert rig.state("totals").code == "quota"
