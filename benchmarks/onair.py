"""(h) The end of a forbidden phrase on air → its alert on the live page: RTMP → `kaibo listen` → door → proctor → push.

A voice of `benchmarks.speech` is sent at its own pace by ffmpeg; the time runs from its last loud sample until one who
watches the room's page has the alert. `python -m benchmarks.onair --models DIR [--times N]`, after `benchmarks.speech`.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import live, voices
from benchmarks.machine import save
from tests.journeys.server import Kaibo, free_port

SILENCE_SECONDS, LOUD, PACE_SECONDS = 8.0, 0.02, 0.1
TAKE = "家人们，吐血价，喜欢的直接拍.wav"
LISTEN = """
import sys
sys.path.append({packages!r})
sys.argv = ["kaibo", "listen", {address!r}, "--room", "100", "--platform", "shop", "--engine", "faster-whisper",
            "--model-dir", {model!r}, "--keep"]
from kaibo.config.cli import main
main()
"""


def talk(take: Path, port: int, times: int, ended: list[float]) -> None:
    """The take, again and again with silence between, at the pace of a clock; note when each was said."""
    with wave.open(str(take)) as file:
        rate, sound = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2")
    last = int(np.flatnonzero(np.abs(sound) > LOUD * 32767)[-1])
    pause = np.zeros(int(SILENCE_SECONDS * rate), "<i2")
    raw = ["-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "-"]
    sends = ["-c:a", "aac", "-ar", "44100", "-b:a", "128k", "-f", "flv", "-listen", "1"]
    command = ["ffmpeg", "-loglevel", "error", *raw, *sends, f"rtmp://127.0.0.1:{port}/live/main"]
    with (
        contextlib.suppress(BrokenPipeError),  # who listens leaves when everything was heard
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as sending,
    ):
        assert sending.stdin is not None
        sending.stdin.write(np.tile(pause, 2).tobytes())  # waits until somebody listens, who then catches up with us
        for _ in range(times):
            ended.append(_write(sending.stdin, sound, rate, last))
            _write(sending.stdin, pause, rate, 0)


def _write(pipe: Any, sound: np.ndarray, rate: int, last: int) -> float:
    """At its own pace; when sample `last` was said."""
    began, step = time.perf_counter(), int(PACE_SECONDS * rate)
    for at in range(0, len(sound), step):
        time.sleep(max(0.0, began + at / rate - time.perf_counter()))
        pipe.write(sound[at : at + step].tobytes())
        pipe.flush()
    return began + last / rate


async def alerts(home: Kaibo, seen: list[float], times: int) -> None:
    """When each further finding reached the page."""
    found: dict[str, int] = {}
    async for at, kind, body in live.frames(home.port, live.ticket(home)):
        told = body.get("all" if kind == "snapshot" else "set", {})
        found |= {path: value["hits"] for path, value in told.items() if path.startswith("alert/")}
        seen += [at] * (sum(found.values()) - len(seen))
        if len(seen) >= times:
            return


async def run(home: Kaibo, take: Path, model: Path, packages: Path, times: int) -> list[float]:
    port, ended, seen = free_port(), [], []
    talking = threading.Thread(target=talk, args=(take, port, times, ended), daemon=True)
    talking.start()
    code = LISTEN.format(packages=str(packages), address=f"rtmp://127.0.0.1:{port}/live/main", model=str(model))
    with subprocess.Popen([sys.executable, "-c", code], env=home.environment, stdout=subprocess.DEVNULL) as listening:
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(alerts(home, seen, times), 120 + 15 * times)
        finally:
            listening.terminate()
    return [heard - said for said, heard in zip(ended, seen, strict=False)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    models = given.models.resolve()
    model = voices.ready(models)
    take = next(models.glob(f"takes/*/{TAKE}"))
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        home = Kaibo(Path(scratch) / "home")
        live.open_show(home)
        home.start()
        try:
            found = asyncio.run(run(home, take, model, models / "packages", given.times))
        finally:
            home.stop()
        clips = len(list((home.home / "clips").rglob("*.wav")))
    told = {"spoken": given.times, "seconds": [round(one, 2) for one in found], "clips": clips}
    save("onair", told)
    if len(found) < given.times:
        sys.exit("onair: not every phrase became an alert; the seconds above may belong to others")


if __name__ == "__main__":
    main()
