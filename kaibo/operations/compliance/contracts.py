"""What leaves the compliance module: frozen dataclasses, no Django."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kaibo.language.contracts import Action, Hit, Scene, Standing, Tried, View

__all__ = [
    "Action",
    "Allowed",
    "Answer",
    "CaseState",
    "CaseView",
    "Draft",
    "Evidence",
    "Hit",
    "PackView",
    "Question",
    "ReviewState",
    "ReviewView",
    "RuleMeasure",
    "RuleView",
    "Scene",
    "SoundState",
    "SoundView",
    "SpokenRate",
    "Standing",
    "StepView",
    "TextView",
    "Tried",
    "View",
    "VoteView",
]

PRODUCTS = ("apparel", "appliances", "cosmetics", "food", "health_food", "mother_baby")
"""Categories that rules of the shipped packs know."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each text. None is "not known": a refusal that depends on it then becomes a warning.

    `packs` are ids, none for all shipped; `on` is the day the text is used, None for rules of any day.
    """

    scene: Scene = Scene.SCRIPT
    product: str | None = None
    platform: str | None = None
    country: str = "CN"
    on: date | None = None
    packs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The findings for one text. Shape: `hits` stand, `aside` do not, both by place; `action` is the strongest that
    stands, None when nothing does. The same text, question and `fingerprint` give the same answer, always."""

    action: Action | None
    hits: tuple[Hit, ...]
    aside: tuple[Hit, ...]
    versions: dict[str, int]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as a reader of the handbook sees it."""

    id: str
    category: str
    terms: tuple[str, ...]
    actions: dict[Scene, Action]
    severity: int
    article: str
    suggestion: str
    allow: tuple[str, ...]
    exemptions: tuple[str, ...]
    products: tuple[str, ...]
    detector: str


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack: version, where it comes from, its rules."""

    id: str
    version: int
    title_zh: str
    title_en: str
    origins: tuple[str, ...]
    rules: tuple[RuleView, ...]


class ReviewState(StrEnum):
    """Where a review stands: being worked on, agreed to by one of two, agreed to, sent back."""

    OPEN = "open"
    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that is brought to a review: which scene, where it comes from, what it says."""

    scene: Scene
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class TextView:
    """A text of a review with its findings. Units: places count characters of `text`."""

    id: int
    number: int
    scene: Scene
    label: str
    text: str
    original: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class VoteView:
    """Who agreed or sent back, why, when; `is_current` while no text has changed since."""

    actor: str
    act: str
    why: str
    at_us: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review. `red` texts are refused by a rule and need two people, `warned` are doubtful and need a reason.

    Shape: `texts` and `votes` are empty in lists. `is_stale`: the rules have changed since it was checked.
    """

    id: int
    title: str
    show_id: str
    platform: str
    room_id: str
    product: str
    origin: str
    state: ReviewState
    revision: int
    red: int
    warned: int
    actor: str
    made_us: int
    changed_us: int
    fingerprint: str
    is_stale: bool
    texts: tuple[TextView, ...] = ()
    votes: tuple[VoteView, ...] = ()


class CaseState(StrEnum):
    """Where a case stands. `withdrawn`: what was said was taken back from the log (an import undone)."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    HANDLED = "handled"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"


class SoundState(StrEnum):
    """What can be heard: an excerpt kept as evidence, the recording itself, or nothing on this machine."""

    CLIP = "clip"
    RECORDING = "recording"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class SoundView:
    """Where the words of a finding can be heard. `sha256` is that of the kept excerpt; `is_whole` while the recording
    is here too.

    Units: seconds of the recording; `lead_seconds` lie before the words in what is played.
    """

    state: SoundState
    recording: str
    start_seconds: float
    end_seconds: float
    lead_seconds: float
    is_whole: bool
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding of a case: what was said, where in the log, by which rule. Places count characters of `text`.

    Shape: `recording` is what the event said, `noted` what a person said later; `sound` is None where neither names a
    place in a recording.
    """

    id: int
    event_id: str
    at_us: int
    viewer_id: str
    host_id: str
    recording: str
    text: str
    start: int
    end: int
    matched: str
    term: str
    view: View
    pack: str
    pack_version: int
    fingerprint: str
    exemptions: tuple[Tried, ...] = ()
    is_retracted: bool = False
    noted: str = ""
    sound: SoundView | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    """One row of a case's history as the chain keeps it."""

    seq: int
    kind: str
    actor: str
    at_us: int
    state: str
    why: str
    digest: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A suspected violation. Units: µs UTC; `due_us` is when it must be decided and handled.

    Shape: `evidence` and `steps` are empty in lists; `owner` is empty until somebody takes it.
    """

    id: int
    show_id: str
    platform: str
    room_id: str
    scene: Scene
    rule: str
    category: str
    action: Action
    severity: int
    article: str
    suggestion: str
    matched: str
    excerpt: str
    hits: int
    state: CaseState
    opened_us: int
    due_us: int
    last_hit_us: int
    owner: str
    acknowledged_us: int | None
    decided_us: int | None
    handled_us: int | None
    appealed_us: int | None
    evidence: tuple[Evidence, ...] = ()
    steps: tuple[StepView, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether the clock runs: not dismissed, not handled, not withdrawn."""
        return self.state in {CaseState.OPEN, CaseState.CONFIRMED, CaseState.APPEALED}


@dataclass(frozen=True, slots=True)
class RuleMeasure:
    """How often a rule was right. `false_ratio` is None while nothing was decided."""

    rule: str
    hits: int
    confirmed: int
    dismissed: int
    undecided: int
    false_ratio: float | None


@dataclass(frozen=True, slots=True)
class Allowed:
    """A context in which a rule was dismissed again and again; accepted ones hold from a version of the artifact on."""

    id: int
    rule: str
    phrase: str
    state: str
    cases: tuple[int, ...]
    proposed_us: int
    decided_us: int | None
    actor: str
    why: str
    version: int | None


@dataclass(frozen=True, slots=True)
class SpokenRate:
    """Sensitive-word rate: texts with a confirmed finding per text checked. None without a checked text.

    Shape: provisional while cases are undecided; `limit` is the team's aim.
    """

    value: float | None
    confirmed: int
    texts: int
    undecided: int
    limit: float
