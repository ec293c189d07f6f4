"""What leaves the imports module: frozen dataclasses, no Django."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from kaibo.eventlog.contracts import Problem
from kaibo.kit.errors import Conflict, KaiboError, NotFound

type Progress = Callable[[str, int, int], None]
"""Called as (phase, done, total); phases are `reading` (bytes of the file) and `keeping` (events)."""

DETAILS_MAX = 100


class ImportState(StrEnum):
    """`failed` may have brought a part in; importing again completes it, undoing takes the part back."""

    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import did.

    Shape: read = accepted + duplicates + rejected + skipped; `by_kind` and `by_room` count rows of the file,
    whether accepted or known before; `details` are the first 100 rejected rows; `notes` are sentences.
    Units: `first_at`, `last_at` µs UTC, None when the file held no event.
    """

    id: str
    connector: str
    file_name: str
    sha256: str
    shows: tuple[str, ...] = ()
    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    skipped: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    by_room: dict[str, int] = field(default_factory=dict)
    by_reason: dict[str, int] = field(default_factory=dict)
    first_at: int | None = None
    last_at: int | None = None
    details: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import in the list of imports. Units: instants µs UTC."""

    id: str
    connector: str
    file_name: str
    sha256: str
    actor: str
    state: ImportState
    started_at: int
    finished_at: int | None
    undone_at: int | None
    shows: tuple[str, ...]
    read: int
    accepted: int
    duplicates: int
    rejected: int
    skipped: int
    problem: str = ""
    export: str = ""  # of a table: which kind it was read as


class ReplayReport(msgspec.Struct, frozen=True):
    """What a replay did: from which show into which, in which room, at which speed (0: as fast as possible)."""

    show_id: str
    into: str
    room_id: str
    speed: float
    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0


class TableState(StrEnum):
    """Where a dropped table stands; `unclear` needs a person to map it, `checked` waits for the word to import it."""

    WAITING = "waiting"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    CHECKED = "checked"
    QUEUED = "queued"
    IMPORTING = "importing"
    COMPLETE = "complete"
    FAILED = "failed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class TableView:
    """A dropped table. `check_up` is what the dry run found, `report` what importing brought. Units: µs UTC."""

    id: str
    file_name: str
    size: int
    sha256: str
    actor: str
    state: TableState
    created_at: int
    as_of: int
    export: str
    confidence: float
    columns: tuple[dict[str, Any], ...]
    preview: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    show_id: str
    platform: str
    problem: str
    fix: str
    phase: str
    done: int
    total: int
    check_up: dict[str, Any]
    report: dict[str, Any]
    ingest_id: str
    known_columns: int = 0
    all_columns: int = 0
    earlier: str = ""  # the import of the same content, when there was one


@dataclass(frozen=True, slots=True)
class FetchedView:
    """A file that a feed fetched; `table` is what became of it, None while the imports have not taken it. µs UTC."""

    file_name: str
    export: str
    received_at: int
    table: TableView | None


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """Orders of one author that wait for a show, and why. Units: minor units; µs UTC."""

    platform: str
    author: str
    evidence: str
    orders: int
    amount_minor: int | None
    currency: str
    first_at: int | None
    last_at: int | None


class ImportNotFound(NotFound):
    code = "import_not_found"


class TableNotFound(NotFound):
    code = "table_not_found"


class TableBusy(Conflict):
    """The table is being imported, or is over."""

    code = "table_busy"


class BadMapping(KaiboError):
    """A column was given to a field that the export does not have."""

    code = "bad_mapping"
    status = 422


class NothingWaits(NotFound):
    code = "nothing_waits"


class ImportUndone(Conflict):
    """The import was taken back already."""

    code = "import_undone"


class NothingToReplay(NotFound):
    """The show holds no event."""

    code = "nothing_to_replay"


class AlreadyFilled(Conflict):
    """A replay needs a show of its own."""

    code = "already_filled"


class BadSpeed(KaiboError):
    code = "bad_speed"
    status = 422
