"""sherpa-onnx: hears while the host speaks, with a streaming model of the team's own."""

import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from kaibo.studio.speech.contracts import RATE, Sound, SpeechNotReady, Utterance

NAME = "sherpa-onnx"
END_SECONDS = 0.6
TAIL_SECONDS = 0.8
"""Silence after the last sound, so that a model which looks ahead still says its last words."""
TOKEN_MS = 200
"""A sign is heard for about this long; models say only when it begins."""


class Sherpa:
    """An engine on sherpa-onnx. Raises: SpeechNotReady for a missing package or a folder that is no model."""

    def __init__(self, folder: Path, *, hotwords: Sequence[str] = ()) -> None:
        self._model = folder.name
        self._recognizer = _recognizer(folder, hotwords)
        self._feed = self._recognizer.create_stream()

    def accept(self, sound: Sound) -> Iterator[Utterance]:
        """What this sound finished; a pause of 0.6 s ends an utterance."""
        self._feed.accept_waveform(RATE, sound)
        while self._recognizer.is_ready(self._feed):
            self._recognizer.decode_stream(self._feed)
            if self._recognizer.is_endpoint(self._feed):
                yield from self._said()
                self._recognizer.reset(self._feed)

    def finish(self) -> Iterator[Utterance]:
        yield from self.accept(np.zeros(int(RATE * TAIL_SECONDS), np.float32))
        self._feed.input_finished()
        while self._recognizer.is_ready(self._feed):
            self._recognizer.decode_stream(self._feed)
        yield from self._said()
        self._feed = self._recognizer.create_stream()

    def _said(self) -> Iterator[Utterance]:
        text = self._recognizer.get_result(self._feed).strip()
        if not text:
            return
        begin = self._recognizer.start_time(self._feed)
        times = self._recognizer.timestamps(self._feed) or [0.0]
        probabilities = self._recognizer.ys_probs(self._feed)
        yield Utterance(
            round((begin + times[0]) * 1000),
            round((begin + times[-1]) * 1000) + TOKEN_MS,
            text,
            NAME,
            self._model,
            float(np.exp(np.mean(probabilities))) if len(probabilities) else None,
        )


def _recognizer(folder: Path, hotwords: Sequence[str]) -> Any:
    try:
        from sherpa_onnx import OnlineRecognizer
    except ImportError as error:
        raise SpeechNotReady("sherpa-onnx is not installed", fix="pip install 'kaibo[speech]'") from error
    tokens = folder / "tokens.txt"
    if not tokens.is_file():
        raise SpeechNotReady(
            f"{folder} holds no tokens.txt, so it is no model of sherpa-onnx",
            fix="give --model-dir the unpacked folder of a streaming model",
        )
    common = {
        "tokens": str(tokens),
        "num_threads": 2,
        "enable_endpoint_detection": True,
        "rule2_min_trailing_silence": END_SECONDS,
    }
    encoder, decoder, joiner = (_file(folder, part) for part in ("encoder", "decoder", "joiner"))
    try:
        if encoder and decoder and joiner:
            parts = {"encoder": encoder, "decoder": decoder, "joiner": joiner}
            with _expecting(tokens, hotwords) as expected:
                return OnlineRecognizer.from_transducer(**parts, **common, **expected)
        if encoder and decoder:
            return OnlineRecognizer.from_paraformer(encoder=encoder, decoder=decoder, **common)
        if model := _file(folder, "model"):
            make = OnlineRecognizer.from_wenet_ctc if _is_wenet(model) else OnlineRecognizer.from_zipformer2_ctc
            return make(model=model, **common)
    except (RuntimeError, ValueError) as error:
        raise SpeechNotReady(f"sherpa-onnx cannot load {folder}: {error}", fix="use a streaming model") from error
    raise SpeechNotReady(
        f"{folder} holds neither encoder, decoder and joiner nor model as .onnx",
        fix="give --model-dir the unpacked folder of a streaming transducer, paraformer or CTC model",
    )


def _file(folder: Path, part: str) -> str:
    """The file of this part, the int8 one where both are there: four times smaller and about as good."""
    found = sorted(folder.glob(f"{part}*.onnx"), key=lambda path: ("int8" not in path.name, path.name))
    return str(found[0]) if found else ""


def _is_wenet(model: str) -> bool:
    """A WeNet export names its caches; zipformer's are called otherwise."""
    return b"conv_cache" in Path(model).read_bytes()


def known_phrases(tokens: Path, hotwords: Sequence[str]) -> list[str]:
    """The phrases of which the model knows every sign; it refuses others."""
    known = {line.split()[0] for line in tokens.read_text(encoding="utf-8").splitlines() if line.strip()}
    return [phrase for phrase in hotwords if all(sign in known for sign in phrase)]


@contextmanager
def _expecting(tokens: Path, hotwords: Sequence[str]) -> Generator[dict[str, str]]:
    """What makes a transducer expect phrases (no other kind can); their file is read while the model is loaded."""
    usable = known_phrases(tokens, hotwords)
    if not usable:
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "hotwords.txt"
        file.write_text("\n".join(usable) + "\n", encoding="utf-8")
        yield {"decoding_method": "modified_beam_search", "hotwords_file": str(file)}
