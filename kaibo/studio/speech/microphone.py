"""The sound of a microphone, through the ffmpeg program: PulseAudio or ALSA, avfoundation, dshow."""

import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np

from kaibo.studio.speech.contracts import RATE, Silent, Sound, SpeechNotReady

NAME = "mic"
PIECE_SECONDS = 0.5
SILENT_SECONDS = 20.0
"""A device gives samples all the time, silence too; one that gives none for so long is gone."""
LISTING_SECONDS = 10
_DSHOW_LINE = re.compile(r'"([^"]+)"\s*(?:\((\w+)(?:, \w+)*\))?\s*$')


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone. `heard` is what `kaibo listen` is given for it."""

    heard: str
    says: str
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class System:
    """How ffmpeg calls the sound of an operating system: its format, the default device, how one is named."""

    form: str
    default: str
    prefix: str = ""


SYSTEMS = {
    "pulse": System("pulse", "default"),
    "alsa": System("alsa", "default"),
    "avfoundation": System("avfoundation", "default", ":"),
    "dshow": System("dshow", "", "audio="),
}
_INSTALL = {
    "darwin": "install it: brew install ffmpeg",
    "win32": "install it: winget install ffmpeg",
}


def is_microphone(heard: str) -> bool:
    """`mic`, or `mic:DEVICE`."""
    return heard == NAME or heard.startswith(f"{NAME}:")


def devices() -> list[Device]:
    """The microphones of this machine. Raises: SpeechNotReady without ffmpeg."""
    ffmpeg = _ffmpeg()
    form = _form(ffmpeg)
    if form in {"pulse", "alsa"}:
        return read_sources(_listed(ffmpeg, "-sources", form))
    if form == "avfoundation":
        return read_avfoundation(_listed(ffmpeg, "-f", form, "-list_devices", "true", "-i", ""))
    return read_dshow(_listed(ffmpeg, "-f", form, "-list_devices", "true", "-i", "dummy"))


def read_sources(told: str) -> list[Device]:
    """What `ffmpeg -sources` tells: `* name [description] (types)`, the star at the default."""
    found = []
    for line in told.splitlines():
        if line.startswith(("  ", "* ")) and (match := re.match(r"([* ]) ?(\S+) \[(.*)\]", line)):
            star, name, says = match.groups()
            if not name.endswith(".monitor"):  # what the loudspeakers play is no microphone
                found.append(Device(f"{NAME}:{name}", says, star == "*"))
    return found


def read_avfoundation(told: str) -> list[Device]:
    """The part below `AVFoundation audio devices:`, `[0] name` each."""
    _, _, audio = told.partition("AVFoundation audio devices:")
    names = re.findall(r"\] \[(\d+)\] (.+)$", audio, re.MULTILINE)
    return [Device(f"{NAME}:{number}", says.strip()) for number, says in names]


def read_dshow(told: str) -> list[Device]:
    """Names in quotes: `(audio)` behind each, in older versions below a heading instead."""
    found, is_audio = [], False
    for line in told.splitlines():
        is_audio = "DirectShow audio" in line or (is_audio and "DirectShow video" not in line)
        match = _DSHOW_LINE.search(line)
        if match and "Alternative name" not in line and (match[2] == "audio" or (match[2] is None and is_audio)):
            found.append(Device(f"{NAME}:{match[1]}", match[1]))
    return found


def pieces(heard: str) -> Iterator[Sound]:
    """Half a second at a time, for ever. Raises: Silent when there is no such device or it goes away."""
    ffmpeg = _ffmpeg()
    system = SYSTEMS[_form(ffmpeg)]
    device = heard.partition(":")[2] or _default(system)
    command = [ffmpeg, "-hide_banner", "-loglevel", "error", "-nostdin", "-f", system.form]
    command += ["-i", f"{system.prefix}{device}", "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    # Ctrl-C is for us: we end ffmpeg once what it heard is written down
    own = sys.platform != "win32"
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, start_new_session=own) as recorder,
    ):
        try:
            yield from _read(recorder)
        finally:
            recorder.kill()
        raise _gone(device, told)


def _read(recorder: "subprocess.Popen[bytes]") -> Iterator[Sound]:
    size = int(RATE * PIECE_SECONDS) * 4
    assert recorder.stdout is not None
    while True:
        watch = threading.Timer(SILENT_SECONDS, recorder.kill)
        watch.start()
        try:
            data = recorder.stdout.read(size)
        finally:
            watch.cancel()
        if usable := len(data) - len(data) % 4:
            yield np.frombuffer(data[:usable], "<f4").astype(np.float32)
        if len(data) < size:
            return


def _gone(device: str, told: IO[bytes]) -> Silent:
    told.seek(0)
    why = told.read().decode(errors="replace").strip().splitlines()[-1:]
    reason = why[0].strip() if why else f"it gave no sound for {SILENT_SECONDS:.0f} s"
    return Silent(
        f"the microphone {device} cannot be heard: {reason}", fix="see `kaibo listen --devices` for what there is"
    )


def _default(system: System) -> str:
    """The system's own choice; dshow has none, so the first that is listed."""
    if system.default:
        return system.default
    found = devices()
    if not found:
        raise SpeechNotReady("this machine has no microphone", fix="connect one, then see `kaibo listen --devices`")
    return found[0].heard.partition(":")[2]


def _ffmpeg() -> str:
    found = shutil.which("ffmpeg")
    if found is None:
        raise SpeechNotReady(
            "the program ffmpeg, which hears microphones, is not installed",
            fix=_INSTALL.get(sys.platform, "install it: apt install ffmpeg, or your system's own way"),
        )
    return found


def _form(ffmpeg: str) -> str:
    """The sound system to ask: on Linux PulseAudio (PipeWire speaks it too) where it answers, else ALSA."""
    if sys.platform == "darwin":
        return "avfoundation"
    if sys.platform == "win32":
        return "dshow"
    return "pulse" if read_sources(_listed(ffmpeg, "-sources", "pulse")) else "alsa"


def _listed(ffmpeg: str, *question: str) -> str:
    command = [ffmpeg, "-hide_banner", "-nostdin", *question]
    done = subprocess.run(command, capture_output=True, check=False, timeout=LISTING_SECONDS)
    return (done.stdout + done.stderr).decode(errors="replace")
