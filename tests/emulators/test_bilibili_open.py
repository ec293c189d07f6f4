"""The line into a Bilibili room against its emulator: every packet form, lines that break, games that end."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kaibo.connectors.bilibili_open import client
from kaibo.connectors.calling import PlatformFault
from kaibo.connectors.contracts import Checked
from kaibo.connectors.pacing import Stopped, WallClock
from kaibo.connectors.polling import Page
from kaibo.connectors.tokens import Memory
from kaibo.eventlog import api as eventlog
from tests.emulators.bilibili_open import CODE, KEY, ROOM, SECRET, BilibiliOpen, comment, gift
from tests.emulators.rig import Rig

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS = {"access_key": KEY, "access_secret": SECRET, "app_id": "12", "code": CODE}


@pytest.fixture
def platform() -> Iterator[BilibiliOpen]:
    with BilibiliOpen() as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: BilibiliOpen) -> Rig:
    found = Rig("bilibili_open", platform, dict(SETTINGS))
    found.options = {"heartbeat_seconds": 0.15, "timeout": httpx.Timeout(2)}
    return found


class Listener(threading.Thread):
    """The client on a thread of its own, in real time; pages are kept afterwards, as the server would at once."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(daemon=True)
        self.stopped = threading.Event()
        self.pages: list[Page] = []
        self.fault: PlatformFault | None = None
        self._line = replace(rig.line(), clock=WallClock(self.stopped), vault=Memory())

    def run(self) -> None:
        try:
            for page in client.poll("room", {}, self._line):
                self.pages.append(page)
        except PlatformFault as fault:
            self.fault = fault
        except Stopped:
            return

    def keep(self, rig: Rig) -> None:
        rig.state("room")
        for page in self.pages:
            eventlog.polls.keep(
                rig.feed_id, "room", connector="bilibili_open", pages=list(page.bodies), cursor=page.cursor
            )

    def wait_for(self, packets: int) -> None:
        ends = time.monotonic() + 10
        while sum(len(page.bodies) for page in self.pages) < packets:
            assert time.monotonic() < ends, f"pages: {self.pages}"
            time.sleep(0.01)

    def wait_for_end(self) -> None:
        self.join(timeout=10)
        assert not self.is_alive()


def test_it_reads_every_form_of_packet_and_each_message_once_through_broken_lines(
    platform: BilibiliOpen, rig: Rig
) -> None:
    at = int(time.time())
    messages = [comment(number, at) for number in range(30)] + [gift(number, at, 1_000 + number) for number in range(9)]
    parts = {"plain": messages[:10], "zlib": messages[8:25], "brotli": messages[20:]}
    for number, (form, part) in enumerate(parts.items(), 1):
        listener = Listener(rig)
        listener.start()
        socket = platform.wait_for_line(number)
        platform.say(socket, part, form=form)
        listener.wait_for(1)
        platform.hang_up()
        listener.wait_for_end()
        assert listener.fault is not None
        assert listener.fault.code == "line_broken"
        listener.keep(rig)
    events = rig.events()
    comments = [one for one in events if one.kind == "comment.posted"]
    coins = sum((one.amount_minor or 0) for one in events if one.kind == "gift.sent")
    assert len(comments) == platform.truth["DM"] == 30
    assert coins == sum((price * 2 + 5) // 10 for price in range(1_000, 1_009))
    assert {one.room_id for one in events} == {str(ROOM)}
    assert list(platform.games.values()) == [False, False, False], "every game was ended"


def test_it_beats_pings_and_shows_that_a_quiet_room_is_alive(platform: BilibiliOpen, rig: Rig) -> None:
    listener = Listener(rig)
    listener.start()
    platform.wait_for_line()
    ends = time.monotonic() + 20
    while platform.beats < 3 or platform.pings < 2 or len(listener.pages) < 2:  # signs of life without a message
        assert time.monotonic() < ends, (platform.beats, platform.pings, listener.pages)
        time.sleep(0.02)
    listener.stopped.set()
    listener.wait_for_end()
    assert not [page for page in listener.pages if page.bodies]


def test_it_listens_on_while_the_platform_takes_no_heartbeat(platform: BilibiliOpen, rig: Rig) -> None:
    listener = Listener(rig)
    listener.start()
    socket = platform.wait_for_line()
    platform.fail_for(10**6, status=502)
    at = int(time.time())
    for number in range(4):
        platform.say(socket, [comment(number, at)])
        listener.wait_for(number + 1)
        time.sleep(0.2)  # longer than a heartbeat
    assert platform.told[502] >= 2
    assert listener.fault is None
    assert len(platform.games) == 1
    platform.clock.sleep(2 * 10**6)
    platform.hang_up()
    listener.wait_for_end()
    assert listener.fault is not None
    assert listener.fault.code == "line_broken"
    listener.keep(rig)
    assert len(rig.events()) == 4


def test_it_starts_anew_when_the_platform_ends_the_game(platform: BilibiliOpen, rig: Rig) -> None:
    listener = Listener(rig)
    listener.start()
    platform.wait_for_line()
    for game in platform.games:
        platform.games[game] = False
    listener.wait_for_end()
    assert listener.fault is not None
    assert (listener.fault.code, listener.fault.is_permanent) == ("game_ended", False)
    again = Listener(rig)
    again.start()
    platform.say(platform.wait_for_line(2), [comment(1, int(time.time()))])
    again.wait_for(1)
    platform.hang_up()
    again.wait_for_end()


def test_it_says_which_key_or_code_is_wrong(platform: BilibiliOpen, rig: Rig) -> None:
    rig.settings["code"] = "another"
    rig.ask("room")
    assert rig.state("room").code == "no_room"
    rig.settings["access_secret"] = "another"
    rig.ask("room")
    assert rig.state("room").code == "bad_signature"
    assert rig.state("room").failures == 2


def test_it_tries_a_connection_and_leaves_no_game_behind(platform: BilibiliOpen, rig: Rig) -> None:
    assert rig.client.check(rig.line()) == Checked("room", str(ROOM))
    assert list(platform.games.values()) == [False]
