"""Rounds in the room's state: the form, what was typed last, what is due; the same for every language and reader."""

from collections.abc import Callable
from typing import Any

from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import FIGURES, RoundView
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.kit.clock import MINUTE_US
from kaibo.metrics.pace import CLOSEST_US

LATEST = 6
"""Rounds that a page can correct without opening the list."""


STRIPS = {"online": "online_now", "entries": "views", "gmv": "gmv_paid_minor", "spend": "spend_minor"}
"""Strip of the chart -> the typed figure that is drawn on it where no feed reports it."""


def round_state(show: ShowView, *, is_fed: Callable[[str], bool] | None = None) -> dict[str, Any]:
    """Paths `round/form`, `round/list`, `round/steps` and, on air, `round/due`. Cost: two queries.

    Shape: `is_fed` says of a strip whether a feed reports it: its minutes are known, so nothing typed is drawn there.
    """
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
        "round/steps": {
            strip: steps
            for strip, name in STRIPS.items()
            if (is_fed is None or not is_fed(strip)) and (steps := steps_of(found, name, show.started_at))
        },
    }
    if show.status is ShowStatus.ON_AIR and show.started_at is not None:
        last = found[-1].as_of_us if found else show.started_at
        state["round/due"] = last + form.every_minutes * MINUTE_US
    return state


def last_values(found: list[RoundView]) -> dict[str, list[int]]:
    """Figure -> [value, as of µs] of the last round that has it."""
    return {name: [value, view.as_of_us] for view in found for name, value in view.values.items()}


def steps_of(found: list[RoundView], name: str, started_us: int | None) -> list[list[int]]:
    """[from µs, to µs, what came between] of a cumulative figure, [at µs, at µs, value] of one that holds for a moment.

    Between two rounds only the sum is known, never its course; two that lie too close for a pace are one step. Without
    a beginning the first round has no step.
    """
    steps: list[list[int]] = []
    last = None if started_us is None else (started_us, 0)
    for view in found:
        if (value := view.values.get(name)) is None:
            continue
        if FIGURES[name].basis != "cumulative":
            steps.append([view.as_of_us, view.as_of_us, value])
            continue
        if steps and last is not None and view.as_of_us - last[0] < CLOSEST_US:
            steps[-1][1:] = [view.as_of_us, steps[-1][2] + value - last[1]]
        elif last is not None and view.as_of_us > last[0]:
            steps.append([last[0], view.as_of_us, value - last[1]])
        last = (view.as_of_us, value)
    return steps


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
