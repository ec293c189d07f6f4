"""Access tokens: kept sealed, renewed before they end, one renewal at a time among all processes of a home."""

import hashlib
import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from kaibo.connectors.pacing import Clock
from kaibo.kit.clock import MICROS

MARGIN_SECONDS = 600
"""A token is renewed so long before its end, or at a tenth of its life where that is shorter."""
KEPT_AS = "_grant"


@dataclass(frozen=True, slots=True)
class Granted:
    """What a platform grants; `refresh` is empty where a new access token needs only the app's own secret."""

    access: str
    expires_seconds: float
    refresh: str = ""


class Vault(Protocol):
    """Where a feed's grant is kept between runs."""

    def read(self, name: str) -> str:
        """The value, empty when there is none."""
        ...

    def write(self, name: str, value: str) -> None:
        """Durable when it returns."""
        ...

    def turn(self) -> AbstractContextManager[None]:
        """Nobody else renews what is kept here meanwhile, in no process. Raises TurnTaken."""
        ...


class Memory:
    """A vault that forgets: for trying a connection before anything is saved."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def read(self, name: str) -> str:
        return self._kept.get(name, "")

    def write(self, name: str, value: str) -> None:
        self._kept[name] = value

    def turn(self) -> AbstractContextManager[None]:
        return nullcontext()


class Tokens:
    """The access token of one feed.

    Shape: `seed` is what the operator typed in (a refresh token, or whatever the first grant needs); typing in another
    starts over. `grant` asks the platform, with the latest refresh token or the seed. Several platforms void a refresh
    token by using it, so what is granted is kept before it is used, and the polls of a feed share what is kept. Whoever
    renews takes a turn and looks again first: another server, or a worker, may have done it meanwhile.
    """

    def __init__(self, vault: Vault, *, owner: str, seed: str, grant: Callable[[str], Granted], clock: Clock) -> None:
        self._vault, self._grant, self._clock = vault, grant, clock
        self._seed, self._mark = seed, hashlib.sha256(seed.encode()).hexdigest()[:16]
        self._lock = _lock_of(owner)

    def current(self) -> str:
        """A token that is good for a while. Raises what `grant` raises, TurnTaken."""
        with self._lock:
            held = self._read()
            if held is None or self._is_due(held):
                with self._vault.turn():
                    held = self._read()
                    if held is None or self._is_due(held):
                        held = self._renew(held)
            return str(held["access"])

    def renew(self, spent: str) -> None:
        """The platform refuses `spent`: get another, unless somebody did already."""
        with self._lock, self._vault.turn():
            held = self._read()
            if held is None or held["access"] == spent:
                self._renew(held)

    def _is_due(self, held: dict[str, object]) -> bool:
        return self._clock.now_us() >= int(str(held["renew_at"]))

    def _read(self) -> dict[str, object] | None:
        kept = self._vault.read(KEPT_AS)
        found: dict[str, object] = json.loads(kept) if kept else {}
        return found if found.get("mark") == self._mark else None

    def _renew(self, held: dict[str, object] | None) -> dict[str, object]:
        refresh = str(held["refresh"]) if held and held["refresh"] else self._seed
        granted = self._grant(refresh)
        margin = min(MARGIN_SECONDS, granted.expires_seconds / 10)
        renew_at = self._clock.now_us() + round((granted.expires_seconds - margin) * MICROS)
        fresh: dict[str, object] = {
            "access": granted.access,
            "refresh": granted.refresh,
            "renew_at": renew_at,
            "mark": self._mark,
        }
        self._vault.write(KEPT_AS, json.dumps(fresh))
        return fresh


_locks: dict[str, threading.Lock] = {}
_locks_guard = threading.Lock()


def _lock_of(owner: str) -> threading.Lock:
    with _locks_guard:
        return _locks.setdefault(owner, threading.Lock())
