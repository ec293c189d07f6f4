"""Rounds in the room's state: the form, what was typed last, what is due; the same for every language and reader."""

from typing import Any

from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import FIGURES, RoundView
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.kit.clock import MINUTE_US

LATEST = 6
"""Rounds that a page can correct without opening the list."""


def round_state(show: ShowView) -> dict[str, Any]:
    """Paths `round/form`, `round/list` and, on air, `round/due`. Cost: two queries."""
    form = rounds.form(show.platform, show.room_id)
    found = rounds.rounds(show.show_id)
    state: dict[str, Any] = {
        "round/form": {
            "figures": [figure_shape(name) for name in form.figures],
            "every": form.every_minutes,
            "bots": list(form.bots),
        },
        "round/list": [round_shape(each) for each in found[-LATEST:]],
        "round/last": last_values(found),
    }
    if show.status is ShowStatus.ON_AIR and show.started_at is not None:
        last = found[-1].as_of_us if found else show.started_at
        state["round/due"] = last + form.every_minutes * MINUTE_US
    return state


def last_values(found: list[RoundView]) -> dict[str, list[int]]:
    """Figure -> [value, as of µs] of the last round that has it."""
    return {name: [value, view.as_of_us] for view in found for name, value in view.values.items()}


def figure_shape(name: str) -> dict[str, Any]:
    """A figure as the keypad needs it."""
    kind = FIGURES[name]
    return {"id": name, "unit": kind.unit, "falls": kind.basis != "cumulative"}


def round_shape(view: RoundView) -> dict[str, Any]:
    """A round as pages read it."""
    return {
        "id": view.round_id,
        "number": view.number,
        "at": view.as_of_us,
        "values": dict(view.values),
        "differences": dict(view.differences),
        "corrected": view.corrected_us,
    }
