"""The generated night: repeatable, closed in itself, plausible; and its truth is what its lines say."""

import hashlib
import itertools
import json
from collections import Counter, defaultdict

import pytest

from kaibo.connectors import api
from kaibo.connectors.contracts import ConfigProblem, Ok
from kaibo.connectors.simulator.config import BadNight, NightConfig
from kaibo.connectors.simulator.night import Night, simulate
from kaibo.eventlog.kinds import KINDS

START = 1_773_316_800_000_000
WHOLE_SEEDS = (3, 7, 9, 12)
SHORT = NightConfig(minutes=40, scale=0.5)


@pytest.fixture(scope="module")
def short() -> Night:
    return simulate(SHORT, seed=5, started_us=START)


@pytest.fixture(scope="module")
def rows(short: Night) -> list[dict]:
    return list(short.events())


def digest(night: Night) -> str:
    told = hashlib.sha256()
    for chunk in night.chunks():
        told.update("\n".join(chunk).encode())
    return told.hexdigest()


def test_it_gives_the_same_bytes_for_the_same_seed(short: Night) -> None:
    again = simulate(SHORT, seed=5, started_us=START)
    assert digest(short) == digest(again)
    assert short.truth() == again.truth()
    assert digest(short) != digest(simulate(SHORT, seed=6, started_us=START))


def test_it_names_events_apart_by_room_and_start(short: Night, rows: list[dict]) -> None:
    ids = {row["event_id"] for row in rows}
    assert len(ids) == len(rows)
    for other in (
        simulate(SHORT, seed=5, started_us=START + 86_400_000_000),
        simulate(NightConfig(minutes=40, scale=0.5, room_id="room-2"), seed=5, started_us=START),
    ):
        assert not ids & {row["event_id"] for row in other.events()}


def test_it_writes_known_kinds_in_order_of_time(rows: list[dict]) -> None:
    instants = [row["occurred_at"] for row in rows]
    assert instants == sorted(instants)
    assert {row["kind"] for row in rows} <= KINDS
    assert {row["kind"] for row in rows} <= set(api.connector("simulator").kinds)


def test_it_cuts_a_night_without_losing_or_repeating_a_line(short: Night, rows: list[dict]) -> None:
    half = short.span_ms // 2
    parts = [line for chunk in short.chunks(500, to_ms=half) for line in chunk]
    parts += [line for chunk in short.chunks(500, from_ms=half) for line in chunk]
    assert [json.loads(line)["event_id"] for line in parts] == [row["event_id"] for row in rows]


def test_it_says_as_truth_what_its_lines_say(short: Night, rows: list[dict]) -> None:
    totals, kinds = short.truth()["totals"], Counter(row["kind"] for row in rows)
    people = defaultdict(set)
    for row in rows:
        people[row["kind"]].add(row.get("viewer_id"))

    def money(kind: str) -> int:
        return sum(row["amount_minor"] for row in rows if row["kind"] == kind)

    assert short.truth()["events"] == len(rows)
    assert totals["views"] == kinds["viewer.entered"] == kinds["viewer.left"] == totals["leaves"]
    assert totals["viewers"] == len(people["viewer.entered"])
    assert totals["impressions"] == sum(row["count"] for row in rows if row["kind"] == "room.exposed")
    assert totals["impression_viewers"] == len(people["room.exposed"])
    assert totals["watch_ms"] == sum(row["duration_ms"] for row in rows if row["kind"] == "viewer.left")
    assert totals["payers"] == len(people["order.paid"])
    assert totals["gmv_paid_minor"] == money("order.paid")
    assert totals["gmv_placed_minor"] == money("order.placed")
    assert totals["refund_minor"] == money("order.refunded")
    assert totals["spend_minor"] == money("spend.reported")
    assert totals["comments"] == kinds["comment.posted"]
    assert totals["product_click_viewers"] == len(people["product.clicked"])


def test_it_adds_its_parts_up_to_its_totals(short: Night) -> None:
    truth = short.truth()
    totals = truth["totals"]
    for column in ("gmv_paid_minor", "orders_paid", "refund_minor", "product_clicks", "product_exposures"):
        assert sum(values[column] for values in truth["by_product"].values()) == totals[column]
    for column in ("views", "watch_ms", "gmv_paid_minor", "impressions"):
        assert sum(values[column] for values in truth["by_source"].values()) == totals[column]
    assert sum(values["views"] for values in truth["by_host"].values()) == totals["views"]


def test_it_counts_as_online_the_people_inside(short: Night, rows: list[dict]) -> None:
    """ACU = views × mean stay ÷ duration, because every sample is a count of heads."""
    inside, samples = 0, []
    for row in rows:
        inside += {"viewer.entered": 1, "viewer.left": -1}.get(row["kind"], 0)
        if row["kind"] == "online.sampled":
            samples.append((row["count"], inside))
    assert all(abs(told - counted) <= 1 for told, counted in samples)  # leaving in the sample's own millisecond
    acu = short.truth()["totals"]["watch_ms"] / short.span_ms
    assert sum(told for told, _ in samples) / len(samples) == pytest.approx(acu, rel=0.02)


def test_it_closes_its_identity_to_the_cent(short: Night, rows: list[dict]) -> None:
    """impression persons ⊇ viewers ⊇ shown an offer ⊇ clicked ⊇ paid: so the ratios multiply to the paid GMV."""
    who = defaultdict(set)
    for row in rows:
        who[row["kind"]].add(row.get("viewer_id"))
    steps = ["room.exposed", "viewer.entered", "product.exposed", "product.clicked", "order.paid"]
    for wide, narrow in itertools.pairwise(steps):
        assert who[narrow] <= who[wide], f"{narrow} by people without {wide}"
    totals = short.truth()["totals"]
    product = float(totals["impression_viewers"])
    names = ["impression_viewers", "viewers", "product_exposed_viewers", "product_click_viewers", "payers"]
    for below, above in itertools.pairwise(names):
        product *= totals[above] / totals[below]
    assert round(product * totals["gmv_paid_minor"] / totals["payers"]) == totals["gmv_paid_minor"]


def test_it_keeps_the_life_of_an_order_possible(rows: list[dict]) -> None:
    states = defaultdict(dict)
    for row in rows:
        if row["kind"].startswith("order."):
            states[row["order_id"]][row["kind"]] = row
    for order in states.values():
        assert "order.placed" in order
        assert ("order.paid" in order) != ("order.canceled" in order)
        placed = order["order.placed"]["occurred_at"]
        paid = order.get("order.paid", {"occurred_at": placed})["occurred_at"]
        assert placed <= paid
        for after in ("order.shipped", "order.refunded"):
            assert paid < order.get(after, {"occurred_at": paid + 1})["occurred_at"]
        if "order.refunded" in order:
            assert order["order.refunded"]["amount_minor"] <= order["order.paid"]["amount_minor"]


def test_it_never_sells_what_is_not_there(rows: list[dict]) -> None:
    assert all(row["attrs"]["stock"] >= 0 for row in rows if row["kind"] == "stock.changed")


@pytest.mark.parametrize("seed", WHOLE_SEEDS)
def test_it_keeps_every_range_it_claims_for_a_whole_evening(seed: int) -> None:
    claims = simulate(seed=seed, started_us=START).truth()["claims"]
    missed = {name: claim for name, claim in claims.items() if not claim["holds"]}
    assert not missed


@pytest.mark.parametrize("seed", range(20, 26))
def test_it_keeps_audience_and_funnel_of_any_evening(seed: int) -> None:
    """What rests on thousands of people holds for every seed; clumping of a few hundred orders may stray."""
    claims = simulate(seed=seed, started_us=START).truth()["claims"]
    wanted = ("uv.", "acu.", "stay.", "entry_ratio", "source_mix", "product.", "pay.", "basket.", "gpm", "ads.")
    missed = {name: claim for name, claim in claims.items() if name.startswith(wanted) and not claim["holds"]}
    assert not missed


def test_it_holds_back_what_happens_later() -> None:
    night = simulate(SHORT, seed=5, started_us=START, later=False)
    last = max(row["occurred_at"] for row in night.events())
    assert last < START + (night.span_ms + 2 * 3_600_000) * 1000
    whole = simulate(SHORT, seed=5, started_us=START)
    assert night.truth()["totals"]["gmv_paid_minor"] == whole.truth()["totals"]["gmv_paid_minor"]
    assert night.truth()["totals"]["refund_minor"] < whole.truth()["totals"]["refund_minor"]


def test_it_can_state_impressions_without_viewers() -> None:
    night = simulate(NightConfig(minutes=20, scale=0.3, impressions="counts"), seed=5, started_us=START)
    shown = [row for row in night.events() if row["kind"] == "room.exposed"]
    assert shown
    assert not any("viewer_id" in row for row in shown)
    assert sum(row["count"] for row in shown) == night.truth()["totals"]["impressions"]
    assert night.truth()["totals"]["impression_viewers"] == 0


def test_it_refuses_what_it_cannot_make() -> None:
    with pytest.raises(BadNight, match="no evening"):
        simulate(NightConfig(minutes=1), started_us=START)
    with pytest.raises(BadNight, match="'earthquake'"):
        simulate(NightConfig(plant=("earthquake",)), started_us=START)
    assert isinstance(api.check_config("simulator", {"minutes": 60}), Ok)
    verdict = api.check_config("simulator", {"weather": "rain"})
    assert isinstance(verdict, ConfigProblem)
    assert verdict.code == "unknown_option"
