"""What leaves the lineup module: frozen dataclasses and enums, no Django."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

ROLES = ("traffic", "welfare", "hero", "profit")
"""引流 · 福利 · 主推 · 利润: what a link is for."""

MONEY = ("list_price_minor", "live_price_minor", "floor_price_minor", "cost_minor")
FIELDS = (
    "link_no", "style_no", "title", "role", "stock", "list_price_minor", "live_price_minor", "floor_price_minor",
    "cost_minor", "gift", "coupon", "cap", "planned_minutes", "points", "script", "promise", "sample_holder", "note",
)  # fmt: skip
"""The cells of a line, in the order of grid and export."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Stock of one colour and size; both are empty for a total without detail."""

    colour: str
    size: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Line:
    """One link of a lineup. Empty text and None are "not stated", never zero.

    Shape: `refused` field -> text that could not be read, kept until somebody corrects it; such a field is empty.
    Units: `_minor` minor units of the room's currency; `cap` pieces given away at most.
    """

    line_id: str
    link_no: str = ""
    style_no: str = ""
    title: str = ""
    role: str = ""
    stock: tuple[Pieces, ...] = ()
    list_price_minor: int | None = None
    live_price_minor: int | None = None
    floor_price_minor: int | None = None
    cost_minor: int | None = None
    gift: str = ""
    coupon: str = ""
    cap: int | None = None
    planned_minutes: float | None = None
    points: str = ""
    script: str = ""
    promise: str = ""
    sample_holder: str = ""
    note: str = ""
    refused: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def pieces(self) -> int | None:
        """All pieces, None where the sheet states no stock."""
        return sum(each.pieces for each in self.stock) if self.stock else None


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of the checks; defaults that a team changes per sheet.

    Shape: `core_sizes` sizes a link with sizes must have. Units: minor units of the room's currency.
    """

    core_sizes: tuple[str, ...] = ("M", "L")
    giveaway_loss_minor: int | None = 200_000
    minutes_tolerance_ratio: float = 0.1


class Severity(StrEnum):
    """Stops the evening, costs money, or is worth a look."""

    BAD = "bad"
    WARN = "warn"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says, as data: `kaibo.commerce.lineup.sentences` puts it in words.

    Shape: `line_id` and `field` are empty for a finding about the whole sheet.
    """

    code: str
    severity: Severity
    line_id: str = ""
    field: str = ""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell that was not taken: where, what is wrong, what to write instead. `row` counts from 1."""

    row: int
    column: str
    field: str
    text: str
    problem: str
    fix: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file and the cell it fills: certainty is exact, remembered, guessed, chosen or none."""

    index: int
    header: str
    field: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file or pasted text would bring. `left_out` row -> why that row is no line."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    problems: tuple[CellProblem, ...] = ()
    left_out: tuple[tuple[int, str], ...] = ()
    rows: int = 0


@dataclass(frozen=True, slots=True)
class VersionView:
    """The sheet after one act; `changed` counts lines. Units: µs UTC."""

    number: int
    act: str
    actor: str
    at_us: int
    changed: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineupView:
    """The lineup of a show as it stands; version 0 is a sheet that nobody has written yet."""

    show_id: str
    version: int
    lines: tuple[Line, ...] = ()
    rules: Rules = dataclasses.field(default_factory=Rules)
    published_version: int | None = None
    published_at: int | None = None
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One cell before and after, as people read it."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What happened to one line between two versions: added, removed, changed or moved."""

    kind: str
    line_id: str
    link_no: str
    title: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """One link as the platform lists it, from a feed or from its exported product list. None is not stated."""

    link_no: str
    style_no: str = ""
    title: str = ""
    price_minor: int | None = None
    stock: int | None = None


@dataclass(frozen=True, slots=True)
class ListedDifference:
    """Where the two disagree: missing, extra, order (link numbers), price (minor units) or stock (pieces)."""

    kind: str
    link_no: str
    title: str
    sheet: int | str
    listed: int | str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sheet against platform. `checked` and `unknown` count links by price and stock: unknown is not equal."""

    differences: tuple[ListedDifference, ...]
    lines: int
    listed: int
    checked: Mapping[str, int] = dataclasses.field(default_factory=dict)
    unknown: Mapping[str, int] = dataclasses.field(default_factory=dict)


class ActKind(StrEnum):
    """What the desk can do while a show is on air."""

    START = "start"
    NEXT = "next"
    RETURN = "return"
    END = "end"
    MARK = "mark"
    NOTE = "note"
    CALL = "call"
    HOST = "host"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Act:
    """One act as a client sends it: its own id, its own time (µs UTC), in the order it happened.

    Shape: `of` is the act that an undo takes back; `host_id` comes on duty, `relieves` goes off.
    """

    act_id: str
    kind: ActKind
    at_us: int
    link_no: str = ""
    text: str = ""
    host_id: str = ""
    relieves: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class ActAnswer:
    """What became of an act: recorded, known (it had arrived before), undone or refused with a sentence."""

    act_id: str
    state: str
    problem: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class ActView:
    """An act as it was recorded."""

    act_id: str
    kind: ActKind
    at_us: int
    received_us: int
    actor: str
    link_no: str = ""
    text: str = ""
    host_id: str = ""
    is_undone: bool = False
