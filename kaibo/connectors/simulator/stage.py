"""Rare events, one by one: list, laps, pins, hosts, bags, prices, stock, ads, scenes, speech, show."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from kaibo.connectors.simulator import words
from kaibo.connectors.simulator.acts import Acts
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.draws import rng_for
from kaibo.connectors.simulator.events import product_ids, sku_ids
from kaibo.connectors.simulator.lineup import MINUTE, Lineup, list_price
from kaibo.connectors.simulator.orders import Orders
from kaibo.connectors.simulator.table import Block, Coded
from kaibo.connectors.simulator.traffic import PLANS


class Script:
    """Collects rare events; texts are escaped once, here."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[int, str]]] = {}

    def add(self, kind: str, at_ms: int, fields: Mapping[str, Any]) -> None:
        """One event at an instant, ms since the start; None fields are left out."""
        given = {name: value for name, value in fields.items() if value is not None} or {"attrs": {}}
        text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))[1:-1]
        self.rows.setdefault(kind, []).append((int(at_ms), text))

    def blocks(self) -> list[Block]:
        """One block per kind."""
        made = []
        for kind, rows in self.rows.items():
            at = np.array([row[0] for row in rows], dtype=np.int64)
            made.append(Block(kind, at, "%s", Coded(np.arange(len(rows)), [row[1] for row in rows])))
        return made


def write_script(config: NightConfig, lineup: Lineup, acts: Acts, book: Orders, seed: int) -> list[Block]:
    """The stage events of the night, beginning with show.started and ending with show.ended."""
    script, rng = Script(), rng_for(seed, "stage")
    span = config.minutes * MINUTE
    script.add("show.started", 0, {"show_id": config.show_id, "text": config.title})
    _list(script, rng, lineup, acts, book)
    _run(script, lineup, acts, span)
    _prices(script, lineup, acts)
    _stock(script, lineup, acts, book)
    for bag in acts.bags:
        about = {"text": bag.slogan, "attrs": {"interaction": "lucky_bag"}}
        script.add("interaction.opened", bag.from_ms, about)
        script.add("interaction.closed", bag.to_ms, about)
    _ads(script, rng, config, acts, span)
    _scenes_and_speech(script, rng, lineup, acts, span)
    for at, kind, fields in acts.moments:
        script.add(kind, at, fields)
    script.add("show.ended", span, {"show_id": config.show_id})
    return script.blocks()


def _offer_of(lineup: Lineup, product: int) -> dict[str, Any]:
    return {"product_id": product_ids(lineup)[product], "link_no": str(product + 1)}


def _host(acts: Acts, at_ms: int) -> str:
    return words.HOSTS[0] if at_ms < acts.handover_ms else words.HOSTS[1]


def _list(script: Script, rng: np.random.Generator, lineup: Lineup, acts: Acts, book: Orders) -> None:
    """Every SKU is listed once, in the first seconds of the show."""
    del rng, acts
    ids, skus = product_ids(lineup), sku_ids(lineup)
    for row, product in enumerate(lineup.sku_product.tolist()):
        price = int(lineup.price[product])
        attrs = {
            "price_minor": price,
            "list_price_minor": list_price(price),
            "stock": int(book.initial_stock[row]),
            "title": lineup.title[product],
            "role": lineup.role[product],
            "planned_minutes": int(lineup.planned_minutes[product]),
        }
        about = {"product_id": ids[product], "sku_id": skus[row], "link_no": str(product + 1), "attrs": attrs}
        script.add("offer.listed", 1 + row, about)


def _run(script: Script, lineup: Lineup, acts: Acts, span: int) -> None:
    for product, begin, end in zip(
        lineup.lap_product.tolist(), lineup.lap_from.tolist(), lineup.lap_to.tolist(), strict=True
    ):
        about = {**_offer_of(lineup, product), "host_id": _host(acts, begin)}
        script.add("lap.started", begin, {**about, "attrs": {"title": lineup.title[product]}})
        script.add("lap.ended", end, about)
    for lap, at in zip(lineup.pin_lap.tolist(), lineup.pin_at.tolist(), strict=True):
        script.add("offer.pinned", at, _offer_of(lineup, int(lineup.lap_product[lap])))
    script.add("host.on", 0, {"host_id": words.HOSTS[0]})
    script.add("host.off", acts.handover_ms, {"host_id": words.HOSTS[0]})
    script.add("host.on", acts.handover_ms, {"host_id": words.HOSTS[1]})
    script.add("host.off", span - 1, {"host_id": words.HOSTS[1]})


def _prices(script: Script, lineup: Lineup, acts: Acts) -> None:
    for change in acts.prices:
        price = round(float(lineup.price[change.product]) * change.ratio)
        about = {**_offer_of(lineup, change.product), "amount_minor": price, "attrs": {"price_minor": price}}
        script.add("price.changed", change.at_ms, about)


def _stock(script: Script, lineup: Lineup, acts: Acts, book: Orders) -> None:
    """Each paid order takes its pieces; planted faults empty SKUs or find pieces again."""
    ids, skus = product_ids(lineup), sku_ids(lineup)
    steps: list[tuple[int, int, int]] = []  # at, SKU row, change of stock (None-like: -1 << 30 empties)
    paid = np.flatnonzero(book.is_paid)
    steps += zip(book.paid[paid].tolist(), book.sku[paid].tolist(), (-book.quantity[paid]).tolist(), strict=True)
    for at, product, size in acts.sold_out:
        for row in np.flatnonzero(lineup.sku_product == product).tolist():
            if size is None or words.SIZES[int(lineup.sku_size[row])] == size:
                steps.append((at, row, -1 << 30))
    for at, product, pieces in acts.restock:
        row = int(np.flatnonzero(lineup.sku_product == product)[1])
        steps.append((at, row, pieces))
    left = book.initial_stock.copy()
    for at, row, change in sorted(steps):
        left[row] = max(0, int(left[row]) + change)
        product = int(lineup.sku_product[row])
        about = {"product_id": ids[product], "sku_id": skus[row], "link_no": str(product + 1)}
        script.add("stock.changed", at, {**about, "attrs": {"stock": int(left[row])}})


def _ads(script: Script, rng: np.random.Generator, config: NightConfig, acts: Acts, span: int) -> None:
    bounds = config.ranges["acts"]["ad_changes"]
    count = max(1, round(int(rng.integers(bounds[0], bounds[1] + 1)) * min(1.0, config.minutes / 240)))
    for at in np.sort(rng.uniform(0.05, 0.95, count)).tolist():
        plan = str(rng.choice(PLANS))
        text = str(rng.choice(["加预算 20%", "出价上调 5%", "出价下调 5%", "换素材", "暂停十分钟"]))
        script.add("ad.adjusted", round(at * span), {"text": text, "attrs": {"plan_id": plan}})
    if acts.spend_stops:
        script.add("ad.adjusted", acts.spend_stops[1], {"text": "账户充值", "attrs": {"plan_id": PLANS[0]}})


def _scenes_and_speech(script: Script, rng: np.random.Generator, lineup: Lineup, acts: Acts, span: int) -> None:
    at = int(rng.uniform(60_000, 300_000))
    while at < span - 60_000:
        script.add("scene.switched", at, {"text": str(rng.choice(words.SCENES))})
        at += int(rng.uniform(5, 14) * MINUTE)
    for lap, begin in enumerate(lineup.lap_from.tolist()):
        product = int(lineup.lap_product[lap])
        for offset in (4_000, 40_000):
            sentence = str(rng.choice(words.SPEECH)).format(t=lineup.title[product], n=product + 1)
            if begin + offset < lineup.lap_to[lap]:
                script.add(
                    "speech.transcribed",
                    begin + offset,
                    {"text": sentence, "duration_ms": 4200, "host_id": _host(acts, begin)},
                )
    for at, sentence in acts.speech:
        script.add("speech.transcribed", at, {"text": sentence, "duration_ms": 3000, "host_id": _host(acts, at)})
