"""Recordings that may be heard again: how one is named in evidence, how it is found, an excerpt of it as WAV.

Only files inside the allowed folders exist here, and only decoded sound leaves: never the bytes of a file.
"""

import io
import re
import wave
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from kaibo.kit import env
from kaibo.studio.speech import audio
from kaibo.studio.speech.contracts import RATE, BadSound, Sound, SpeechNotReady

LONGEST_NAME = 220
MARK_LENGTH = 32
"""So many digits of the sha256 stand in a reference: 128 bits tell recordings apart."""
UNSAID_SECONDS = 5.0
"""How long words last of which only the beginning is known."""
_FRAGMENT = re.compile(r"^(?P<name>.+?)#t=(?P<start>[\d:.]+)(?:,(?P<end>[\d:.]+))?(?:&id=(?P<mark>[0-9a-f]{32}))?$")
_SPOKEN = re.compile(r"^(?P<name>.+?)[,，;\s]\s*(?P<start>\d+(?::\d{1,2}){1,2}(?:\.\d+)?)$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a recording as evidence names it. `mark` begins its sha256, None where nobody took one.

    Units: seconds from its beginning.
    """

    name: str
    start: float
    end: float
    mark: str | None = None


def mention(reference: str) -> Mention | None:
    """`take-3.wav#t=12.5,14.0` as we write it, `take-3.wav, 1:02:03` as people do; None for anything else."""
    found = _FRAGMENT.match(reference.strip()) or _SPOKEN.match(reference.strip())
    if found is None:
        return None
    parts = found.groupdict()
    try:
        start = _seconds(parts["start"])
        end = _seconds(parts["end"]) if parts.get("end") else start + UNSAID_SECONDS
    except ValueError:
        return None
    return Mention(parts["name"], start, max(start, end), parts.get("mark"))


def _seconds(said: str) -> float:
    total = 0.0
    for part in said.split(":"):
        total = total * 60 + float(part)
    return total


def refer(heard: str, start_ms: int, end_ms: int, *, mark: str = "") -> str:
    """How evidence names a place of what was heard: a file by its path inside its folder, else by its name."""
    shown = audio.shown_name(heard) if audio.is_live(heard) else _name(Path(heard))
    return f"{shown}#t={start_ms / 1000:.1f},{end_ms / 1000:.1f}" + (f"&id={mark[:MARK_LENGTH]}" if mark else "")


def _name(path: Path) -> str:
    for folder in env.recording_folders():
        if path.resolve().is_relative_to(folder.resolve()):
            name = path.resolve().relative_to(folder.resolve()).as_posix()
            return name if len(name) <= LONGEST_NAME else path.name
    return path.name


def find(place: Mention, *, platform: str, room_id: str, proves: bool = True) -> Path | None:
    """The file, where it is on this machine inside an allowed folder and still the one that was heard.

    Shape: sound that was kept on air is found for its own room only; whose the team's own files are, nobody knows.
    Cost: with `proves` reads the whole file, the first time that it is asked for as it is now.
    """
    for folder in env.recording_folders():
        root = folder.resolve()
        try:
            path = (root / place.name).resolve()
            is_there = path.is_relative_to(root) and path.is_file()
        except (OSError, ValueError):  # a name that this system cannot hold
            continue
        if not is_there or _is_of_another(path, room_tag(platform, room_id)):
            continue
        if place.mark is None or not proves or _digest(path).startswith(place.mark):
            return path
    return None


def on_air() -> Path:
    """Where the sound of rooms on air is kept."""
    return env.home() / "recordings" / "on-air"


def room_tag(platform: str, room_id: str) -> str:
    """How file names tell a room: no two rooms have the same."""
    return f"{quote(room_id, safe='')}@{quote(platform, safe='')}"


def _is_of_another(path: Path, tag: str) -> bool:
    return path.is_relative_to(on_air().resolve()) and path.name.rpartition("-")[0] != tag


def _digest(path: Path) -> str:
    state = path.stat()
    return _digest_of(str(path), state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=256)
def _digest_of(path: str, _size: int, _changed_ns: int) -> str:
    return audio.digest(Path(path))


def excerpt(path: Path, start: float, end: float) -> bytes:
    """The sound between two seconds as a WAV file of 16 kHz mono; shorter where the recording is.

    Raises: BadSound for a file without sound there, SpeechNotReady when PyAV is needed and absent.
    """
    sound = _of_wave(path, start, end) if path.suffix.lower() == ".wav" else None
    if sound is None:
        sound = _of_container(path, start, end)
    if not len(sound):
        raise BadSound(f"{path.name} holds no sound at {start:.1f} s", fix="check that it is the whole recording")
    return as_wave(sound)


def as_wave(sound: Sound) -> bytes:
    """Samples as a WAV file of 16 bits."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        begin(file)
        file.writeframes(pcm(sound))
    return made.getvalue()


def begin(file: wave.Wave_write) -> None:
    """The form in which we keep sound."""
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(RATE)


def pcm(sound: Sound) -> bytes:
    """Samples as 16-bit numbers."""
    return (np.clip(sound, -1, 1) * 32767).round().astype("<i2").tobytes()


def _of_wave(path: Path, start: float, end: float) -> Sound | None:
    """None for a WAV that only PyAV reads."""
    try:
        with wave.open(str(path)) as file:
            first = min(int(start * file.getframerate()), file.getnframes())
            file.setpos(first)
            return audio.decoded_wave(file, int((end - start) * file.getframerate()))
    except (wave.Error, EOFError):
        return None
    except OSError as error:
        raise BadSound(f"{path.name} cannot be read: {error.strerror}", fix="check the file") from error


def _of_container(path: Path, start: float, end: float) -> Sound:
    try:
        import av
    except ImportError as error:
        raise SpeechNotReady(
            f"{path.name} is no plain WAV file, and PyAV, which reads everything else, is not installed",
            fix="pip install 'kaibo[speech]'",
        ) from error
    try:
        with av.open(str(path)) as box:
            if not box.streams.audio:
                raise BadSound(f"{path.name} holds no sound", fix="choose a recording with sound")
            return _between(av, box, start, end)
    except (av.FFmpegError, OSError) as error:
        problem = getattr(error, "strerror", None) or type(error).__name__
        raise BadSound(f"{path.name} cannot be heard: {problem}", fix="check the file") from error


def _between(av: Any, box: Any, start: float, end: float) -> Sound:
    lane = box.streams.audio[0]
    zero = float((lane.start_time or 0) * lane.time_base)
    if start > 1:
        box.seek(int((zero + start - 1) * av.time_base))  # a second early: codecs need a frame or two to settle
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    parts: list[Sound] = []
    begins: float | None = None
    for frame in box.decode(lane):
        at = float(frame.time or 0) - zero
        if at >= end:
            break
        begins = at if begins is None else begins
        parts += [one.to_ndarray().ravel().astype(np.float32) for one in resampler.resample(frame)]
    parts += [one.to_ndarray().ravel().astype(np.float32) for one in resampler.resample(None)]
    if not parts or begins is None:
        return np.zeros(0, np.float32)
    first = max(0, round((start - begins) * RATE))
    return np.concatenate(parts)[first : first + int((end - start) * RATE)]
