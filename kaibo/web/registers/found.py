"""What feeds know beside the registers: listed offers against the sheet, hosts on duty, numbers around an act."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import Comparison, Listed
from kaibo.commerce.registers.contracts import AdjustmentView, Duty
from kaibo.commerce.shows.contracts import ShowView
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Value
from kaibo.metrics.facts import Facts
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.contracts import Offer

RESULT = ("gmv_paid", "ad_spend", "roas_room")
"""What an adjustment is judged by, before and after."""


@dataclass(frozen=True, slots=True)
class Result:
    """One number around an adjustment; `after` is None until the half hour is over."""

    id: str
    before: Value
    after: Value | None


def comparison(show_id: str, offers: Sequence[Offer] | None = None) -> Comparison | None:
    """The sheet against what feeds of the platform list; None where none lists anything. Cost: three queries."""
    found = warehouse.offers(show_id) if offers is None else offers
    listed = [
        Listed(offer.link_no or "", "", offer.title or "", offer.price_minor, offer.stock)
        for offer in found
        if offer.is_listed and offer.product_id
    ]
    return lineups.compare_listed(lineups.lineup(show_id).lines, listed) if listed else None


def duties(show: ShowView) -> list[Duty]:
    """Hosts as the events saw them, the last until the show ended. Cost: one query."""
    return [Duty(duty.host_id, duty.from_us, duty.to_us or show.ended_at) for duty in warehouse.duties(show.show_id)]


def product_of(show_id: str, link_no: str) -> str | None:
    """The platform's id of a link, where a feed told it. Cost: one query."""
    found = (offer.product_id for offer in warehouse.offers(show_id) if offer.link_no == link_no)
    return next((product_id for product_id in found if product_id), None)


def results(facts: Facts, log: Sequence[AdjustmentView]) -> dict[str, tuple[int, list[Result]]]:
    """Entry id -> (when its result is ready, its numbers). Cost: none beside `facts`."""
    found = {}
    for each in log:
        if each.is_undone:
            continue
        sides = metrics.around(facts.show_id, each.at_us, RESULT, facts=facts)
        after: dict[str, Value] = sides.after or {}
        found[each.entry_id] = (
            sides.ready_us,
            [Result(name, sides.before[name], after.get(name)) for name in RESULT],
        )
    return found


def figure(value: Value) -> dict[str, Any]:
    """A number for the scripts."""
    short: dict[str, Any] = {"id": value.id, "v": value.value, "u": value.unit}
    if value.value is None:
        short["r"] = value.reason
    if value.currency:
        short["c"] = value.currency
    return short
