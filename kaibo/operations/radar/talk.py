"""What was said in a span, word by word against what is usual."""

from collections import Counter
from collections.abc import Sequence

from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import MINUTE_US
from kaibo.kit.errors import NotFound
from kaibo.language import api as language
from kaibo.language.voice import Polarity
from kaibo.operations.radar.contracts import CloudTerm, CommentView, SignalView, Talk
from kaibo.operations.radar.models import ShowRadar, Signal
from kaibo.warehouse import api as warehouse

MOST_WORDS = 80
LEAST_COUNT = 2
SLOGAN_TIMES, SLOGAN_SHARE = 10, 0.01
"""A sentence counts as a slogan from ten times and one in a hundred comments of the span on."""
SHORT, SHORT_TIMES, SHORT_SHARE = 6, 50, 0.1
"""Below six characters people say the same without being asked (有大码吗): then from fifty times and one in ten on."""


def talk(show_id: str, *, from_us: int, to_us: int) -> Talk:
    """Words, moods and intents of a span beside the baseline: earlier nights of the room, else this show before it.

    Shape: what the warehouse has counted, a second or two behind the newest comment. Cost: seven queries beside those
    of `shows_like`.
    """
    words, moods, intents, told, all_ = (
        Counter(warehouse.words(show_id, dimension, from_us=from_us, to_us=to_us))
        for dimension in ("term", "mood", "intent", "sentence", "comment")
    )
    slogans = _slogans(told, all_[""])
    _take_out(words, moods, intents, slogans)
    comments = all_[""] - sum(slogans.values())
    usual, usual_comments, nights = _nights(show_id)
    baseline = "nights"
    if not usual_comments:
        usual, usual_comments = _usual(show_id, to_us=from_us)
        baseline = "before" if usual_comments else "none"
    share = comments / usual_comments if usual_comments else None
    positive, negative = moods[Polarity.POSITIVE], moods[Polarity.NEGATIVE]
    held = positive + negative
    return Talk(
        from_us=from_us,
        to_us=to_us,
        comments=comments,
        positive=positive,
        negative=negative,
        unsure=moods[Polarity.UNSURE],
        positive_ratio=positive / held if held else None,
        intents={name: count for name, count in intents.most_common() if count},
        words=_terms(words, usual, share),
        baseline=baseline,
        nights=nights,
        slogans=tuple(slogans.most_common(5)),
    )


def _slogans(told: Counter[str], comments: int) -> Counter[str]:
    """Sentences that many repeated over the span."""
    least, least_short = max(SLOGAN_TIMES, SLOGAN_SHARE * comments), max(SHORT_TIMES, SHORT_SHARE * comments)
    return Counter(
        {text: count for text, count in told.items() if count >= (least_short if len(text) < SHORT else least)}
    )


def _take_out(words: Counter[str], moods: Counter[str], intents: Counter[str], slogans: Counter[str]) -> None:
    """The words of slogans, the moods and intents they were counted with. A question stays one however many ask it."""
    texts = list(slogans)
    opinions, readings = language.opinions_of(texts), language.read_intents(texts)
    for text, terms, opinion, reading in zip(texts, language.terms_of(texts), opinions, readings, strict=True):
        for intent in reading.intents:
            if intent not in language.QUESTIONS:
                intents[intent.value] = max(0, intents[intent.value] - slogans[text])
        moods[opinion.polarity] = max(0, moods[opinion.polarity] - slogans[text])
        for term in terms:
            words[term] = max(0, words[term] - slogans[text])


def _terms(words: Counter[str], usual: Counter[str], share: float | None) -> tuple[CloudTerm, ...]:
    found = []
    for word, count in words.items():
        if count < LEAST_COUNT:
            continue
        expected = None if share is None else usual[word] * share
        lift = None if expected is None else (count - expected) / (expected + 1) ** 0.5
        found.append(CloudTerm(word, count, None if expected is None else round(expected, 1), lift and round(lift, 1)))
    found.sort(key=lambda one: (-one.count, one.word))
    return tuple(_whole(found)[:MOST_WORDS])


def _whole(found: list[CloudTerm]) -> list[CloudTerm]:
    """Without pieces of a longer word that is said as often: 多巴 beside 多巴胺."""
    most = found[: 4 * MOST_WORDS]
    return [
        one
        for one in most
        if not any(
            len(other.word) > len(one.word) and one.word in other.word and other.count >= 0.8 * one.count
            for other in most
        )
    ]


def _usual(shows: str | Sequence[str], *, to_us: int | None = None) -> tuple[Counter[str], int]:
    """Words and how many comments they were said in."""
    comments = warehouse.words(shows, "comment", to_us=to_us).get("", 0)
    return Counter(warehouse.words(shows, "term", to_us=to_us)) if comments else Counter(), comments


def _nights(show_id: str) -> tuple[Counter[str], int, int]:
    """Words and comments of earlier nights of the same room and slot, and how many nights that are."""
    try:
        earlier = [one.show_id for one in shows.shows_like(show_id)]
    except NotFound:
        return Counter(), 0, 0
    read = warehouse.shows_read(earlier) if earlier else []
    return (*_usual(read), len(read)) if read else (Counter(), 0, 0)


def span(show_id: str) -> tuple[int, int] | None:
    """First minute with a comment, and the end of the last; None without one. Cost: one query."""
    minutes = pulse(show_id)
    return (minutes[0][0], minutes[-1][0] + MINUTE_US) if minutes else None


def pulse(show_id: str) -> list[tuple[int, int]]:
    """(minute, comments) of every minute with a comment, in order. Cost: one query."""
    return [(one.minute_us, one.comments) for one in warehouse.word_minutes(show_id, "comment")]


def signals(
    show_id: str, *, from_us: int | None = None, to_us: int | None = None, kinds: tuple[str, ...] = (), limit: int = 60
) -> list[SignalView]:
    """Bursts, floods and complaints, the newest first. Cost: one query."""
    rows = Signal.objects.filter(show_id=show_id).order_by("-to_us", "-lift", "-peak")
    if from_us is not None:
        rows = rows.filter(to_us__gte=from_us)
    if to_us is not None:
        rows = rows.filter(from_us__lt=to_us)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return [
        SignalView(
            row.pk, row.kind, row.term, row.flood, row.from_us, row.to_us, row.peak, row.expected, row.lift,
            row.viewers, row.is_new, tuple((name, text) for name, text, *_ in row.examples),
        )
        for row in rows[:limit]
    ]  # fmt: skip


def comments(show_id: str, word: str, *, from_us: int, to_us: int, limit: int = 200) -> tuple[list[CommentView], int]:
    """Comments of a span that hold a word, the newest first, and how many there are. Cost: reads the show's log."""
    wanted = word.casefold()
    found = [
        CommentView(event.event_id, event.occurred_at, event.text)
        for event in eventlog.events_of(show_id)
        if event.kind == "comment.posted"
        and from_us <= event.occurred_at < to_us
        and event.text
        and wanted in event.text.casefold()
    ]
    return found[::-1][:limit], len(found)


def changed(show_id: str) -> int:
    """An instant that moves whenever the radar of the show does; 0 before the first. Cost: one query."""
    found = ShowRadar.objects.filter(show_id=show_id).values_list("changed_us", flat=True).first()
    return found or 0
