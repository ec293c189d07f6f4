"""The client of WeCom against its emulator: groups, days, customers and confirmations, each once."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kaibo.connectors.wecom import client
from kaibo.eventlog.events import StoredEvent
from tests.emulators.base import Told, ticks
from tests.emulators.rig import Killed, Rig
from tests.emulators.wecom import CORP, DAY, ROOT, SECRET, Wecom

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = ("李四", "李部长", "老王", "13800000001", "union-1", "lisi", "zhangsan", "今晚八点开播")


@pytest.fixture
def platform() -> Iterator[Wecom]:
    with Wecom() as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: Wecom) -> Rig:
    return Rig("wecom", platform, {"receiver": CORP, "contact_secret": SECRET})


def kept(rig: Rig, their_kind: str) -> list[StoredEvent]:
    return [one for one in rig.events() if (one.attrs or {}).get("their_kind") == their_kind]


def figures(rig: Rig, name: str) -> list[tuple[str, Any]]:
    events = sorted(rig.events(), key=lambda one: one.occurred_at)
    return [(one.room_id, one.attrs["value"]) for one in events if (one.attrs or {}).get("figure") == name]


def test_it_keeps_every_customer_and_confirmation_once_through_faults_and_kills(platform: Wecom, rig: Rig) -> None:
    draw = random.Random(3)
    platform.token_seconds = 1_500
    platform.fail_once(Told({}, 429, {"retry-after": "2"}), path="batch/get_by_user", after=3)
    platform.fail_once(Told({"errcode": 45009, "errmsg": "api freq out of limit"}), path="groupmsg_task", after=4)
    platform.fail_once(Told({"errcode": -1, "errmsg": "system busy"}), path="groupmsg_list", after=2)
    platform.fail_once(Told(raw=b"<html>"), path="get_follow_user_list", after=2)
    confirmed = set()
    for number in ticks(platform.clock, every=120, times=30):
        for place in range(draw.randrange(3)):
            platform.add(f"wm-{number}-{place}", draw.choice(platform.members), state=f"show-{number % 4}")
        if number % 6 == 0:
            platform.ask_to_send(f"msg-{number}", draw.choice(("single", "group")))
        if draw.random() < 0.5:
            msgid, member = draw.choice(list(platform.tasks)), draw.choice(platform.members)
            if (msgid, member) not in confirmed:
                platform.confirm(msgid, member)
                confirmed.add((msgid, member))
        if number == 12:
            platform.fail_for(60)
        if number % 7 == 3:
            with pytest.raises(Killed):
                rig.ask(draw.choice(("contacts", "messages")), kill_after=1)
        rig.ask("contacts")
        rig.ask("messages")
    contacts = kept(rig, "external_contact")
    assert len(contacts) == len({one.event_id for one in contacts}) == len(platform.contacts)
    states = Counter(one.attrs["state"] for one in contacts)
    assert states == Counter(state for _customer, _member, _at, state in platform.contacts)
    tasks = Counter(one.attrs["state"] for one in kept(rig, "message_task"))
    assert tasks["sent"] == len(confirmed)
    assert platform.grants >= 2
    assert rig.state("contacts").failures == rig.state("messages").failures == 0
    assert not [word for word in PEOPLE if word in str(rig.events())]


def test_it_states_how_many_are_in_each_group_and_resumes_within_the_list(platform: Wecom, rig: Rig) -> None:
    for number in range(7):
        platform.open_group(f"wr-{number}", customers=number)
    with pytest.raises(Killed):
        rig.ask("groups", kill_after=2)
    platform.access.clear()  # the token ends in the middle of the list
    rig.ask("groups")
    assert sorted(figures(rig, "group_customers")) == [(f"wr-{number}", number) for number in range(7)]
    asked = [one.json()["chat_id"] for one in platform.asked if one.path == ROOT + "groupchat/get"]
    assert asked.count("wr-0") == asked.count("wr-1") == 1
    platform.open_group("wr-0", customers=9)
    platform.clock.sleep(900)
    rig.ask("groups")
    assert figures(rig, "group_customers")[-7:][0] == ("wr-0", 9)
    assert figures(rig, "group_members")[-7:][0] == ("wr-0", 10)


def test_it_states_each_day_that_is_over_once(platform: Wecom, rig: Rig) -> None:
    platform.open_group("wr-1", customers=4)
    midnight = platform.clock.seconds - 20 * 3600 - platform.clock.seconds % 3600
    for back in range(1, 8):
        platform.messages[midnight - back * DAY] = 100 + back
    platform.fail_once(Told({}, 503), path="statistic", after=2)
    with pytest.raises(Killed):
        rig.ask("statistics", kill_after=3)
    rig.ask("statistics")
    rig.ask("statistics")
    assert figures(rig, "group_day.msg_total") == [(f"corp:{CORP}", 100 + back) for back in range(7, 0, -1)]
    platform.clock.sleep(6 * 3600)  # past midnight: yesterday is not ready yet
    rig.ask("statistics")
    assert len(figures(rig, "group_day.msg_total")) == 7
    platform.clock.sleep(7 * 3600)
    rig.ask("statistics")
    assert figures(rig, "group_day.msg_total")[-1] == (f"corp:{CORP}", 0)


def test_it_says_that_more_owners_than_one_question_takes_have_no_total(platform: Wecom, rig: Rig) -> None:
    platform.members = [f"m{number}" for number in range(client.OWNERS + 1)]
    rig.ask("statistics")
    assert rig.state("statistics").code == "too_many_owners"
    platform.add("wm-1", "m100")
    rig.ask("contacts")
    assert len(kept(rig, "external_contact")) == 1, "customers are asked for in parts"


@pytest.mark.parametrize(("setting", "code"), [("contact_secret", "bad_secret"), ("receiver", "bad_app")])
def test_it_says_which_setting_is_wrong(platform: Wecom, rig: Rig, setting: str, code: str) -> None:
    rig.settings[setting] = "other"
    rig.ask("groups")
    assert rig.state("groups").code == code
    rig.settings[setting] = ""
    rig.ask("groups")
    assert rig.state("groups").code == "missing_setting"


def test_it_tries_a_connection_by_listing_the_members(platform: Wecom, rig: Rig) -> None:
    assert rig.client.check(rig.line()).number == CORP
