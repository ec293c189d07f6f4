"""What is heard on air, kept as WAV files in the home, so that who judges a word can hear it."""

import wave
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kaibo.kit import env
from kaibo.kit.clock import DAY_US, now_us
from kaibo.studio.speech import shelf
from kaibo.studio.speech.contracts import RATE, BadSound, Sound

FILE_SAMPLES = 6 * 3600 * RATE
"""A file ends after six hours: 690 MB, far below the 4 GB that a WAV file can say."""


class Tape:
    """Takes the pieces of one room and says where a place of them lies. Raises: BadSound on a full disk."""

    def __init__(self, platform: str, room_id: str) -> None:
        self._room = shelf.room_tag(platform, room_id)
        self._begins: list[tuple[int, Path]] = []  # first sample of each file
        self._samples = 0
        self._file: wave.Wave_write | None = None
        self._bytes: IO[bytes] | None = None

    def take(self, sound: Sound) -> None:
        """Keep the next piece: in the file, its head included, when this returns."""
        try:
            if self._file is None or self._samples - self._begins[-1][0] >= FILE_SAMPLES:
                self._next()
            assert self._file is not None
            assert self._bytes is not None
            self._file.writeframes(shelf.pcm(sound))
            self._bytes.flush()
        except OSError as error:
            raise BadSound(
                f"the sound cannot be kept: {error.strerror}", fix="free some space, or leave --keep out"
            ) from error
        self._samples += len(sound)

    def reference(self, start_ms: int, end_ms: int) -> str:
        """How evidence names this place. Units: ms from the first piece on."""
        first, path = next(
            (one for one in reversed(self._begins) if one[0] * 1000 // RATE <= start_ms), self._begins[0]
        )
        before_ms = first * 1000 // RATE
        return shelf.refer(str(path), max(0, start_ms - before_ms), end_ms - before_ms)

    def close(self) -> None:
        """End the file; the next piece begins another."""
        if self._file is not None:
            self._file.close()
        if self._bytes is not None:
            self._bytes.close()
        self._file = self._bytes = None

    def _next(self) -> None:
        self.close()
        folder = shelf.on_air()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{self._room}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.wav"
        self._bytes = path.open("xb")
        self._file = wave.open(self._bytes, "wb")  # noqa: SIM115 - open for hours
        shelf.begin(self._file)
        self._begins.append((self._samples, path))


def let_go(*, now: int | None = None) -> int:
    """Remove sound kept on air after its term; how many files. Recordings of the team's own are never touched."""
    days = env.recording_days()
    folder = shelf.on_air()
    if not days or not folder.is_dir():
        return 0
    before = ((now or now_us()) - days * DAY_US) / 1_000_000
    old = [path for path in folder.glob("*.wav") if path.stat().st_mtime < before]
    for path in old:
        path.unlink()
    return len(old)
