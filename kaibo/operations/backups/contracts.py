"""What leaves the backups module: frozen dataclasses, no Django."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Figures = dict[str, dict[str, int]]
"""Show -> column of the minute rows -> its total over the show."""
Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""


@dataclass(frozen=True, slots=True)
class SnapshotView:
    """One backup in a store. Units: `taken_at` µs UTC; `size` bytes as the files lie in the home."""

    id: str
    taken_at: int
    kaibo: str
    engine: str
    files: int
    size: int
    shows: int


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What one run did. `added` is what the store grew by; `keys` must be kept elsewhere by hand."""

    snapshot: str
    location: str
    files: int
    size: int
    added: int
    seconds: float
    pruned: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What came back, and the keys that the new home still needs."""

    snapshot: str
    home: str
    files: int
    size: int
    seconds: float
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that is not the same in two places; None where one place lacks it."""

    show: str
    column: str
    stage: str
    expected: int | None
    found: int | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a trial of a backup said.

    Shape: `differences` compares the snapshot's own figures with the restored records (`restored`), and the records
    after counting what was left with a count of every show from its events alone (`recounted`).
    """

    snapshot: str
    location: str
    shows: int
    events: int
    gmv_paid_minor: int
    is_equal: bool
    differences: tuple[Difference, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class RunView:
    """One row of the list of backups and rehearsals. `is_good` is None while it runs."""

    id: int
    kind: str
    started_at: int
    finished_at: int | None
    location: str
    snapshot: str
    is_good: bool | None
    says: str
    report: dict[str, Any] = field(default_factory=dict)
