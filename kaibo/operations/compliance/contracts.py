"""What leaves the compliance module: frozen dataclasses, no Django."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kaibo.language.contracts import Action, Hit, Scene, Standing, Tried, View

__all__ = [
    "Action",
    "Answer",
    "Draft",
    "Hit",
    "PackView",
    "Question",
    "ReviewState",
    "ReviewView",
    "RuleView",
    "Scene",
    "Standing",
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
