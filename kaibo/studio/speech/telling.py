"""Utterances become events of the log: the same recording by the same engine has the same ids."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance, Receipt
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import now_us
from kaibo.studio.speech import audio
from kaibo.studio.speech.contracts import RATE, Engine, Utterance

KIND = "speech.transcribed"
FEED = "speech"
TRANSLATOR = "speech/1"

type Heard = Callable[[Utterance], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was said. `began_at` is when the recording begins; None for what is on air now. Units: µs UTC."""

    platform: str
    room_id: str
    show_id: str | None = None
    began_at: int | None = None


@dataclass(slots=True)
class Told:
    """What came of listening. Shape: `utterances` = accepted + duplicates + rejected."""

    utterances: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    heard_seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def add(self, receipt: Receipt) -> None:
        self.accepted += receipt.accepted
        self.duplicates += receipt.duplicates
        self.rejected += receipt.rejected
        self.problems += [f"{one.field}: {one.problem}" for one in receipt.details]


def listen(heard: str, engine: Engine, place: Place, *, tell: Heard | None = None) -> Told:
    """Hear a file or an address to its end; every utterance is in the log before the next piece is heard.

    Raises: BadSound; what was said until then is in the log.
    """
    feed = eventlog.local_feed(FEED, place.platform, kinds=[KIND])
    provenance = Provenance(feed.id, translator_version=TRANSLATOR)
    told = Told()
    began_at, mark = place.began_at, ""
    if not audio.is_address(heard):
        mark = audio.digest(Path(heard))
    for said, samples in _said(heard, engine):
        told.heard_seconds = samples / RATE
        began_at = began_at if began_at is not None else now_us() - samples * 1_000_000 // RATE
        mark = mark or hashlib.sha256(f"{audio.shown_name(heard)} {began_at}".encode()).hexdigest()
        if said:
            told.utterances += len(said)
            told.add(_keep([event_of(one, place, heard, mark, began_at) for one in said], provenance))
        for one in said if tell else ():
            tell(one)  # type: ignore[misc]
    return told


def _said(heard: str, engine: Engine) -> Iterator[tuple[list[Utterance], int]]:
    """What each piece finished, and the samples heard by then."""
    samples = 0
    for piece in audio.pieces(heard):
        samples += len(piece)
        yield list(engine.accept(piece)), samples
    yield list(engine.finish()), samples


def _keep(events: list[PlatformEvent], provenance: Provenance) -> Receipt:
    """Opened for each: whoever listens for hours must not keep a server from taking the log."""
    log = eventlog.open_log()
    try:
        return log.append_events(events, provenance=provenance)
    finally:
        log.close()


def event_of(one: Utterance, place: Place, heard: str, mark: str, began_at: int) -> PlatformEvent:
    """One utterance as an event. `mark` stands for the recording: the sha256 of its bytes."""
    attrs: dict[str, object] = {
        "recording": f"{audio.shown_name(heard)}#t={one.start_ms / 1000:.1f},{one.end_ms / 1000:.1f}",
        "start_ms": one.start_ms,
        "end_ms": one.end_ms,
        "engine": one.engine,
        "model": one.model,
    }
    if one.confidence is not None:
        attrs["confidence"] = round(one.confidence, 3)
    return PlatformEvent(
        event_id=f"speech-{mark[:32]}-{one.start_ms}",
        kind=KIND,
        platform=place.platform,
        room_id=place.room_id,
        show_id=place.show_id,
        occurred_at=began_at + one.start_ms * 1000,
        text=one.text,
        duration_ms=one.end_ms - one.start_ms,
        attrs=attrs,
    )
