"""Microphones: what each system lists, sound of a real PulseAudio, and what is said when there is none."""

import itertools
import shutil
import subprocess
import threading
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from kaibo.studio.speech import api, microphone
from kaibo.studio.speech.audio import pieces
from kaibo.studio.speech.contracts import RATE
from kaibo.studio.speech.tests.air import ffmpeg, needs
from kaibo.studio.speech.tests.toy import HIGH_HZ, LOW_HZ, silence, tone, write_model

_SAID = [silence(1), tone(LOW_HZ, 0.5), silence(0.3), tone(HIGH_HZ, 0.5), silence(1.5)]


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A PulseAudio of its own whose only microphone plays what is written into a pipe."""
    ffmpeg()
    daemon = shutil.which("pulseaudio") or pytest.skip("pulseaudio is not installed")
    pipe, socket = tmp_path / "pipe", tmp_path / "socket"
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{socket}")
    source = f"source_name=host file={pipe} format=s16le rate=16000 channels=1"
    modules = [f"module-native-protocol-unix auth-anonymous=1 socket={socket}", f"module-pipe-source {source}"]
    loads = [part for one in modules for part in ("-L", one)]
    command = [daemon, "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm", *loads]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        try:
            ends = time.monotonic() + 20
            while not (socket.exists() and pipe.exists()):
                assert running.poll() is None, "pulseaudio ended"
                assert time.monotonic() < ends
                time.sleep(0.05)
            yield pipe
        finally:
            running.terminate()


def test_it_hears_a_real_microphone(pulse: Path, tmp_path: Path) -> None:
    needs("onnx", "sherpa_onnx")
    assert [(one.heard, one.is_default) for one in api.devices()] == [("mic:host", True)]
    engine = api.open_engine(api.EngineName.SHERPA, write_model(tmp_path / "two-tones"))
    silent = threading.Event()
    speaking = threading.Thread(target=_speak, args=(pulse, silent), daemon=True)
    speaking.start()
    heard, told, ends = pieces("mic:host"), [], time.monotonic() + 30
    for piece in heard:
        assert len(piece) == RATE // 2
        told += list(engine.accept(piece))
        if "低高" in [one.text for one in told] or time.monotonic() > ends:
            break
    heard.close()  # type: ignore[attr-defined]
    silent.set()
    speaking.join()
    assert "低高" in [one.text for one in told], "the first words may have begun before we listened"


def _speak(pipe: Path, silent: threading.Event) -> None:
    """Two tones and a pause, again and again at their own pace: a microphone does not wait for its listener."""
    sound = (np.concatenate(_SAID) * 32767).astype("<i2")
    with pipe.open("wb", buffering=0) as line:
        for at in itertools.cycle(range(0, len(sound), RATE // 10)):
            if silent.wait(0.1):
                return
            line.write(sound[at : at + RATE // 10].tobytes())


def test_it_says_which_microphone_is_missing(pulse: Path) -> None:
    with pytest.raises(api.Silent, match="the microphone nobody cannot be heard") as told:
        list(pieces("mic:nobody"))
    assert "--devices" in told.value.fix


def test_it_says_that_ffmpeg_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(api.SpeechNotReady, match="ffmpeg") as told:
        api.devices()
    assert "install" in told.value.fix


def test_it_leaves_out_what_the_loudspeakers_play() -> None:
    told = """Auto-detected sources for pulse:
  alsa_output.pci-0000_00_1f.3.analog-stereo.monitor [Monitor of Built-in Audio] (none)
* alsa_input.usb-RODE_NT-00.mono-fallback [RODE NT-USB] (none)
  alsa_input.pci-0000_00_1f.3.analog-stereo [Built-in Audio] (none)
"""
    assert microphone.read_sources(told) == [
        microphone.Device("mic:alsa_input.usb-RODE_NT-00.mono-fallback", "RODE NT-USB", is_default=True),
        microphone.Device("mic:alsa_input.pci-0000_00_1f.3.analog-stereo", "Built-in Audio"),
    ]


def test_it_reads_the_lists_of_other_systems() -> None:
    told = """[AVFoundation indev @ 0x1] AVFoundation video devices:
[AVFoundation indev @ 0x1] [0] FaceTime HD Camera
[AVFoundation indev @ 0x1] AVFoundation audio devices:
[AVFoundation indev @ 0x1] [0] MacBook Pro Microphone
[AVFoundation indev @ 0x1] [1] RODE NT-USB
: Input/output error
"""
    assert [(one.heard, one.says) for one in microphone.read_avfoundation(told)] == [
        ("mic:0", "MacBook Pro Microphone"),
        ("mic:1", "RODE NT-USB"),
    ]
    newer = """[dshow @ 1] "Integrated Camera" (video)
[dshow @ 1]   Alternative name "@device_pnp_1"
[dshow @ 1] "麦克风 (Realtek Audio)" (audio)
[dshow @ 1]   Alternative name "@device_cm_2"
"""
    older = """[dshow @ 1] DirectShow video devices (some may be both video and audio devices)
[dshow @ 1]  "Integrated Camera"
[dshow @ 1] DirectShow audio devices
[dshow @ 1]  "麦克风 (Realtek Audio)"
[dshow @ 1]     Alternative name "@device_cm_2"
dummy: Immediate exit requested
"""
    for listed in (newer, older):
        assert microphone.read_dshow(listed) == [
            microphone.Device("mic:麦克风 (Realtek Audio)", "麦克风 (Realtek Audio)")
        ]
