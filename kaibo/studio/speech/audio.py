"""Sound from a file, an address or a microphone as 16 kHz mono, piece by piece. WAV needs nothing, else PyAV does."""

import hashlib
import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from kaibo.studio.speech import microphone
from kaibo.studio.speech.contracts import RATE, BadSound, Silent, Sound, SpeechNotReady

PIECE_SECONDS = 0.5
TIMEOUT_SECONDS = 20.0
LIVE_OPTIONS = {
    "analyzeduration": "2000000",  # µs; without it the first words of a sound-only room wait for five seconds
    "m3u8_hold_counters": "10",  # an HLS list, read again every half of its longest part, that stays the same has ended
}
_SCHEMES = {"rtmp", "rtmps", "rtsp", "http", "https", "srt", "udp"}


def is_address(heard: str) -> bool:
    """Whether this is a live address and no file."""
    return re.match(r"[a-z]+://", heard) is not None


def is_live(heard: str) -> bool:
    """Whether it is on air now: an address or a microphone."""
    return is_address(heard) or microphone.is_microphone(heard)


def shown_name(heard: str) -> str:
    """A name that may be kept: a file's own; of an address host and first part, for the rest may hold a key."""
    if microphone.is_microphone(heard):
        return heard
    if not is_address(heard):
        return Path(heard).name
    parts = urlsplit(heard)
    first = parts.path.strip("/").split("/")[0] if parts.path.strip("/").count("/") else ""
    return f"{parts.scheme}://{parts.hostname}/{first}".rstrip("/")


def digest(path: Path) -> str:
    """The sha256 of the file's bytes. Raises BadSound."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadSound(f"{path} cannot be read: {error.strerror}", fix="check the path") from error


def pieces(heard: str) -> Iterator[Sound]:
    """The sound of a file, an address or a microphone in pieces of half a second, the last one shorter.

    Raises: BadSound for what holds no sound, Silent when what is on air ends (that it was meant to end, no address
    says), SpeechNotReady when PyAV is needed and absent.
    """
    if microphone.is_microphone(heard):
        yield from microphone.pieces(heard)
        return
    if not is_address(heard) and Path(heard).suffix.lower() == ".wav":
        try:
            with wave.open(heard) as file:
                yield from _of_wave(file)
            return
        except (wave.Error, EOFError):  # compressed or 32-bit float WAV: PyAV reads it
            pass
        except OSError as error:
            raise BadSound(f"{heard} cannot be read: {error.strerror}", fix="check the path") from error
    yield from _of_container(heard)


def decoded_wave(file: wave.Wave_read, frames: int) -> Sound:
    """The next so many frames of an open WAV file, in one."""
    found = list(_of_wave(file, most=frames))
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def _of_wave(file: wave.Wave_read, *, most: int | None = None) -> Iterator[Sound]:
    width, lanes, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
    resampler = Resampler(rate)
    left = file.getnframes() if most is None else most
    while frames := file.readframes(min(left, int(rate * PIECE_SECONDS))):
        left -= len(frames) // (width * lanes)
        usable = len(frames) - len(frames) % (width * lanes)  # a file that was cut off ends inside a sample
        sound = resampler.take(_mono(_decoded(frames[:usable], width), lanes))
        if len(sound):
            yield sound
    if len(rest := resampler.finish()):
        yield rest


def _decoded(frames: bytes, width: int) -> Sound:
    """Samples between -1 and 1 of PCM with 8 (unsigned), 16, 24 or 32 bits."""
    if width == 1:
        return ((np.frombuffer(frames, np.uint8).astype(np.float32) - 128) / 128).astype(np.float32)
    if width == 3:
        padded = np.zeros((len(frames) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(frames, np.uint8).reshape(-1, 3)
        whole = padded.view("<i4").ravel()
    else:
        whole = np.frombuffer(frames, f"<i{width}")
    scale = 2.0 ** (31 if width == 3 else 8 * width - 1)
    return (whole / scale).astype(np.float32)


def _mono(samples: Sound, lanes: int) -> Sound:
    return samples if lanes == 1 else samples.reshape(-1, lanes).mean(axis=1, dtype=np.float32)


class Resampler:
    """Any rate to 16 kHz in pieces, the same as in one go: a windowed sinc that also keeps out what would fold back.

    Source: the usual band-limited interpolation, 16 zero crossings under a Hann window.
    """

    CROSSINGS = 16

    def __init__(self, rate: int) -> None:
        self._step = rate / RATE
        self._cut = min(1.0, RATE / rate)
        self._reach = int(np.ceil(self.CROSSINGS / self._cut))
        self._kept: Sound = np.zeros(self._reach, np.float32)
        self._kept_from = -self._reach
        self._made = 0

    def take(self, samples: Sound) -> Sound:
        """The samples that can be said by now."""
        if self._step == 1:
            return samples
        self._kept = np.concatenate([self._kept, samples])
        known = self._kept_from + len(self._kept) - self._reach
        return self._up_to(int(np.ceil(known / self._step)))

    def finish(self) -> Sound:
        """The last ones, as if silence followed."""
        return np.zeros(0, np.float32) if self._step == 1 else self.take(np.zeros(self._reach, np.float32))

    def _up_to(self, end: int) -> Sound:
        if end <= self._made:
            return np.zeros(0, np.float32)
        at = np.arange(self._made, end) * self._step
        near = np.floor(at).astype(np.int64)
        offsets = np.arange(-self._reach + 1, self._reach + 1)
        away = at[:, None] - (near[:, None] + offsets)
        window = np.cos(np.clip(away / self._reach, -1, 1) * np.pi / 2) ** 2
        weights = self._cut * np.sinc(away * self._cut) * window
        index = np.clip(near[:, None] + offsets - self._kept_from, 0, len(self._kept) - 1)
        made: Sound = (self._kept[index] * weights).sum(axis=1).astype(np.float32)
        self._made = end
        drop = int(end * self._step) - self._reach - self._kept_from
        if drop > 0:
            self._kept, self._kept_from = self._kept[drop:], self._kept_from + drop
        return made


def _of_container(heard: str) -> Iterator[Sound]:
    try:
        import av
    except ImportError as error:
        raise SpeechNotReady(
            f"{shown_name(heard)} is no plain WAV file, and PyAV, which reads everything else, is not installed",
            fix="pip install 'kaibo[speech]', or convert it to a 16-bit WAV file",
        ) from error
    if is_address(heard) and urlsplit(heard).scheme not in _SCHEMES:
        raise BadSound(
            f"{shown_name(heard)} is no kind of address that can be heard", fix="use rtmp, rtsp, srt or http"
        )
    broke = Silent(f"{shown_name(heard)} broke off", fix="check that it is on air; --again waits until it is back")
    is_live, is_heard = is_address(heard), False
    try:
        timeout, options = (TIMEOUT_SECONDS, LIVE_OPTIONS) if is_live else (None, None)
        with av.open(heard, timeout=timeout, options=options) as box:
            if not box.streams.audio:
                raise BadSound(f"{shown_name(heard)} holds no sound", fix="choose a recording with sound")
            is_endless = is_live and not box.duration
            for piece in _resampled(av, box):
                is_heard = True
                yield piece
    except (av.FFmpegError, OSError) as error:
        if is_heard and is_live:
            raise broke from error
        problem = getattr(error, "strerror", None) or type(error).__name__
        kind = Silent if is_live else BadSound
        raise kind(
            f"{shown_name(heard)} cannot be heard: {problem}", fix="check the path, or that the address is on air"
        ) from error
    if is_endless:
        raise broke


def _resampled(av: Any, box: Any) -> Iterator[Sound]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    waiting: list[Sound] = []
    for frame in box.decode(audio=0):
        waiting += [one.to_ndarray().ravel().astype(np.float32) for one in resampler.resample(frame)]
        if sum(map(len, waiting)) >= RATE * PIECE_SECONDS:
            yield np.concatenate(waiting)
            waiting = []
    waiting += [one.to_ndarray().ravel().astype(np.float32) for one in resampler.resample(None)]
    if waiting:
        yield np.concatenate(waiting)
