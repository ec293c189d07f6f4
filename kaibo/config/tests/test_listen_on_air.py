"""`kaibo listen` on air: RTMP and HLS of a real ffmpeg, heard by the real engine; what breaks off keeps its words."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kaibo.studio.speech.contracts import RATE
from kaibo.studio.speech.tests.air import ending, needs, send_hls, send_rtmp, served
from kaibo.studio.speech.tests.sounds import write_wave
from kaibo.studio.speech.tests.toy import HIGH_HZ, LOW_HZ, silence, tone, write_model
from tests.journeys.server import Kaibo, free_port

pytestmark = pytest.mark.journey


class Listener:
    """A home with a listening process and what it says."""

    def __init__(self, folder: Path) -> None:
        needs("av", "onnx", "sherpa_onnx")
        self.home = Kaibo(folder / "home")
        self.model = write_model(folder / "two-tones")
        said = [silence(1), tone(LOW_HZ, 0.5), silence(1.5), tone(HIGH_HZ, 0.5), silence(1), tone(LOW_HZ, 0.5)]
        self.take = write_wave(folder / "take.wav", np.concatenate(said), RATE)

    def start(self, heard: str, *more: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "kaibo", "listen", heard, "--model-dir", str(self.model), "--json"]
        command += ["--room", "771", "--platform", "douyin", *more]
        return subprocess.Popen(
            command, env=self.home.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def kept(self) -> list[tuple[str, str]]:
        """(words, recording) of every line of the log."""
        told = self.home.python(
            """
            import json
            from kaibo.eventlog import api
            found = api.news({}, kinds=("speech.transcribed",)).events
            print(json.dumps([(one.text, one.attrs["recording"]) for one in found]))
            """
        )
        return [(text, recording) for text, recording in json.loads(told.splitlines()[-1])]


def ended(listening: "subprocess.Popen[str]", seconds: float = 60) -> tuple[list[dict[str, object]], str]:
    """What it printed, as objects, and what it said of its end."""
    with ending(listening):  # type: ignore[arg-type]
        told, said = listening.communicate(timeout=seconds)
    return [json.loads(line) for line in told.splitlines()], said


def until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.1)


def test_it_hears_rtmp_and_keeps_what_was_said_when_it_breaks_off(tmp_path: Path) -> None:
    listener, port = Listener(tmp_path), free_port()
    with ending(send_rtmp(listener.take, port)):
        listening = listener.start(f"rtmp://127.0.0.1:{port}/live/main", "--keep")
        lines, said = ended(listening)
    assert listening.returncode == 2, said
    assert "rtmp://127.0.0.1/live broke off\n  fix: " in said
    *utterances, summary = lines
    assert [one["text"] for one in utterances] == ["低", "高", "低"], "the last words came with the end"
    assert [one["start_ms"] for one in utterances] == pytest.approx([1000, 3000, 4500], abs=250)
    assert (summary["accepted"], summary["breaks"]) == (3, 0)
    kept = listener.kept()
    assert [text for text, _ in kept] == ["低", "高", "低"]
    [sound] = (listener.home.home / "recordings" / "on-air").iterdir()
    assert all(recording.startswith(f"on-air/{sound.name}#t=") for _, recording in kept)
    assert sound.stat().st_size == pytest.approx(44 + 5.0 * RATE * 2, rel=0.1)


def test_it_says_when_an_address_cannot_be_reached(tmp_path: Path) -> None:
    listener = Listener(tmp_path)
    listening = listener.start(f"rtmp://127.0.0.1:{free_port()}/live/s3cret")
    lines, said = ended(listening)
    assert (listening.returncode, lines) == (2, [])
    assert "cannot be heard" in said
    assert "s3cret" not in said


def test_it_waits_until_what_broke_off_is_back(tmp_path: Path) -> None:
    listener, port = Listener(tmp_path), free_port()
    listening = listener.start(f"rtmp://127.0.0.1:{port}/live/main", "--again")
    with ending(listening):  # type: ignore[arg-type]
        for told in (3, 6):
            with ending(send_rtmp(listener.take, port)) as sending:
                sending.wait(timeout=60)
            until(lambda told=told: len(listener.kept()) == told)  # type: ignore[misc]
        listening.send_signal(signal.SIGTERM)
        lines, said = ended(listening)
    assert listening.returncode == 0, said
    assert "broke off; trying again in 1 s" in said
    summary = lines[-1]
    assert (summary["accepted"], summary["duplicates"]) == (6, 0)
    assert isinstance(summary["breaks"], int)
    assert summary["breaks"] >= 2


def test_it_hears_hls_and_notices_that_the_list_stands_still(tmp_path: Path) -> None:
    listener = Listener(tmp_path)
    folder = tmp_path / "hls"
    with served(tmp_path) as address, ending(send_hls(listener.take, folder)) as sending:
        until((folder / "main.m3u8").exists)
        listening = listener.start(f"{address}/hls/main.m3u8")
        until((folder / "part003.ts").exists)
        sending.kill()
        lines, said = ended(listening)
    assert listening.returncode == 2, said
    assert "broke off" in said
    assert [one["text"] for one in lines[:-1]][:2] == ["低", "高"]


def test_it_writes_down_the_last_words_when_asked_to_stop(tmp_path: Path) -> None:
    listener, port = Listener(tmp_path), free_port()
    said = [silence(1), tone(LOW_HZ, 0.5), silence(1.5), tone(HIGH_HZ, 30)]
    with ending(send_rtmp(write_wave(listener.take, np.concatenate(said), RATE), port)):
        listening = listener.start(f"rtmp://127.0.0.1:{port}/live/main")
        assert listening.stdout is not None
        first = listening.stdout.readline()
        time.sleep(3)  # the second sound is heard and not over
        listening.send_signal(signal.SIGINT)
        lines, problem = ended(listening)
    assert listening.returncode == 0, problem
    assert json.loads(first)["text"] == "低"
    assert [one.get("text") for one in lines[:-1]] == ["高"]
