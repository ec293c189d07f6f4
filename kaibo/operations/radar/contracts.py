"""What leaves the radar: frozen dataclasses, no Django."""

from dataclasses import dataclass

from kaibo.language.voice import QUESTIONS, Intent

TOPICS = tuple(one.value for one in Intent if one in QUESTIONS)
"""What a question is about; also the topics of the script library."""
SITUATIONS = ("complaint", "flood", "violation", "stock_out", "network", "apology", "explanation")
"""What the library is prepared for beside questions."""
STAGES = ("attention", "interest", "desire", "action")
"""The four stages of a script (AIDA, 引发注意 产生兴趣 激发欲望 促成行动): lines of each are prepared."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that one answer answers. `link_no` is the link named, else the one explained when it was asked.

    Units: µs UTC. Shape: `first_us` the oldest that nobody answered; `weight` how near a purchase, 0 to 1; `examples`
    the newest texts first.
    """

    topic: str
    link_no: str
    count: int
    first_us: int
    last_us: int
    weight: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A topic was answered: how (said, reply, hand), by which event or person, in which words."""

    id: int
    topic: str
    link_no: str
    at_us: int
    how: str
    of: str
    words: str


@dataclass(frozen=True, slots=True)
class SignalView:
    """A burst, a flood or complaints. `expected` and `lift` only of bursts and complaints; `flood` its kind."""

    id: int
    kind: str
    term: str
    flood: str
    from_us: int
    to_us: int
    peak: int
    expected: float
    lift: float
    viewers: int | None
    is_new: bool
    examples: tuple[tuple[str, str], ...]  # event id, text


@dataclass(frozen=True, slots=True)
class CloudTerm:
    """A word of a span. `expected` is what the baseline lets one expect of so many comments, None without one."""

    word: str
    count: int
    expected: float | None
    lift: float | None


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said in a span. `baseline`: nights (earlier shows), before (this show before the span), none.

    Shape: `slogans` sentences that many repeated (a lucky bag asks for them), their words and moods are taken out of
    everything else; `positive_ratio` among those who hold an opinion, None when nobody does; `words` most said first.
    """

    from_us: int
    to_us: int
    comments: int
    positive: int
    negative: int
    unsure: int
    positive_ratio: float | None
    intents: dict[str, int]
    words: tuple[CloudTerm, ...]
    baseline: str
    nights: int
    slogans: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LineView:
    """A prepared sentence. `topic` is a topic of questions, a situation, or a stage of a script."""

    id: int
    topic: str
    title: str
    text: str
    actor: str
    changed_us: int


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment as it stands in the log."""

    event_id: str
    at_us: int
    text: str
