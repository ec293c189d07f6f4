"""The counter's sign of life: a file touched about once a second."""

import os
import time
from pathlib import Path

from kaibo.kit import env


def beat_path() -> Path:
    """The file whose time says that the counter is alive."""
    return env.home() / "run" / "counter.beat"


class Beat:
    """Touches the file when called, at most once a second."""

    def __init__(self) -> None:
        self._at = 0.0
        self._path = beat_path()
        self._path.parent.mkdir(exist_ok=True)

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._at >= 1.0:
            self._at = now
            self._path.write_text(str(os.getpid()))
