"""One whole evening from causes: `simulate` is the generator's door."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np

from kaibo.connectors.simulator import events, stage, truth
from kaibo.connectors.simulator.acts import plan_acts
from kaibo.connectors.simulator.chatter import make_talk
from kaibo.connectors.simulator.claims import claims
from kaibo.connectors.simulator.config import NightConfig, check_night
from kaibo.connectors.simulator.crowd import make_crowd
from kaibo.connectors.simulator.draws import draw
from kaibo.connectors.simulator.funnel import make_funnel
from kaibo.connectors.simulator.incidents import plant
from kaibo.connectors.simulator.lineup import MINUTE, make_lineup
from kaibo.connectors.simulator.orders import make_orders
from kaibo.connectors.simulator.table import Timeline
from kaibo.connectors.simulator.traffic import make_impressions, make_spend

SAMPLE_MS = 5_000
SHORT_AFTER = 120 * MINUTE
"""How long after the close a night without later events still reports: payments, cancels, first refunds."""
FOREVER = np.iinfo(np.int64).max - 1
_REGULARS = 1 << 40
"""Numbers of people who are no fans start far above those of the room's regulars."""


class Night:
    """A generated evening: lines in order of time, and the truth about them.

    Shape: lines are NDJSON of schema 1 with whole µs times; `until_ms` hides everything from that instant on.
    Units: instants in ms since `started_us`, which is µs UTC.
    """

    def __init__(self, config: NightConfig, seed: int, started_us: int, world: truth.World, until_ms: int) -> None:
        self.config, self.seed, self.started_us = config, seed, started_us
        self.world, self.until_ms = world, until_ms

    @property
    def span_ms(self) -> int:
        """Length of the show."""
        return self.world.span

    @cached_property
    def prefix(self) -> str:
        """What begins every id of this night: the same for the same seed, place and start."""
        told = f"{self.seed}/{self.config.platform}/{self.config.room_id}/{self.started_us}"
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    @cached_property
    def timeline(self) -> Timeline:
        """The merged blocks; made on first use."""
        config, world = self.config, self.world
        prefix = self.prefix
        blocks = [
            *stage.write_script(config, world.lineup, world.acts, world.orders, self.seed),
            *events.audience(world.crowd, world.impressions, world.samples),
            *events.products(world.crowd, world.lineup, world.funnel),
            *events.talk(world.crowd, world.talk, config.currency),
            *events.orders(world.crowd, world.lineup, world.orders, config.currency, prefix),
            *events.spend(world.spend, config.currency),
        ]
        names = {"platform": config.platform, "room_id": config.room_id}
        head = json.dumps(names, ensure_ascii=False, separators=(",", ":"))[1:-1].replace("%", "%%")
        return Timeline(blocks, head=head, prefix=prefix, started_us=self.started_us)

    def chunks(
        self, size: int = 20_000, *, from_ms: int | None = None, to_ms: int | None = None
    ) -> Iterator[list[str]]:
        """NDJSON lines in order of time, about `size` at once, from <= t < to."""
        end = self.until_ms if to_ms is None else min(to_ms, self.until_ms)
        yield from self.timeline.chunks(size, from_ms=from_ms, to_ms=end)

    def events(self) -> Iterator[dict[str, Any]]:
        """The same one by one as plain objects, for small uses."""
        for chunk in self.chunks():
            yield from map(json.loads, chunk)

    def truth(self, *, until_ms: int | None = None) -> dict[str, Any]:
        """Totals, per product, per source, per host, and every cause with its times.

        Shape: `totals` has the names of the minute-row columns. Units: money minor, times ms since the start.
        """
        until = self.until_ms if until_ms is None else min(until_ms, self.until_ms)
        totals = truth.totals(self.world, until)
        return {
            "seed": self.seed,
            "started_us": self.started_us,
            "span_ms": self.world.span,
            "platform": self.config.platform,
            "room_id": self.config.room_id,
            "show_id": self.config.show_id,
            "events": int(sum(np.searchsorted(block.at, until) for block in self.timeline.blocks)),
            "totals": totals,
            "by_product": truth.by_product(self.world, until),
            "by_source": truth.by_source(self.world, until),
            "by_host": truth.by_host(self.world, until),
            "wrong_words": truth.wrong_words(self.world, until),
            "causes": [asdict(cause) for cause in sorted(self.world.acts.causes, key=lambda each: each.from_ms)],
            "planted": [asdict(cause) for cause in self.world.acts.causes if cause.is_planted],
            "claims": claims(self.config, self.world, totals),
        }


def simulate(
    config: NightConfig | None = None,
    *,
    seed: int = 1,
    started_us: int,
    later: bool = True,
    until_us: int | None = None,
) -> Night:
    """The evening of a seed. The same arguments give the same bytes.

    Shape: `later=False` holds back what happens more than two hours after the close (shipping, late refunds);
    `until_us` hides everything from that instant on, so that no event lies in the future.
    Raises: BadNight for settings that cannot be met.
    """
    config = config or NightConfig()
    check_night(config)
    draws, lineup = draw(config, seed), make_lineup(config, seed)
    acts = plan_acts(config, draws, lineup, seed)
    plant(config, lineup, acts, seed)
    span = config.minutes * MINUTE
    code = int.from_bytes(hashlib.sha256(f"{seed}/{started_us}".encode()).digest()[:2], "big")
    first_no = _REGULARS + (code << 28)
    crowd = make_crowd(config, draws, acts, seed, first_no=first_no)
    outsiders = first_no + len(crowd.fan)
    funnel = make_funnel(draws, lineup, acts, crowd, seed)
    orders = make_orders(draws, lineup=lineup, acts=acts, crowd=crowd, funnel=funnel, seed=seed)
    at = np.arange(SAMPLE_MS, span, SAMPLE_MS)
    at = at[~acts.is_silent(at)]
    world = truth.World(
        span=span,
        lineup=lineup,
        acts=acts,
        crowd=crowd,
        impressions=make_impressions(config, draws, crowd, seed, first_no=outsiders),
        funnel=funnel,
        talk=make_talk(config, draws, lineup=lineup, acts=acts, crowd=crowd, seed=seed),
        orders=orders,
        spend=make_spend(config, draws, acts=acts, crowd=crowd, orders=orders, seed=seed),
        samples=(at, crowd.online(at)),
    )
    until = FOREVER if until_us is None else (until_us - started_us) // 1000
    return Night(config, seed, started_us, world, until if later else min(until, span + SHORT_AFTER))
