"""What the demonstration brings beside its events."""

import pytest

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import Rules, Severity
from kaibo.commerce.shows import api as shows
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.exports.sheet import lineup_sheet
from kaibo.connectors.simulator.night import simulate

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("home")
def test_it_says_something_forbidden_right_after_it_begins() -> None:
    from kaibo.config.demo import FILLED_MINUTES, Player, prepare

    prepared = prepare()
    player, tale = Player(prepared, "http://127.0.0.1:1"), prepared.tale
    tonight = player._night(tale.seed, tale.show_id, tale.started_us)
    said = [one["at_ms"] / 60_000 for one in tonight.truth()["wrong_words"]["said"]]
    assert [at for at in said if FILLED_MINUTES < at <= FILLED_MINUTES + 2], "a cue within two minutes"
    assert {one["name"] for one in tonight.truth()["planted"]} == {"forbidden_words", "complaint_wave"}
    again = player._night(tale.seed, tale.show_id, tale.started_us)
    assert list(again.chunks(to_ms=60_000)) == list(tonight.chunks(to_ms=60_000)), "a restart sends the same"
    earlier = player._night(7, "night-7", tale.started_us - 86_400_000_000, until_us=tale.started_us)
    assert earlier.truth()["planted"] == []


@pytest.mark.parametrize("seed", [3, 4])
def test_it_brings_a_sheet_that_is_read_without_a_problem_in_the_order_of_the_evening(seed: int) -> None:
    night = simulate(NightConfig(minutes=60), seed=seed, started_us=1_773_316_800_000_000)

    shows.ensure_show("tonight", platform="simulated", room_id="r1", actor="test")
    draft = lineups.read_sheet("tonight", text=lineup_sheet(night))

    lineup, stock = night.world.lineup, night.world.orders.initial_stock
    assert draft.problems == ()
    assert len(draft.lines) == lineup.count
    assert draft.lines[0].link_no == str(int(lineup.lap_product[0]) + 1)
    assert sum(each.pieces for line in draft.lines for each in line.stock) == int(stock.sum())
    assert {line.link_no: line.live_price_minor for line in draft.lines} == {
        str(row + 1): int(price) for row, price in enumerate(lineup.price)
    }
    assert not [each for each in lineups.findings(draft.lines, Rules()) if each.severity is Severity.BAD]
