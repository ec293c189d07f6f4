"""What leaves the speech module; no Django."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from kaibo.kit.errors import BadConfiguration, KaiboError

if TYPE_CHECKING:  # the command line names engines and should not wait for numpy
    import numpy as np
    from numpy.typing import NDArray

type Sound = NDArray[np.float32]
"""Mono samples between -1 and 1, RATE a second."""

RATE = 16_000


class EngineName(StrEnum):
    """Who hears."""

    SHERPA = "sherpa-onnx"
    WHISPER = "faster-whisper"


class BadSound(KaiboError):
    code = "bad_sound"


class Silent(BadSound):
    """What is on air cannot be reached, or broke off: it may come again."""

    code = "silent"


class SpeechNotReady(BadConfiguration):
    code = "speech_not_ready"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One finished piece of speech. `confidence` is 0-1, or None when the engine states none.

    Units: ms from the beginning of the recording, or of listening.
    """

    start_ms: int
    end_ms: int
    text: str
    engine: str
    model: str
    confidence: float | None = None


class Engine(Protocol):
    """Sound in, finished utterances out, in order of time."""

    def accept(self, sound: Sound) -> Iterable[Utterance]:
        """Hear the next piece; what was finished by it."""

    def finish(self) -> Iterable[Utterance]:
        """No more sound comes; what was still open. What is accepted after that is another recording."""
