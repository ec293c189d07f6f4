"""What shops that are asked for orders and refunds have in common in tests: an evening of sales, and sums."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.base import ticks
from tests.emulators.rig import Killed, Rig

MINUTES = 45


def sums(rig: Rig) -> tuple[int, ...]:
    """What the log says was paid and given back, in fen."""
    events = rig.events()
    assert {one.currency for one in events if one.amount_minor is not None} <= {"CNY"}
    return tuple(
        sum(one.amount_minor or 0 for one in events if one.kind == kind) for kind in ("order.paid", "order.refunded")
    )


def evening(rig: Rig, draw: random.Random, *, ask_back: Callable[[Any, int], None], dies_after: int) -> None:
    """Orders, refunds and shipping by chance, a minute of silence and kills; asked each minute, and at the end."""
    platform: Any = rig.platform
    asked: list[Any] = []
    for number in ticks(platform.clock, every=60, times=MINUTES):
        for _place in range(draw.randrange(7)):
            order = platform.place(draw.randrange(1, 99_999))
            if draw.random() < 0.3:
                ask_back(order, draw.randrange(1, order.fen + 1))
                asked.append(order)
        if platform.orders and draw.random() < 0.5:
            platform.send(draw.choice(platform.orders))
        if asked and draw.random() < 0.6:
            platform.pay_back(draw.choice(asked))  # also again: the record changes, the money does not
        if number == 20:
            platform.fail_for(60)
        if number % 11 == 5:
            with pytest.raises(Killed):
                rig.ask("orders", kill_after=dies_after)
        rig.ask("orders")
        rig.ask("after_sales")
    platform.clock.sleep(300)
    rig.ask("orders")
    rig.ask("after_sales")
