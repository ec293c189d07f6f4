"""Time for calls to platforms: a clock that tests can turn, token buckets, and pauses that grow with jitter."""

import random
import threading
from dataclasses import dataclass
from typing import Protocol

from kaibo.kit import clock as wall
from kaibo.kit.clock import MICROS

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


class Stopped(Exception):
    """The process wants to end; what was kept is kept."""


class Clock(Protocol):
    """Where a client takes its time from."""

    def now_us(self) -> int:
        """The present instant, µs UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after so many seconds. Raises Stopped when the process ends meanwhile."""
        ...


class WallClock:
    """Real time; a sleep ends early when `stopped` is set."""

    def __init__(self, stopped: threading.Event | None = None) -> None:
        self._stopped = stopped or threading.Event()

    def now_us(self) -> int:
        return wall.now_us()

    def sleep(self, seconds: float) -> None:
        if self._stopped.wait(max(0.0, seconds)):
            raise Stopped


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` calls in any `seconds`."""

    count: int
    seconds: float = 1.0


class Bucket:
    """A token bucket: `take` returns when the call may go out."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate, self._clock = rate, clock
        self._left, self._at = float(rate.count), clock.now_us()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait for a place and use it; callers queue in the order in which they came."""
        with self._lock:
            self._fill()
            if self._left < 1:
                self._clock.sleep((1 - self._left) * self._rate.seconds / self._rate.count)
                self._fill()
            self._left = max(0.0, self._left - 1)

    def empty(self) -> None:
        """The platform says that we are too fast: whatever we thought was left is not."""
        with self._lock:
            self._left, self._at = 0.0, self._clock.now_us()

    def _fill(self) -> None:
        now = self._clock.now_us()
        gained = max(0, now - self._at) / MICROS * self._rate.count / self._rate.seconds
        self._left, self._at = min(float(self._rate.count), self._left + gained), now


def pause(attempt: int, *, draw: random.Random, told: float | None = None) -> float:
    """Seconds before the next attempt: doubling, half of it by chance; never less than the platform asks for."""
    longest: float = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
    return max(longest / 2 + draw.random() * longest / 2, min(told or 0.0, 10 * LONGEST_PAUSE_SECONDS))
