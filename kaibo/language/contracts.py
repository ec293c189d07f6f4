"""What the language room takes and gives: rules, packs, hits with their evidence. Frozen, no Django."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Action(StrEnum):
    """What a hit asks for, weakest first."""

    COUNT = "count"
    WARN = "warn"
    BLOCK = "block"

    @property
    def rank(self) -> int:
        """0 count, 1 warn, 2 block."""
        return ("count", "warn", "block").index(self.value)


class Scene(StrEnum):
    """Where the words stand; the same word may be refused in a title and only counted in a comment."""

    TITLE = "title"
    SCRIPT = "script"
    SPEECH = "speech"
    COMMENT = "comment"
    GROUP = "group"


class View(StrEnum):
    """The form of the text in which a word was found."""

    PLAIN = "plain"
    COLLAPSED = "collapsed"
    UNSPACED = "unspaced"
    SOUND = "sound"
    SPLIT = "split"
    LOOKALIKE = "lookalike"
    CONTACT = "contact"


class Standing(StrEnum):
    """What became of a hit."""

    STANDS = "stands"
    ALLOWED = "allowed"
    EXEMPT = "exempt"
    COVERED = "covered"


class Boundary(StrEnum):
    """What may stand beside a word. AUTO: no letter beside a letter, no digit beside a digit."""

    AUTO = "auto"
    WORD = "word"
    NUMBER = "number"
    SUBSTRING = "substring"


@dataclass(frozen=True, slots=True)
class Rule:
    """One reviewed rule: words of one meaning, with the same law, scenes and exemptions.

    `actions` maps each scene in which the rule applies to what it asks for there. `max_gap` is how many visible marks
    may stand between two characters of a word; None decides by its script. `near` words must, `not_near` words must
    not stand within `near_distance` characters in the same message. `sound_from` is the fewest syllables that are
    compared by sound, 0 for never. A rule with a `detector` has no words; `contact` finds its places.
    """

    id: str
    terms: tuple[str, ...]
    actions: dict[Scene, Action]
    category: str
    severity: int = 2
    article: str = ""
    suggestion: str = ""
    boundary: Boundary = Boundary.AUTO
    max_gap: int | None = None
    allow: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()
    near_distance: int = 12
    exemptions: tuple[str, ...] = ()
    products: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset({"CN"})
    since: date | None = None
    until: date | None = None
    sound_from: int = 3
    is_split: bool = True
    is_lookalike: bool = True
    detector: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A set of rules with where they come from. `version` rises with every reviewed change."""

    id: str
    version: int
    title_zh: str
    title_en: str
    origins: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a text is checked. An unknown product category or platform is None: rules that depend on it then
    apply as a warning, because nobody showed that they do not."""

    scene: Scene = Scene.SCRIPT
    product: str | None = None
    platform: str | None = None
    country: str = "CN"
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """One exemption that was tried on a hit: which clause, whether it applies, on which words, and whether somebody
    has to show proof before it counts."""

    name: str
    clause: str
    applies: bool
    words: str = ""
    needs_proof: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a text and everything that speaks for or against it.

    Units: `start`, `end` count characters of the original text; `matched == text[start:end]`.
    """

    rule: str
    pack: str
    pack_version: int
    category: str
    term: str
    matched: str
    start: int
    end: int
    view: View
    action: Action
    severity: int
    standing: Standing = Standing.STANDS
    because: str = ""
    article: str = ""
    suggestion: str = ""
    origins: tuple[str, ...] = ()
    exemptions: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """The answer for one text. Shape: `hits` stand, by place; `aside` were found but do not stand, with the reason."""

    scene: Scene
    hits: tuple[Hit, ...] = ()
    aside: tuple[Hit, ...] = ()
    versions: dict[str, int] = field(default_factory=dict)

    @property
    def action(self) -> Action | None:
        """The strongest action that a standing hit asks for; None when nothing stands."""
        return max((hit.action for hit in self.hits), key=lambda action: action.rank, default=None)
