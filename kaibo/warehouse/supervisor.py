"""Keeps one counter running: a child process that is started again, with growing pauses, whenever it ends."""

import logging
import os
import subprocess
import sys
import threading
import time

from kaibo.warehouse.beat import beat_path

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
STEADY_SECONDS = 60.0  # a child that lived so long starts again with the first pause
SILENT_SECONDS = 120.0  # a large group on a slow disk may take half a minute; beyond this nothing moves
STOP_SECONDS = 2.0
"""A counter in the middle of a large group is ended: nothing of the group is in the records before all of it is, and
the next start counts it. Who stops a server waits for the prompt."""


class Supervisor:
    """Starts `kaibo count` as a child and looks after it until `stop`. Safe to stop twice."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._beat, self._beat_at = 0, 0.0
        self.restarts = 0

    def start(self) -> None:
        """Start the child and the thread that watches it; returns at once."""
        if self._thread is not None:
            return
        self._thread = threading.Thread(target=self._watch, name="counter-supervisor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the child to end after its present group, wait a moment for it, then end it."""
        self._stopping.set()
        child = self._child
        if child is not None and child.poll() is None:
            if child.stdin is not None:
                child.stdin.close()  # the child ends when its input does; so it does when this process dies
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def healthy(self) -> bool:
        """Whether the child runs and has given a sign of life lately."""
        child = self._child
        if child is None or child.poll() is not None:
            return False
        try:
            beat = beat_path().stat().st_mtime_ns
        except FileNotFoundError:
            return True  # it is just starting
        if beat != self._beat:  # measured by our own clock: one that is set ahead makes nobody silent
            self._beat, self._beat_at = beat, time.monotonic()
        return time.monotonic() - self._beat_at < SILENT_SECONDS

    @property
    def pid(self) -> int | None:
        """Process id of the child while it runs."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def _watch(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            beat_path().unlink(missing_ok=True)
            self._child = subprocess.Popen(
                [sys.executable, "-m", "kaibo", "count", "--until-input-ends"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env=dict(os.environ),
            )
            code = self._wait()
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY_SECONDS else min(pause * 2, LONGEST_PAUSE)
            self.restarts += 1
            logger.error("the counter ended with %s; starting it again in %.1f s", code, pause)
            self._stopping.wait(pause)

    def _wait(self) -> int | None:
        child = self._child
        if child is None:
            return None
        while child.poll() is None and not self._stopping.is_set():
            if not self.healthy():
                logger.error("the counter gave no sign of life for %d s; ending it", SILENT_SECONDS)
                child.kill()
            self._stopping.wait(0.2)
        return child.poll()
