"""faster-whisper: hears each stretch of speech once it is over; any CTranslate2 folder of the team's own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kaibo.studio.speech.contracts import RATE, Sound, SpeechNotReady, Utterance
from kaibo.studio.speech.vad import Stretch, Stretches, silero

NAME = "faster-whisper"
CUT_SIGN = "\ufffd"
"""What is left of a character of which the model said a part only, mostly at the very end."""
PROMPT_SIGNS = 150
"""A prompt holds 223 tokens, and a Chinese character takes up to two."""


class Whisper:
    """An engine on faster-whisper. Raises: SpeechNotReady for a missing package or a folder that is no model."""

    def __init__(self, folder: Path, *, hotwords: Sequence[str] = (), language: str = "zh") -> None:
        self._name, self._language = folder.name, language
        self._model = _model(folder)
        self._hotwords = "，".join(expected(hotwords)) or None
        self._stretches = Stretches(silero())

    def accept(self, sound: Sound) -> Iterator[Utterance]:
        for stretch in self._stretches.take(sound):
            yield from self._said(stretch)

    def finish(self) -> Iterator[Utterance]:
        for stretch in self._stretches.finish():
            yield from self._said(stretch)
        self._stretches = Stretches(silero())

    def _said(self, stretch: Stretch) -> Iterator[Utterance]:
        told, _about = self._model.transcribe(
            stretch.sound, language=self._language, hotwords=self._hotwords, condition_on_previous_text=False
        )
        begin_ms = stretch.start * 1000 // RATE
        for one in told:
            if text := one.text.replace(CUT_SIGN, "").strip():
                start, end = begin_ms + round(one.start * 1000), begin_ms + round(one.end * 1000)
                sure = min(1.0, float(np.exp(one.avg_logprob)))
                yield Utterance(start, max(start, end), text, NAME, self._name, sure)


def _model(folder: Path) -> Any:
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise SpeechNotReady("faster-whisper is not installed", fix="pip install 'kaibo[speech]'") from error
    if not (folder / "model.bin").is_file():
        raise SpeechNotReady(
            f"{folder} holds no model.bin, so it is no model of faster-whisper",
            fix="give --model-dir a Whisper folder in CTranslate2 form",
        )
    try:
        return WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        raise SpeechNotReady(f"faster-whisper cannot load {folder}: {error}", fix="check the folder") from error


def expected(hotwords: Sequence[str]) -> list[str]:
    """As many phrases as a prompt holds, the first ones first."""
    taken: list[str] = []
    for phrase in hotwords:
        if sum(map(len, taken)) + len(taken) + len(phrase) > PROMPT_SIGNS:
            break
        taken.append(phrase)
    return taken
