"""WAV files of the tests."""

import wave
from pathlib import Path

import numpy as np


def write_wave(path: Path, samples: np.ndarray, rate: int, width: int = 2) -> Path:
    """`samples` between -1 and 1, a column per lane, as PCM of 8 × width bits."""
    lanes = 1 if samples.ndim == 1 else samples.shape[1]
    if width == 1:
        data = (np.round(samples * 127) + 128).astype(np.uint8).tobytes()
    else:
        whole = np.round(samples * (2.0 ** (8 * width - 1) - 1)).astype("<i4")
        data = whole.ravel().view(np.uint8).reshape(-1, 4)[:, :width].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(lanes)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(data)
    return path
