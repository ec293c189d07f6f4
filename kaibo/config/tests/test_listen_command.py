"""`kaibo listen`: a recording becomes lines of the log, once; what is missing is said with its fix."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kaibo.studio.speech.contracts import RATE
from kaibo.studio.speech.tests.air import needs
from kaibo.studio.speech.tests.sounds import write_wave
from kaibo.studio.speech.tests.toy import HIGH_HZ, LOW_HZ, silence, tone, write_model
from tests.journeys.server import Kaibo


@pytest.mark.journey
def test_it_writes_a_recording_down_once(tmp_path: Path) -> None:
    needs("onnx", "sherpa_onnx")
    home = Kaibo(tmp_path / "home")
    model = write_model(tmp_path / "two-tones")
    sound = np.concatenate([silence(1), tone(LOW_HZ, 0.5), silence(0.3), tone(HIGH_HZ, 0.5), silence(1.5)])
    take = write_wave(tmp_path / "take-3.wav", sound, RATE)

    def listen(heard: Path | str, *more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kaibo", "listen", str(heard), "--model-dir", str(model), *more]
        return subprocess.run(command, env=home.environment, capture_output=True, text=True, check=False)

    room = ("--room", "771", "--platform", "douyin")
    lost = listen(take, *room)
    assert lost.returncode == 2
    assert "fix: add --at" in lost.stderr
    assert "no room 771 is known" in listen(take, "--room", "771").stderr

    first = listen(take, *room, "--at", "2026-11-11T20:00:00", "--json")
    assert first.returncode == 0, first.stderr
    said, summary = [json.loads(line) for line in first.stdout.splitlines()]
    assert (said["text"], said["engine"], said["confidence"]) == ("低高", "sherpa-onnx", None)
    assert (summary["utterances"], summary["accepted"], summary["heard_seconds"]) == (1, 1, 3.8)
    again = json.loads(listen(take, *room, "--at", "2026-11-11T20:00:00", "--json").stdout.splitlines()[-1])
    assert (again["accepted"], again["duplicates"]) == (0, 1)
