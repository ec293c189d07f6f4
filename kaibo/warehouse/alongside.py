"""A counter of our own beside an import: it counts in whole segments what comes in, and ends when told."""

import os
import subprocess
import sys
import time
from types import TracebackType
from typing import Self

from kaibo.kit.errors import Conflict
from kaibo.warehouse.queries import count_status, is_rebuild_waiting

WAIT_SECONDS = 600.0
_LOOK_SECONDS = 0.1


class CounterAlongside:
    """Counts while the block runs; at its end everything that is in the log then is counted and in the lake.

    Where a server's counter runs already, ours finds the lock taken and that one is waited for.
    Raises: Conflict when the counting fails.
    """

    def __enter__(self) -> Self:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "kaibo", "count", "--until-input-ends", "--to-the-end"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=dict(os.environ),
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child.stdin is not None:
            self._child.stdin.close()
        code = self._child.wait()
        if kind is not None:
            return
        if code:
            raise Conflict(f"the counter ended with {code}", fix="`kaibo count --once` counts what is left")
        wait_until_counted()


def wait_until_counted() -> None:
    """Return once no event waits to be counted. Raises: Conflict when that takes ten minutes."""
    ends = time.monotonic() + WAIT_SECONDS
    while count_status().behind_events or is_rebuild_waiting():
        if time.monotonic() > ends:
            raise Conflict("the counter that runs for this home did not catch up", fix="look at its log")
        time.sleep(_LOOK_SECONDS)
