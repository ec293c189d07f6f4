"""What leaves the opinion watch: frozen dataclasses, no Django."""

from dataclasses import dataclass
from enum import StrEnum

from kaibo.language.voice import Concern

__all__ = [
    "CAUSES",
    "OUTCOMES",
    "Concern",
    "Hour",
    "Level",
    "Limits",
    "MatterState",
    "MatterView",
    "Mention",
    "StepView",
]

CAUSES = ("burst", "spread", "days")
"""Why a matter was opened: much at once in one room; several rooms within a day; little by little over days."""
OUTCOMES = ("explained", "corrected", "compensated", "taken_down", "unfounded", "handed_on")
"""How people close a matter; `faded` and `taken_back` are written by the watch itself."""


class Level(StrEnum):
    """WARNING: it begins, somebody should look. ALARM: past the limit."""

    WARNING = "warning"
    ALARM = "alarm"


class MatterState(StrEnum):
    """Where a matter stands. The clock of two hours runs while it is only watched."""

    WATCHED = "watched"
    HANDLING = "handling"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Limits:
    """When talk becomes a matter. A voice is a person; where the feed does not say who, a different sentence.

    Shape: `voices` in `minutes` in one room alarm when they are also `times` what is usual there; `spread_voices` in
    `spread_rooms` within a day; `days_voices` over `days` days, two of them at least. A severe concern needs
    `severe_voices` for any of the three; dislike without a concern needs `other_voices` in one room, and only that.
    `warning_ratio` of a limit warns. `clock_minutes` until handling must have begun; `quiet_hours` without
    another sign let a mere warning fade. `bots` are told.
    """

    minutes: int = 10
    voices: int = 6
    times: float = 3.0
    severe_voices: int = 3
    other_voices: int = 15
    spread_rooms: int = 2
    spread_voices: int = 6
    days: int = 3
    days_voices: int = 12
    warning_ratio: float = 0.5
    clock_minutes: int = 120
    quiet_hours: int = 24
    bots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """One message with one concern. Shape: `viewer` is our keyed hash; `text` empty once it was forgotten."""

    id: int
    event_id: str
    kind: str
    at_us: int
    platform: str
    room_id: str
    show_id: str
    viewer: str
    text: str
    matched: str
    is_retracted: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """One act on a matter: who, what, when, from where to where, why."""

    at_us: int
    actor: str
    act: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Hour:
    """Mentions of a matter in one hour beside all messages heard in its rooms then. Units: `hour_us` µs UTC."""

    hour_us: int
    mentions: int
    heard: int


@dataclass(frozen=True, slots=True)
class MatterView:
    """Talk of one concern that the team follows until it is closed.

    Shape: `rooms` all it was heard in; `mentions`, `steps` and `hours` are empty in lists. `sign_us` is when its first
    sign reached us, `due_us` when handling must have begun; `started_us` when it had. `usual` is what the time before
    let one expect where `voices` were counted, None where nobody knows what is usual.
    """

    id: int
    concern: Concern
    level: Level
    state: MatterState
    cause: str
    voices: int
    usual: float | None
    count: int
    rooms: tuple[tuple[str, str], ...]
    first_us: int
    last_us: int
    sign_us: int
    due_us: int
    raised_us: int | None
    started_us: int | None
    started_by: str
    closed_us: int | None
    outcome: str
    changed_us: int
    mentions: tuple[Mention, ...] = ()
    steps: tuple[StepView, ...] = ()
    hours: tuple[Hour, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether the clock runs: nobody has begun to handle it."""
        return self.state == MatterState.WATCHED

    def is_late(self, now_us: int) -> bool:
        """Whether handling should have begun by now and has not."""
        return self.is_waiting and self.due_us < now_us
