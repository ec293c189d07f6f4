"""A round of the numbers as they stand, counted or typed: the text for a room whose feeds nobody has to copy."""

from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import FIGURES, RoundView
from kaibo.commerce.shows.contracts import ShowView
from kaibo.kit.clock import MINUTE_US
from kaibo.metrics import api as metrics

METRICS = {
    **{name: name.removesuffix("_minor") for name in FIGURES},
    "spend_minor": "ad_spend",
}
"""Figure of a round -> the number of the dictionary that counts it."""


def round_at(show: ShowView, at_us: int, *, step_minutes: int | None = None) -> RoundView:
    """The numbers of a show at an instant, with the step of the last minutes (without them the pace of the form).

    Shape: a figure that nobody reports is absent, and so is its step.
    """
    every = step_minutes or rounds.form(show.platform, show.room_id).every_minutes
    facts = metrics.facts_of(show.show_id, now_us=at_us)
    whole = metrics.evaluate(show.show_id, METRICS.values(), facts=facts)
    since, begun = at_us - every * MINUTE_US, show.started_at or 0
    # whole minutes, each in one step alone: the minute in which a round falls due belongs to that round
    since = -(-since // MINUTE_US) * MINUTE_US if since > begun else begun
    recent = metrics.evaluate(show.show_id, METRICS.values(), from_us=since, to_us=at_us, facts=facts)
    values = {name: round(value) for name, metric in METRICS.items() if (value := whole[metric].value) is not None}
    steps = {
        name: round(step)
        for name, metric in METRICS.items()
        if name in values and FIGURES[name].basis == "cumulative" and (step := recent[metric].value) is not None
    }
    number = 1 + max(0, at_us - (show.started_at or at_us)) // (every * MINUTE_US)
    return RoundView(f"counted-{at_us}", number, at_us, at_us, "system:rounds", values, steps)


def is_counted(show_id: str) -> bool:
    """Whether a feed reports the orders, so that nobody has to type rounds. Cost: five queries."""
    return metrics.facts_of(show_id).heard("gmv_paid_minor") is not None
