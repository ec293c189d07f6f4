"""Processes of `kaibo` that the tests start are forked from one that has loaded Django already.

To load it takes two seconds, and the tests start hundreds. What is forked is a process like any other, with an
environment, a home, files and a pid of its own, that is killed and waited for; only the loading of modules is not its
own. What is started with `TESTS_FORK=0` or in another folder, and all that this starts in turn, loads
everything itself, as in production: the servers of the browser's tests and of the first evening, `serve` and `demo` in
`kaibo/config/tests/test_serving.py`, and what the guides tell to type.
"""

import array
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HELPER = "tests-helper"
"""What the processes are called that only make others."""
_real = subprocess.Popen
_lock = threading.Lock()
_doors: dict[int, socket.socket] = {}


def install() -> None:
    """From now on, in this process, `python -m kaibo …` and `python -c "…kaibo…"` are forked."""
    if os.environ.get("TESTS_FORK") != "0" and sys.platform == "linux":
        subprocess.Popen = Forked  # type: ignore[misc]


def adopt(door: socket.socket) -> None:
    """In a process that was forked itself: take its children from the zygote behind this socket."""
    _doors[os.getpid()] = door
    install()


def _door() -> socket.socket:
    """The socket of this process's zygote, which ends when the socket does."""
    door = _doors.get(os.getpid())
    if door is None:
        door, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        command = [sys.executable, "-m", "tests.zygote", str(its.fileno())]
        with its:
            # one thread of OpenBLAS: what has several must not be forked
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
            _real(command, cwd=ROOT, env=environment, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL)
        _doors[os.getpid()] = door
    return door


def _is_ours(arguments: Any, environment: Mapping[str, str]) -> bool:
    if isinstance(arguments, str | bytes | os.PathLike) or len(arguments) < 3 or arguments[0] != sys.executable:
        return False
    if environment.get("TESTS_FORK") == "0" or environment.get("PYTHONPATH"):
        return False
    how, what = arguments[1], arguments[2]
    return (how == "-m" and what == "kaibo") or (how == "-c" and "from kaibo" in what)


class Forked(subprocess.Popen):  # type: ignore[type-arg]
    """A `Popen` whose process is a fork where that is the same thing, and an ordinary one elsewhere."""

    _is_forked = False
    _ends: int | None = None

    def _execute_child(self, args: Any, executable: Any, preexec_fn: Any, *rest: Any) -> None:
        close_fds, pass_fds, cwd, env, _info, _flags, shell, *pipes = rest
        _restore, gid, gids, uid, umask, is_session, group = pipes[6:]
        environment = os.environ if env is None else env
        is_elsewhere = cwd is not None and Path(cwd) != Path.cwd()
        is_unusual = (
            executable or preexec_fn or pass_fds or is_elsewhere or shell or gid or gids or uid or not close_fds
        )
        if is_unusual or umask >= 0 or group >= 0 or not _is_ours(args, environment):
            super()._execute_child(args, executable, preexec_fn, *rest)  # type: ignore[misc]
            return
        command = [os.fspath(one) for one in args]
        self._ask({"command": command, "environment": dict(environment), "is_session": bool(is_session)}, pipes)
        self._close_pipe_fds(*pipes[:6])  # type: ignore[attr-defined]

    def _ask(self, wanted: dict[str, Any], pipes: list[int]) -> None:
        ends, told = os.pipe()
        given = [pipe if pipe >= 0 else own for own, pipe in enumerate((pipes[0], pipes[3], pipes[5]))]
        handles = array.array("i", [*given, told])
        with _lock:
            _door().sendmsg([json.dumps(wanted).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handles)])
        os.close(told)
        self._is_forked, self._ends, self._left = True, ends, b""
        self.pid = self._read_number(None)
        self._child_created = True

    def _read_number(self, seconds: float | None) -> int | None:
        """The next line of the nanny: the pid, then the status; None when it does not come in time."""
        while b"\n" not in self._left:
            if not select.select([self._ends], [], [], seconds)[0]:
                return None
            some = os.read(self._ends, 100)
            if not some:
                raise OSError("what forks the processes of the tests ended; its message stands above")
            self._left += some
        line, self._left = self._left.split(b"\n", 1)
        return int(line)

    def _status(self, seconds: float | None) -> int | None:
        """How the process ended, as `waitpid` tells it; None while it runs."""
        if self._ends is None:
            return None
        status = self._read_number(seconds)
        if status is not None:
            os.close(self._ends)
            self._ends = None
        return status

    def _internal_poll(self, *args: Any, **named: Any) -> int | None:
        if not self._is_forked:
            return super()._internal_poll(*args, **named)  # type: ignore[misc,no-any-return]
        if self.returncode is None and self._waitpid_lock.acquire(blocking=False):  # type: ignore[attr-defined]
            try:
                status = self._status(0)
                if status is not None:
                    self._handle_exitstatus(status)  # type: ignore[attr-defined]
            finally:
                self._waitpid_lock.release()  # type: ignore[attr-defined]
        return self.returncode

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        if not self._is_forked:
            return super()._try_wait(wait_flags)  # type: ignore[misc,no-any-return]
        status = self._status(0 if wait_flags & os.WNOHANG else None)
        return (0, 0) if status is None else (self.pid, status)
