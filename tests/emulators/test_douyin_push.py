"""Douyin's tasks against their emulator: started when a room goes on air, kept running, lost gifts fetched once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kaibo.connectors.contracts import Checked
from kaibo.connectors.douyin_push import client
from kaibo.eventlog import api as eventlog
from tests.emulators.base import Told
from tests.emulators.douyin_push import APP, LOST, SECRET, START, DouyinPush
from tests.emulators.rig import Killed, Rig

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform() -> Iterator[DouyinPush]:
    with DouyinPush() as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: DouyinPush) -> Rig:
    return Rig("douyin_push", platform, {"app_id": APP, "app_secret": SECRET, "secret": "x"}, rooms=("771", "772"))


def gift(number: int, at: int) -> dict[str, Any]:
    return {
        "msg_id": f"g{number}", "sec_openid": "p", "sec_gift_id": "1", "gift_num": 1, "gift_value": 100 + number,
        "timestamp": at,
    }  # fmt: skip


def test_it_starts_tasks_when_a_room_goes_on_air_and_keeps_them_running(platform: DouyinPush, rig: Rig) -> None:
    rig.ask("tasks")
    assert (platform.running, rig.state("tasks").failures) == (set(), 0), "a room off air is no failure"
    platform.on_air.add("771")
    rig.ask("tasks")
    assert platform.running == {("771", kind) for kind in client.PUSHED}
    started = platform.paths().count(START)
    rig.ask("tasks")
    assert platform.paths().count(START) == started + len(client.PUSHED), "only the other room is tried again"
    platform.running.discard(("771", "live_like"))
    rig.ask("tasks")
    assert ("771", "live_like") in platform.running


def test_it_fetches_what_could_not_be_pushed_once(
    platform: DouyinPush, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 4)
    at = platform.clock.seconds
    gifts = [gift(number, at) for number in range(11)]
    body = json.dumps(gifts[:2]).encode()
    told = {"room": "771", "msg_type": "live_gift"}
    eventlog.inbox.receive(rig.feed_id, connector="douyin_push", body=body, told=told)
    for one in gifts[:7]:
        platform.lose("771", "live_gift", one)
    platform.fail_once(Told({}, 502), path=LOST, after=1)
    with pytest.raises(Killed):
        rig.ask("lost", kill_after=1)
    rig.ask("lost")
    for one in gifts[7:]:
        platform.lose("771", "live_gift", one)
    platform.access.clear()
    rig.ask("lost")
    found = [one for one in rig.events() if one.kind == "gift.sent"]
    assert sum(one.amount_minor or 0 for one in found) == sum(one["gift_value"] for one in gifts)
    assert platform.grants == 2


def test_it_says_what_is_missing(platform: DouyinPush, rig: Rig) -> None:
    rig.rooms = ()
    rig.ask("tasks")
    assert rig.state("tasks").code == "no_rooms"
    rig.settings["app_secret"] = "other"
    rig.rooms = ("771",)
    rig.ask("tasks")
    assert rig.state("tasks").code == "bad_secret"
    rig.settings["app_secret"] = SECRET
    assert rig.client.check(rig.line()) == Checked("account", APP)
