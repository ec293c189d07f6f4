"""Which processes of a home live: a file per server and worker, locked as long as it does."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from kaibo.eventlog.locks import instance, machine, try_lock
from kaibo.kit import env
from kaibo.kit.clock import now_us

SUFFIX = ".json"
YOUNG_SECONDS = 60.0
"""An empty file that nobody holds is one whose process is about to lock it, or one that died in that moment."""


@dataclass(frozen=True, slots=True)
class Present:
    """A living process. Units: `since` µs UTC. `url` is empty for one that serves no pages."""

    instance: str
    pid: int
    machine: str
    does: str  # serve | work
    url: str
    since: int
    began: str = ""  # tells this process from another of the same id; empty where the system tells nothing


def _folder() -> Path:
    return env.home() / "run" / "processes"


def mark_of(pid: int) -> str:
    """The start of a process, of which there is one per id and run of the machine; empty where nothing tells it.

    Raises: OSError when there is no such process.
    """
    if not Path("/proc/self/stat").exists():
        return ""
    started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {started}"


@contextmanager
def present(does: str, *, url: str = "") -> Iterator[None]:
    """Be seen by `processes` until the end of the block, or of this process."""
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    told = Present(instance(), os.getpid(), machine(), does, url, now_us(), mark_of(os.getpid()))
    path = _folder() / f"{told.instance}{SUFFIX}"
    with path.open("w") as file:
        while not try_lock(file):  # somebody looks at it just now
            time.sleep(0.01)
        json.dump(asdict(told), file)
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def processes() -> list[Present]:
    """Servers and workers that live, oldest first; what a killed one left is taken away."""
    found = []
    for path in sorted(_folder().glob(f"*{SUFFIX}")):
        try:
            with path.open("r+") as file:
                if not try_lock(file):
                    found.append(Present(**json.load(file)))
                elif file.read() or time.time() - path.stat().st_mtime > YOUNG_SECONDS:
                    path.unlink(missing_ok=True)  # its process is gone
        except (FileNotFoundError, json.JSONDecodeError):
            continue  # it ended or begins just now
    return sorted(found, key=lambda one: (one.since, one.instance))
