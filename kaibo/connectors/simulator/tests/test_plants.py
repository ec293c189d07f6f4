"""Each planted fault leaves its mark in the events, and only where the truth says."""

from collections import Counter

import pytest

from kaibo.connectors.simulator.config import BadNight, NightConfig, ranges
from kaibo.connectors.simulator.incidents import PLANTS
from kaibo.connectors.simulator.night import Night, simulate
from kaibo.language import api as language
from kaibo.language.contracts import Action, Scene, Setting

START = 1_773_316_800_000_000
MINUTES = 100


def night_with(name: str) -> tuple[Night, list[dict], dict]:
    night = simulate(NightConfig(minutes=MINUTES, impressions="counts", plant=(name,)), seed=11, started_us=START)
    (cause,) = night.truth()["planted"]
    assert cause["name"] == name
    return night, list(night.events()), cause


def within(rows: list[dict], kind: str, begin_ms: int, end_ms: int) -> list[dict]:
    begin, end = START + begin_ms * 1000, START + end_ms * 1000
    return [row for row in rows if row["kind"] == kind and begin <= row["occurred_at"] < end]


@pytest.fixture(scope="module")
def calm() -> list[dict]:
    night = simulate(NightConfig(minutes=MINUTES, impressions="counts"), seed=11, started_us=START)
    assert night.truth()["planted"] == []
    return list(night.events())


def test_it_can_plant_every_fault_the_yaml_names() -> None:
    assert set(PLANTS) == set(ranges()["plantable"])


def share_of(rows: list[dict], source: str) -> float:
    return sum(row["traffic_source"] == source for row in rows) / max(1, len(rows))


def test_it_plants_source_mix_shift(calm: list[dict]) -> None:
    _, rows, cause = night_with("source_mix_shift")
    span = (cause["from_ms"], cause["to_ms"])
    assert share_of(within(rows, "viewer.entered", *span), "feed") < 0.7 * share_of(
        within(calm, "viewer.entered", *span), "feed"
    )


def test_it_plants_network_stall(calm: list[dict]) -> None:
    _, rows, cause = night_with("network_stall")
    span = (cause["from_ms"], cause["to_ms"])
    for kind in ("viewer.entered", "online.sampled", "comment.posted", "order.paid"):
        assert not within(rows, kind, *span), kind
    assert within(calm, "viewer.entered", *span)
    assert within(rows, "viewer.left", *span)


def test_it_plants_size_question_burst(calm: list[dict]) -> None:
    _, rows, cause = night_with("size_question_burst")
    span = (cause["from_ms"], cause["to_ms"])

    def asked(events: list[dict]) -> int:
        return sum("码" in row["text"] or "尺" in row["text"] for row in within(events, "comment.posted", *span))

    assert asked(rows) > 3 * asked(calm) + 20


def test_it_plants_stock_out() -> None:
    _, rows, cause = night_with("stock_out")
    link = cause["about"]["link_no"]
    after = [r for r in rows if r.get("link_no") == link and r["occurred_at"] >= START + cause["from_ms"] * 1000]
    assert {r["attrs"]["stock"] for r in after if r["kind"] == "stock.changed"} == {0}
    late = START + (cause["from_ms"] + 120_000) * 1000
    assert not [r for r in after if r["kind"] == "order.placed" and r["occurred_at"] > late]
    assert [r for r in after if r["kind"] == "product.clicked"]


def test_it_plants_broken_size_m() -> None:
    _, rows, cause = night_with("broken_size_M")
    link = cause["about"]["link_no"]
    after = [r for r in rows if r.get("link_no") == link and r["occurred_at"] >= START + cause["from_ms"] * 1000]
    placed = [r["sku_id"][-2:] for r in after if r["kind"] == "order.placed"]
    assert placed
    assert "-M" not in placed


def test_it_plants_violation(calm: list[dict]) -> None:
    _, rows, cause = night_with("violation")
    assert len([row for row in rows if row["kind"] == "violation.received"]) == 1
    said = [row for row in rows if row["kind"] == "speech.transcribed" and row["text"] == cause["about"]["said"]]
    assert [row["occurred_at"] for row in said] == [START + cause["about"]["said_ms"] * 1000]
    span = (cause["from_ms"], cause["to_ms"])
    assert len(within(rows, "viewer.entered", *span)) < 0.9 * len(within(calm, "viewer.entered", *span))


def test_it_plants_like_flood() -> None:
    _, rows, cause = night_with("like_flood")
    flood = within(rows, "like.given", cause["from_ms"], cause["to_ms"])
    assert sum(row["count"] for row in flood) > 300 * (cause["to_ms"] - cause["from_ms"]) / 1000
    assert len({row["viewer_id"] for row in flood if row["count"] > 100}) <= 6


def test_it_plants_holding_back_stock() -> None:
    _, rows, cause = night_with("holding_back_stock")
    said = within(rows, "speech.transcribed", cause["from_ms"], cause["to_ms"])
    assert any("最后" in row["text"] or "没货" in row["text"] for row in said)
    last: dict[str, int] = {}
    rises = 0
    for row in rows:
        if row["kind"] in ("offer.listed", "stock.changed"):
            rises += row["attrs"]["stock"] > last.get(row["sku_id"], 1 << 30)
            last[row["sku_id"]] = row["attrs"]["stock"]
    assert rises == 2


def test_it_plants_dead_ad_balance() -> None:
    _, rows, cause = night_with("dead_ad_balance")
    dead = within(rows, "spend.reported", cause["from_ms"] + 60_000, cause["to_ms"] - 60_000)
    assert dead
    assert {row["amount_minor"] for row in dead} == {0}
    assert {row["attrs"]["balance_minor"] for row in dead} == {0}
    entered = within(rows, "viewer.entered", cause["from_ms"], cause["to_ms"])
    assert share_of(entered, "paid") < 0.15
    assert all(row["attrs"]["balance_minor"] >= 0 for row in rows if row["kind"] == "spend.reported")


def test_it_plants_wrong_price_on_link() -> None:
    _, rows, cause = night_with("wrong_price_on_link")
    link = cause["about"]["link_no"]
    listed = next(r["attrs"]["price_minor"] for r in rows if r["kind"] == "offer.listed" and r["link_no"] == link)
    wrong, right = [r["attrs"]["price_minor"] for r in rows if r["kind"] == "price.changed" and r["link_no"] == link]
    assert wrong == pytest.approx(listed / 10, abs=1)
    assert right == listed


def test_it_plants_forbidden_words_that_the_rules_find_and_nothing_else() -> None:
    config = NightConfig(minutes=MINUTES, impressions="counts", plant=("forbidden_words", "violation"), say_at=(31.0,))
    night = simulate(config, seed=11, started_us=START)
    rows, truth = list(night.events()), night.truth()["wrong_words"]
    cause = next(one for one in night.truth()["planted"] if one["name"] == "forbidden_words")
    found = {
        kind: [row for row in rows if row["kind"] == kind and is_refused(row["text"], scene)]
        for kind, scene in (("speech.transcribed", Scene.SPEECH), ("comment.posted", Scene.COMMENT))
    }
    spoken = [((row["occurred_at"] - START) // 1000, row["text"]) for row in found["speech.transcribed"]]
    assert sorted(spoken) == [(one["at_ms"], one["text"]) for one in truth["said"]]
    assert {one["at_ms"] for one in cause["about"]["said"]} < {at for at, _ in spoken}, "the violation has its own"
    assert (31 * 60_000) in {at for at, _ in spoken}
    written = Counter(row["text"] for row in found["comment.posted"])
    assert written == Counter(truth["written"])
    assert sum(written.values()) > 5
    assert len(spoken) == 7
    early = night.truth(until_ms=31 * 60_000)["wrong_words"]
    assert len(early["said"]) < len(spoken)
    assert simulate(config, seed=11, started_us=START).truth() == night.truth(), "the same seed, the same night"


def is_refused(text: str, scene: Scene) -> bool:
    hits = language.check(text, setting=Setting(scene, platform="simulated")).hits
    return any(hit.action != Action.COUNT for hit in hits)


def test_it_says_nothing_wrong_unless_it_is_planted(calm: list[dict]) -> None:
    texts = {(row["kind"], row["text"]) for row in calm if row["kind"] in ("speech.transcribed", "comment.posted")}
    scenes = {"speech.transcribed": Scene.SPEECH, "comment.posted": Scene.COMMENT}
    assert [text for kind, text in texts if is_refused(text, scenes[kind])] == []
    night = simulate(NightConfig(minutes=MINUTES, impressions="counts"), seed=11, started_us=START)
    assert night.truth()["wrong_words"] == {"said": [], "written": {}}


def test_it_refuses_to_say_something_outside_of_the_show() -> None:
    with pytest.raises(BadNight, match=r"minute 100\.0 is not in the show"):
        simulate(NightConfig(minutes=MINUTES, plant=("forbidden_words",), say_at=(100.0,)), seed=1, started_us=START)


def test_it_plants_complaint_wave(calm: list[dict]) -> None:
    _, rows, cause = night_with("complaint_wave")
    span = (cause["from_ms"], cause["to_ms"])

    def faulty(events: list[dict]) -> list[dict]:
        said = within(events, "comment.posted", *span)
        told = language.read_concerns([row["text"] for row in said])
        return [row for row, found in zip(said, told, strict=True) if "fault" in {one.concern for one in found}]

    assert faulty(calm) == []
    assert len({row["viewer_id"] for row in faulty(rows)}) >= 6
    assert cause["about"]["concern"] == "fault"


def test_it_plants_creative_fatigue() -> None:
    night, rows, cause = night_with("creative_fatigue")

    def cost(begin: int, end: int) -> float:
        spent = sum(row["amount_minor"] for row in within(rows, "spend.reported", begin, end))
        return spent / sum(row["traffic_source"] == "paid" for row in within(rows, "viewer.entered", begin, end))

    assert cost(night.span_ms - 1_200_000, night.span_ms) > 1.6 * cost(0, cause["from_ms"])
