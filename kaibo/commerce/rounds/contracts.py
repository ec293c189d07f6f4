"""What leaves the rounds module: frozen dataclasses, no Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FigureKind:
    """A figure that can be typed. `figure` is its name inside the event, `tiles` are the tiles it fills.

    Shape: a cumulative figure counts from the start of the show and never falls; a point holds for its instant.
    Units: minor (money), count or seconds.
    """

    figure: str
    unit: str = "count"
    basis: str = "cumulative"
    tiles: tuple[int, ...] = ()


FIGURES: dict[str, FigureKind] = {
    kind.figure: kind
    for kind in (
        FigureKind("gmv_paid_minor", "minor", tiles=(1, 2, 6, 7)),
        FigureKind("orders_paid"),
        FigureKind("views", tiles=(4, 7)),
        FigureKind("viewers", tiles=(10,)),
        FigureKind("online_now", basis="point", tiles=(3,)),
        FigureKind("spend_minor", "minor", tiles=(5, 6)),
        FigureKind("followers_gained", tiles=(10,)),
        FigureKind("club_joiners", tiles=(10,)),
        FigureKind("stay_per_viewer", "seconds", "point", tiles=(8,)),
        FigureKind("product_exposed_viewers", tiles=(9,)),
        FigureKind("product_click_viewers", tiles=(9,)),
        FigureKind("payers", tiles=(9,)),
        FigureKind("units_paid"),
        FigureKind("gmv_placed_minor", "minor"),
        FigureKind("impressions", tiles=(4,)),
        FigureKind("comments"),
        FigureKind("interactors", tiles=(10,)),
    )
}
"""Everything a round may hold, in the order in which the settings offer it."""

DEFAULT_FIGURES = (
    "gmv_paid_minor",
    "orders_paid",
    "views",
    "viewers",
    "online_now",
    "spend_minor",
    "followers_gained",
    "club_joiners",
)
"""The eight that a team starts with; a room changes them."""
MOST_FIGURES = 12
EVERY_MINUTES = 30
"""Source: the trade's habit of a round every 15 to 30 minutes."""


@dataclass(frozen=True, slots=True)
class RoundForm:
    """Which figures a room types, how often, and the text that is posted; an empty template is the default one."""

    figures: tuple[str, ...] = DEFAULT_FIGURES
    every_minutes: int = EVERY_MINUTES
    template: str = ""
    bots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission of a device. The same `round_id` with another `entry_id` corrects that round.

    Units: `as_of_us` µs UTC; values in the unit of their figure.
    """

    entry_id: str
    round_id: str
    as_of_us: int
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FigureProblem:
    """A figure that was not taken. `known_value` and `known_us` name the round that contradicts it, where one does."""

    figure: str
    value: int
    problem: str
    fix: str
    known_value: int | None = None
    known_us: int | None = None


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """What became of an entry: recorded, known (it had arrived before) or refused (nothing of it was taken)."""

    entry_id: str
    state: str
    problems: tuple[FigureProblem, ...] = ()
    problem: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class RoundView:
    """One round as it stands after its corrections.

    Shape: `differences` figure -> value minus the last round before it that has the figure; None for the first,
    and absent for a point. `number` counts from 1 in order of time. Units: µs UTC.
    """

    round_id: str
    number: int
    as_of_us: int
    received_us: int
    actor: str
    values: Mapping[str, int] = field(default_factory=dict)
    differences: Mapping[str, int | None] = field(default_factory=dict)
    corrected_us: int | None = None
    corrected_by: str = ""


@dataclass(frozen=True, slots=True)
class RoundDue:
    """When the next round is due. `last_us` is the instant of the last one, None before the first."""

    due_us: int
    last_us: int | None
    is_due: bool
