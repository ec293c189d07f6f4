"""What leaves the compliance module: frozen dataclasses, no Django."""

from dataclasses import dataclass
from datetime import date

from kaibo.language.contracts import Action, Hit, Scene, Standing, Tried, View

__all__ = ["Action", "Answer", "Hit", "PackView", "Question", "RuleView", "Scene", "Standing", "Tried", "View"]


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
