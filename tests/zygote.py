"""A process that has loaded what every `kaibo` process loads, and makes such processes by forking: `tests.forking`."""

import array
import contextlib
import ctypes
import importlib
import json
import os
import pkgutil
import resource
import runpy
import signal
import socket
import sys
import time
import types
import warnings
from typing import Any

from tests import forking

MOST = 1 << 20  # bytes of a request: its environment and the code of a `-c`
SERVED = ("kaibo.config.server", "kaibo.config.urls")
"""What a server loads besides."""


def main() -> None:
    """Answer requests that come over the socket of this number until it is closed."""
    _load()
    # the one other thread is jemalloc's, which looks after itself in a fork
    warnings.filterwarnings("ignore", message=".* is multi-threaded, use of fork", category=DeprecationWarning)
    _stand_apart()
    wanted = _wait_for_work(socket.socket(fileno=int(sys.argv[1])))
    if wanted is not None:  # this is the child
        _run(_with_zygote_of_its_own(wanted))


def _load() -> None:
    """What every command imports, with a home that is nobody's; the settings are read again by each child."""
    from kaibo.config import cli, commands

    for command in pkgutil.iter_modules(commands.__path__):
        importlib.import_module(f"{commands.__name__}.{command.name}")
    cli.start_django()
    for name in SERVED:
        importlib.import_module(name)
    _forget_settings()


def _forget_settings() -> None:
    from django.conf import settings
    from django.core.cache import caches
    from django.db import connections
    from django.utils import timezone
    from django.utils.functional import empty

    for connection in connections.all(initialized_only=True):  # models ask it how long a table's name may be
        assert connection.connection is None, "an open connection cannot be shared"
        del connections[connection.alias]
    settings._wrapped = empty
    for handler in (caches, connections):
        vars(handler).pop("settings", None)
        handler._settings = None
    timezone.get_default_timezone.cache_clear()
    sys.modules.pop("kaibo.config.settings", None)
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def _wait_for_work(door: socket.socket) -> dict[str, Any] | None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a nanny
    while True:
        body, places, _flags, _from = door.recvmsg(MOST, socket.CMSG_SPACE(4 * array.array("i").itemsize))
        if not body:
            return None
        handles = array.array("i")
        for _level, _kind, data in places:
            handles.frombytes(data)
        if os.fork() == 0:
            door.close()
            if _nurse(list(handles)):
                return dict(json.loads(body))
        for handle in handles:
            os.close(handle)


def _nurse(handles: list[int]) -> bool:
    """In the fork: fork once more and tell the pid and the end of that child. True in the child itself."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told = handles.pop()
    pid = os.fork()
    if pid == 0:
        for name, handle in enumerate(handles):
            os.dup2(handle, name)
        most, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        os.closerange(3, most if most != resource.RLIM_INFINITY else 1 << 20)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _be_called("python")
        return True
    for handle in [0, 1, 2, *handles]:
        os.close(handle)
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more
        os.write(told, b"%d\n" % pid)
        _pid, status = os.waitpid(pid, 0)
        os.write(told, b"%d\n" % status)
    os._exit(0)


def _stand_apart() -> None:
    """A helper is no child that a test looks for, and what is sent to the tests' group is not for it."""
    _be_called(forking.HELPER)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _be_called(name: str) -> None:
    ctypes.CDLL(None).prctl(15, name.encode())  # PR_SET_NAME


def _with_zygote_of_its_own(wanted: dict[str, Any]) -> dict[str, Any]:
    """What this process is to run; the processes that it starts in turn come from a fork made of it now."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork():
        its.close()
        forking.adopt(ours)
        return wanted
    ours.close()
    with open(os.devnull, "r+b", buffering=0) as nowhere:
        for name in range(3):
            os.dup2(nowhere.fileno(), name)
    _stand_apart()
    further = _wait_for_work(its)
    if further is None:
        os._exit(0)
    return further


def _run(wanted: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(wanted["environment"])
    time.tzset()
    if wanted["is_session"]:
        os.setsid()
    _executable, how, what, *more = wanted["command"]
    if how == "-m":
        sys.argv = [what, *more]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    sys.argv = ["-c", *more]
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(what, "<string>", "exec"), vars(main))  # as python -c does


if __name__ == "__main__":
    main()
