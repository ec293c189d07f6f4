"""What leaves the privacy module: frozen dataclasses, no Django."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """A viewer whose nickname is held. Units: `seen_at` µs UTC."""

    viewer_id: str  # the keyed hash
    nickname: str
    seen_at: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: the hash that stands for nobody now, whether a nickname was held."""

    viewer_id: str
    had_name: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """How long the words of comments are kept: `days` 0 is for ever; `waiting` erased viewers are still in the log."""

    days: int
    waiting: int
