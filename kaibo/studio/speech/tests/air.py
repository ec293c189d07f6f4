"""A live room of the tests: real ffmpeg sends sound by RTMP, or by HLS through a web server."""

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def needs(*modules: str) -> Any:
    """The first of these modules; a test without one of them is skipped and says which."""
    found = [
        pytest.importorskip(one, reason=f"{one} is not installed; the extra `speech` brings it") for one in modules
    ]
    return found[0]


def ffmpeg() -> str:
    """The program; a test without it is skipped."""
    return shutil.which("ffmpeg") or pytest.skip("ffmpeg is not installed")


def send_rtmp(take: Path, port: int) -> "subprocess.Popen[bytes]":
    """Sends the recording at its own pace to who connects first, then closes the connection."""
    sends = ["-c:a", "aac", "-ar", "44100", "-b:a", "128k", "-f", "flv", "-listen", "1"]
    return _run("-re", "-i", str(take), *sends, f"rtmp://127.0.0.1:{port}/live/main")


def send_hls(take: Path, folder: Path) -> "subprocess.Popen[bytes]":
    """Writes a live list and its parts of one second each, at the recording's own pace."""
    folder.mkdir()
    parts = ["-hls_time", "1", "-hls_list_size", "20", "-hls_segment_filename", str(folder / "part%03d.ts")]
    sends = ["-c:a", "aac", "-ar", "44100", "-b:a", "128k", "-f", "hls", *parts]
    return _run("-re", "-i", str(take), *sends, str(folder / "main.m3u8"))


def _run(*arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments])


@contextmanager
def ending(process: "subprocess.Popen[bytes]") -> Generator["subprocess.Popen[bytes]"]:
    """Whatever happens, it does not outlive the test."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing between the dots of the tests."""


@contextmanager
def served(folder: Path) -> Generator[str]:
    """The address of a web server that serves a folder."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
