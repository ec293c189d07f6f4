"""The room's voice in types: words, intents, opinions, bursts, floods. Frozen, no Django."""

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    """What a message wants; the order is the order in which one is shown when a message has several."""

    COMPLAINT = "complaint"
    AFTER_SALES = "after_sales"
    ORDER_PLACED = "order_placed"
    SIZE = "size"
    PRICE = "price"
    COUPON = "coupon"
    LINK = "link"
    STOCK = "stock"
    SHIPPING = "shipping"
    QUALITY = "quality"
    COMPARISON = "comparison"
    PRAISE = "praise"


class Concern(StrEnum):
    """What angry talk is about; the order is how grave it is. OTHER: a complaint or a dislike of nothing known."""

    INJURY = "injury"
    FAKE = "fake"
    FAULT = "fault"
    FALSE_AD = "false_ad"
    PRICE = "price"
    REFUND = "refund"
    SHIPPING = "shipping"
    HOST = "host"
    OTHER = "other"


class Polarity(StrEnum):
    """UNSURE: an opinion, but the model abstains. NEUTRAL: no opinion at all (a question, a number, a greeting)."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    UNSURE = "unsure"


class FloodKind(StrEnum):
    """CHORUS: many people, one sentence (a lucky bag's slogan, a chant). COPIES: few people, one sentence.
    ONE_VIEWER: one person, many messages. UNKNOWN_CROWD: one sentence, and the feed does not say who."""

    CHORUS = "chorus"
    COPIES = "copies"
    ONE_VIEWER = "one_viewer"
    UNKNOWN_CROWD = "unknown_crowd"


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the room. `viewer` is a keyed hash, empty where the feed does not say who. Units: µs UTC."""

    id: str
    at_us: int
    text: str
    viewer: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: `text[start:end]`. `is_content` is False for particles, marks and numbers."""

    text: str
    start: int
    end: int
    is_content: bool


@dataclass(frozen=True, slots=True)
class Cue:
    """One place that speaks for an intent: `matched == text[start:end]`."""

    intent: Intent
    matched: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message wants. Shape: `intents` without repeats, the one to show first; `links` are link numbers named."""

    intents: tuple[Intent, ...] = ()
    cues: tuple[Cue, ...] = ()
    is_question: bool = False
    links: tuple[int, ...] = ()

    @property
    def intent(self) -> Intent | None:
        """The one to show; None when nothing was recognised."""
        return self.intents[0] if self.intents else None

    @property
    def question(self) -> Intent | None:
        """What is asked: the first intent that is a question by nature. None: not a question that we know."""
        return next((one for one in self.intents if one in QUESTIONS), None) if self.is_question else None

    @property
    def group(self) -> str:
        """The same for messages that one answer answers: `price:3`. Empty for what is no question."""
        asked = self.question
        return f"{asked.value}:{','.join(map(str, self.links))}" if asked else ""


QUESTIONS = frozenset(Intent) - {Intent.COMPLAINT, Intent.ORDER_PLACED, Intent.PRAISE}


@dataclass(frozen=True, slots=True)
class Grievance:
    """One thing that a message complains about. `matched`: the words that say so, as written; empty for OTHER."""

    concern: Concern
    matched: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """`score` is the chance that the message is positive, None where it holds no opinion; `because` says what decided:
    `intent`, `words`, `model`, `slogan`, `short`."""

    polarity: Polarity
    score: float | None
    because: str


@dataclass(frozen=True, slots=True)
class Burst:
    """A word that is said far more often than before. Units: `count` messages inside the window, `expected` as many as
    the time before lets one expect; `lift` = (count − expected) / √(expected + 1). `viewers` None: the feed does not
    say who."""

    term: str
    count: int
    expected: float
    lift: float
    viewers: int | None
    began_at_us: int
    is_new: bool
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CloudWord:
    """A word of the recent minutes beside what the time before lets one expect; `expected` None: no time before."""

    term: str
    count: int
    expected: float | None
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flood:
    """The same thing over and over. `viewers` None: the feed does not say who; `is_slogan`: asked for by a lucky bag
    (told by the caller, or a long sentence said by many), so that it is no warning."""

    kind: FloodKind
    text: str
    count: int
    viewers: int | None
    from_us: int
    to_us: int
    ids: tuple[str, ...]
    is_slogan: bool
