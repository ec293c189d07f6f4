"""The lock file that makes one process of a home the appender. The system frees it when that process dies."""

import os
import secrets
import socket
import sys
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    def try_lock(file: IO[Any]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(file: IO[Any]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@lru_cache(maxsize=1)
def _name_of(pid: int) -> str:  # noqa: ARG001 - a forked child is another process
    return secrets.token_hex(6)


def instance() -> str:
    """The name of this process among all that see the home. Process ids repeat: in containers each is number 1."""
    return _name_of(os.getpid())


def machine() -> str:
    """What this machine calls itself."""
    return socket.gethostname()


class LockFile:
    """Held from `take` to `release`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """True when this process holds it now."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+")
        if not try_lock(file):
            file.close()
            return False
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()} {instance()} {machine()}")
        file.flush()
        self._file = file
        return True

    def is_free(self) -> bool:
        """Whether nobody holds it just now; looking leaves no name in it."""
        try:
            with self.path.open("a+") as file:
                return try_lock(file)
        except FileNotFoundError:
            return True

    def last_taker(self) -> str:
        """The `instance` of the process that was the last to take it; empty where nobody ever did."""
        return [*self._words(), "", ""][1]

    def holder(self) -> str:
        """Process id of whoever holds it, and its machine where that is another, as far as the file says."""
        words = self._words()
        if len(words) > 2 and words[2] != machine():
            return f"{words[0]} on {words[2]}"
        return words[0] if words else ""

    def is_held_by(self, name: str) -> bool:
        """Whether the process of this `instance` was the last to take it; that it still lives, only `take` can tell."""
        return self._words()[1:2] == [name]

    def is_lost(self) -> bool:
        """Whether the file names another process although this one took it: a shared disk gave the lock away."""
        words = self._words()
        return len(words) > 1 and words[1] != instance()

    def _words(self) -> list[str]:
        try:
            return self.path.read_text().split()
        except FileNotFoundError:
            return []

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
