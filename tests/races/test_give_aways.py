"""Eight desks give the last pieces away at once: the cap holds, and a change is checked by one second person."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import IntegrityError, connections

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import ChangeKind, NewChange
from kaibo.commerce.registers.errors import CapReached, WrongState
from kaibo.commerce.registers.models import GiveAway
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, pytest.mark.usefixtures("home")]
DESKS, CAP = 8, 20


@pytest.fixture
def show() -> Iterator[ShowView]:
    log = eventlog.open_log()
    started = clock.now_us() - clock.HOUR_US
    found = shows.ensure_show("s", platform="douyin", room_id="r", started_at=started, actor="user:0")
    registers.plan_give_away(found, "1", cap=CAP, loss_per_piece_minor=100, actor="user:0")
    yield found
    log.close()


def at_once(work: Callable[[int], object]) -> list[object]:
    """What eight threads brought back, or the error each ended with."""
    found: list[object] = [None] * DESKS
    gate = threading.Barrier(DESKS)

    def run(number: int) -> None:
        gate.wait()
        try:
            found[number] = work(number)
        except Exception as error:  # noqa: BLE001 - handed to the test
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(DESKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_it_would_give_too_much_if_it_looked_first_and_wrote_then() -> None:
    GiveAway.objects.create(show_id="naive", link_no="1", cap=CAP, given=CAP - 1)
    looked = threading.Barrier(DESKS)

    def naive(_number: int) -> bool:
        row = GiveAway.objects.get(show_id="naive")
        fits = row.given + 1 <= CAP
        looked.wait()
        if fits:
            row.given += 1
            row.save()
        return fits

    assert at_once(naive) == [True] * DESKS, "eight desks believe that they gave the last piece"


def test_it_never_gives_more_than_the_cap(show: ShowView) -> None:
    def give(number: int) -> int:
        given = 0
        for turn in range(6):
            try:
                registers.give(show, "1", entry_id=f"given-{number}-{turn}", pieces=1, actor=f"user:{number}")
            except CapReached:
                continue
            given += 1
        return given

    given = at_once(give)
    assert all(isinstance(each, int) for each in given), given
    assert sum(int(str(each)) for each in given) == CAP
    [line] = registers.give_aways("s")
    assert (line.given, line.left) == (CAP, 0)
    assert sum(each.pieces for each in registers.give_away_entries("s")) == CAP


def test_it_counts_an_entry_once_however_often_it_arrives_at_once(show: ShowView) -> None:
    found = at_once(lambda _: registers.give(show, "1", entry_id="given-same", pieces=3, actor="user:1"))
    assert not [each for each in found if isinstance(each, Exception) and not isinstance(each, IntegrityError)]
    assert registers.give_aways("s")[0].given == 3


def test_it_lets_one_person_take_the_next_step(show: ShowView) -> None:
    asked = NewChange("change-001", ChangeKind.PRICE, "7", 7_900, before=9_900, is_made=True)
    registers.ask_change(show, asked, currency="CNY", actor="user:99")
    found = at_once(lambda number: registers.check_change(show, "change-001", actor=f"user:{number}"))
    refused = [each for each in found if isinstance(each, WrongState)]
    assert len(refused) == DESKS - 1
    [change] = registers.changes("s")
    checked = [entry for entry in eventlog.audit_entries(thing="show:s") if entry.act == "change.checked"]
    assert [entry.actor for entry in checked] == [change.checked_by]
