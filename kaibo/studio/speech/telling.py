"""Utterances become events of the log: the same recording by the same engine has the same ids."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance, Receipt
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import now_us
from kaibo.studio.speech import audio, shelf
from kaibo.studio.speech.contracts import RATE, BadSound, Engine, Silent, Sound, Utterance
from kaibo.studio.speech.tape import Tape

KIND = "speech.transcribed"
FEED = "speech"
TRANSLATOR = "speech/1"

LEAST_PAUSE_SECONDS = 1.0
MOST_PAUSE_SECONDS = 30.0

type Heard = Callable[[Utterance], None]
type Broke = Callable[[Silent, float], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was said. `began_at` is when the recording begins; None for what is on air now. Units: µs UTC."""

    platform: str
    room_id: str
    show_id: str | None = None
    began_at: int | None = None


@dataclass(slots=True)
class Told:
    """What came of listening. Shape: `utterances` = accepted + duplicates + rejected; `breaks` counts interruptions."""

    utterances: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    breaks: int = 0
    heard_seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def add(self, receipt: Receipt) -> None:
        self.accepted += receipt.accepted
        self.duplicates += receipt.duplicates
        self.rejected += receipt.rejected
        self.problems += [f"{one.field}: {one.problem}" for one in receipt.details]


def listen(
    heard: str,
    engine: Engine,
    place: Place,
    *,
    told: Told | None = None,
    tell: Heard | None = None,
    keeps: bool = False,
    stop: Event | None = None,
) -> Told:
    """Hear a file, an address or a microphone to its end, or until `stop` is set; what a piece of sound finished is in
    the log before the next is heard. `keeps` keeps the sound of what is on air, `told` is filled as it goes.

    Raises: BadSound; what was said until then is in the log, the last words too.
    """
    line = _Line(heard, place, told if told is not None else Told(), tell, keeps=keeps)
    is_stopped = stop.is_set if stop is not None else lambda: False
    try:
        for piece in audio.pieces(heard):
            line.take(piece)
            line.keep(engine.accept(piece))
            if is_stopped():
                break
    except BadSound:
        line.keep(engine.finish())
        if not is_stopped():
            raise
    else:
        line.keep(engine.finish())
    finally:
        line.close()
    return line.told


def listen_on(
    heard: str, engine: Engine, place: Place, *, told: Told, stop: Event, broke: Broke, **options: Any
) -> Told:
    """Hear what is on air until `stop` is set: when it breaks off, or is not there yet, try again and again.

    Shape: pauses grow from one second to half a minute; what comes after one is a recording of its own.
    """
    pause = LEAST_PAUSE_SECONDS
    while not stop.is_set():
        before = told.heard_seconds
        try:
            return listen(heard, engine, place, told=told, stop=stop, **options)
        except Silent as error:
            told.breaks += 1
            pause = LEAST_PAUSE_SECONDS if told.heard_seconds > before else min(MOST_PAUSE_SECONDS, pause * 2)
            broke(error, pause)
            stop.wait(pause)
    return told


class _Line:
    """One connection: its beginning, what it is known by, how far it has come."""

    def __init__(self, heard: str, place: Place, told: Told, tell: Heard | None, *, keeps: bool) -> None:
        self.told = told
        self._heard, self._place, self._tell = heard, place, tell
        self._tape = Tape(place.platform, place.room_id) if keeps else None
        feed = eventlog.local_feed(FEED, place.platform, kinds=[KIND])
        self._provenance = Provenance(feed.id, translator_version=TRANSLATOR)
        self._began_at, self._is_sure = place.began_at, place.began_at is not None
        self._samples = 0
        self._mark = "" if audio.is_live(heard) else audio.digest(Path(heard))

    def take(self, piece: Sound) -> None:
        """The next piece. When listening began is told by the one that came with the least delay before anything was
        said: the first ones come late, together, once the address was understood."""
        self.told.heard_seconds += len(piece) / RATE
        if self._tape is not None:
            self._tape.take(piece)
        self._samples += len(piece)
        if not self._is_sure:
            begin = now_us() - self._samples * 1_000_000 // RATE
            self._began_at = begin if self._began_at is None else min(self._began_at, begin)

    def keep(self, said: Iterable[Utterance]) -> None:
        """What was finished, into the log."""
        found = list(said)
        if not found:
            return
        assert self._began_at is not None  # nothing is said before a piece of sound
        self._is_sure = True
        events = [event_of(one, self._place, self._reference(one), self._known_by(), self._began_at) for one in found]
        self.told.utterances += len(found)
        self.told.add(_keep(events, self._provenance))
        for one in found if self._tell else ():
            self._tell(one)  # type: ignore[misc]

    def close(self) -> None:
        """End the file of the kept sound."""
        if self._tape is not None:
            self._tape.close()

    def _known_by(self) -> str:
        """The sha256 of the file; of what is on air that of its name and beginning."""
        return self._mark or hashlib.sha256(f"{audio.shown_name(self._heard)} {self._began_at}".encode()).hexdigest()

    def _reference(self, one: Utterance) -> str:
        if self._tape is not None:
            return self._tape.reference(one.start_ms, one.end_ms)
        return shelf.refer(self._heard, one.start_ms, one.end_ms, mark=self._mark)


def _keep(events: list[PlatformEvent], provenance: Provenance) -> Receipt:
    """Opened for each: whoever listens for hours must not keep a server from taking the log."""
    log = eventlog.open_log()
    try:
        return log.append_events(events, provenance=provenance)
    finally:
        log.close()


def event_of(one: Utterance, place: Place, reference: str, mark: str, began_at: int) -> PlatformEvent:
    """One utterance as an event. `reference` says where it can be heard, `mark` stands for the recording."""
    attrs: dict[str, object] = {
        "recording": reference,
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
