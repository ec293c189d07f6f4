"""What leaves the registers module: frozen dataclasses and enums, no Django. Times are µs UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ChangeKind(StrEnum):
    PRICE = "price"
    STOCK = "stock"


class ChangeState(StrEnum):
    """asked → made in the platform's console → checked by a second person; reverted or withdrawn ends it."""

    ASKED = "asked"
    MADE = "made"
    CHECKED = "checked"
    REVERTED = "reverted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class NewChange:
    """A price or stock change as it is asked for.

    Shape: `before` and `after` are minor units of the room's currency (price) or pieces (stock); `before` may be
    unknown. `revert_after_minutes` None leaves it for good. `is_made` when the asker has changed it already.
    """

    entry_id: str
    kind: ChangeKind
    link_no: str
    after: int
    before: int | None = None
    title: str = ""
    reason: str = ""
    asked_by: str = ""
    revert_after_minutes: int | None = None
    is_made: bool = False
    at_us: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change as it stands. `asked_by` is a name as said on set; the others are actors.

    Shape: `revert_us` is set once it is made with a timer; `is_overdue` when that has passed and nobody reverted.
    """

    entry_id: str
    show_id: str
    kind: ChangeKind
    state: ChangeState
    link_no: str
    title: str
    before: int | None
    after: int
    reason: str
    asked_by: str
    entered_by: str
    asked_us: int
    made_by: str = ""
    made_us: int | None = None
    checked_by: str = ""
    checked_us: int | None = None
    revert_us: int | None = None
    reverted_by: str = ""
    reverted_us: int | None = None
    is_overdue: bool = False


ADJUSTMENTS = ("budget", "bid", "roi_target", "started", "paused", "creative", "audience", "other")
"""What can be done to an ad plan."""


@dataclass(frozen=True, slots=True)
class NewAdjustment:
    """One act in the ad console: the plan as the team calls it, what was done, the values as typed."""

    entry_id: str
    plan: str
    what: str
    value: str = ""
    why: str = ""
    at_us: int | None = None


@dataclass(frozen=True, slots=True)
class AdjustmentView:
    """An adjustment as it was recorded; what came of it is for the numbers to say."""

    entry_id: str
    show_id: str
    at_us: int
    actor: str
    plan: str
    what: str
    value: str = ""
    why: str = ""
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class GiveAwayView:
    """A link that is given away or sold at a loss on purpose.

    Shape: `cap` None is no cap; `loss_minor` pieces × loss per piece, None where the loss per piece is not stated.
    """

    show_id: str
    link_no: str
    title: str
    given: int
    cap: int | None
    loss_per_piece_minor: int | None
    loss_minor: int | None
    left: int | None
    last_us: int | None = None


@dataclass(frozen=True, slots=True)
class GiveAwayEntry:
    """Pieces that went out at one time. Negative pieces take an entry back."""

    entry_id: str
    link_no: str
    pieces: int
    at_us: int
    actor: str
    note: str = ""


class ViolationState(StrEnum):
    """open → appealed → overturned or upheld; accepted without an appeal."""

    OPEN = "open"
    APPEALED = "appealed"
    OVERTURNED = "overturned"
    UPHELD = "upheld"
    ACCEPTED = "accepted"


MEASURES = ("warning", "points", "throttled", "muted", "link_removed", "cut_off", "banned", "other")
"""What the platform did about it."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file beside a violation; `name` as uploaded, `sha256` where it lies."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str
    actor: str
    at_us: int


@dataclass(frozen=True, slots=True)
class NewViolation:
    """A violation as the platform tells it. `points` None is not stated; `appeal_until_us` None has no deadline."""

    entry_id: str
    text: str
    measure: str = "warning"
    rule: str = ""
    points: float | None = None
    link_no: str = ""
    appeal_until_us: int | None = None
    at_us: int | None = None


@dataclass(frozen=True, slots=True)
class ViolationView:
    """A violation as it stands, with its files."""

    entry_id: str
    show_id: str
    state: ViolationState
    text: str
    measure: str
    rule: str
    points: float | None
    link_no: str
    at_us: int
    actor: str
    appeal_until_us: int | None
    settled_us: int | None = None
    settled_by: str = ""
    settled_note: str = ""
    files: tuple[FileView, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in {ViolationState.OPEN, ViolationState.APPEALED}


DUTIES = ("host", "assistant", "desk", "ads", "service", "other")
"""What somebody is on duty for."""


@dataclass(frozen=True, slots=True)
class ShiftView:
    """Planned and actual hours of one person at one show.

    Shape: `origin` counted (from host.on and host.off), typed, or planned while there are no actual hours;
    an open shift has no `to_us`. `shift_id` is empty for one that only the events know.
    """

    show_id: str
    shift_id: str
    person: str
    duty: str
    planned_from_us: int | None
    planned_to_us: int | None
    from_us: int | None
    to_us: int | None
    origin: str
    note: str = ""

    @property
    def worked_us(self) -> int | None:
        """Actual length; None while unknown or open."""
        return None if self.from_us is None or self.to_us is None else self.to_us - self.from_us


@dataclass(frozen=True, slots=True)
class Duty:
    """An interval in which events saw somebody on duty as host."""

    person: str
    from_us: int
    to_us: int | None


@dataclass(frozen=True, slots=True)
class PointView:
    """One point of the checklist: state open, fine or wrong, who said so and when."""

    point_id: str
    text: str
    state: str = "open"
    note: str = ""
    actor: str = ""
    at_us: int | None = None


@dataclass(frozen=True, slots=True)
class ChecklistView:
    """The checklist of a show. `due_us` is when it should be through: thirty minutes before the planned start."""

    show_id: str
    points: tuple[PointView, ...]
    due_us: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WordCheck:
    """Texts of a show that were checked for forbidden words. `scene`: speech, comment or group.

    Shape: `confirmed` texts with a finding that a person confirmed, `undecided` texts with one that nobody has judged.
    """

    scene: str
    texts: int
    confirmed: int
    undecided: int
    changed_us: int
