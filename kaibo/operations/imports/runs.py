"""One file on its way into the log: translated or as it stands, shows first, then its events."""

import hashlib
import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from kaibo.connectors import api as connectors
from kaibo.connectors.api import BadLine, BrokenFile, Manifest, Skipped
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Problem, Provenance, Receipt
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock
from kaibo.operations.imports.contracts import Progress
from kaibo.operations.imports.glance import GLANCE_BYTES, Glance
from kaibo.operations.imports.handing import Aside, Spool, Taker, note_refused, patiently, pieces_of
from kaibo.operations.imports.plan import Planner
from kaibo.operations.imports.shows import Homes, house
from kaibo.operations.imports.tally import Tally

OWN_FORMAT = "ndjson"
SEVERAL = "several"
"""Platform of the local feed of a file that holds several platforms."""


@dataclass(slots=True)
class Run:
    """What one import is asked to do, and what it counts meanwhile."""

    manifest: Manifest
    path: Path
    id: str
    sha256: str
    actor: str
    room: str | None = None
    show: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    progress: Progress | None = None
    tally: Tally = field(default_factory=Tally)
    homes: Homes = field(default_factory=Homes)
    platforms: set[str] = field(default_factory=set)
    latest_us: int = field(default_factory=lambda: clock.now_us() + eventlog.FUTURE_US)

    @property
    def is_raw(self) -> bool:
        """Our own format goes in as it stands, unless rows must be left out or sent elsewhere."""
        return self.manifest.id == OWN_FORMAT and self.room is None and self.show is None

    def tell(self, phase: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(phase, done, total)

    def provenance(self) -> Provenance:
        """Who hands over: the connector's local feed, this import, this translator.

        Every line carries it: 16 digits of the hash are told, the import's row has all.
        """
        platform = min(self.platforms) if len(self.platforms) == 1 else SEVERAL
        kinds = self.manifest.kinds if self.manifest.declares == "manifest" else ()
        feed = eventlog.local_feed(self.manifest.id, self.manifest.platform or platform, kinds=kinds)
        version = f"{self.manifest.id}/{self.manifest.version}"
        return Provenance(feed.id, ingest_id=self.id, raw_ref=f"sha256:{self.sha256[:16]}", translator_version=version)


def execute(run: Run) -> None:
    """Bring the file in; counts are in `run.tally`, shows in `run.homes`.

    Raises: what `translate_file` raises before the first row; LogRefuses, LogFailed, LogBusy from the log.
    """
    if run.is_raw:
        _as_it_stands(run)
    else:
        _translated(run)


def content_hash(manifest: Manifest, path: Path) -> str:
    """SHA-256 of the content, however the file is compressed; of the readable part where it is damaged."""
    digest = hashlib.sha256()
    with connectors.open_file(path, limit=manifest.limits.file_bytes) as file, io.BufferedReader(file, 1 << 20) as body:
        try:
            while chunk := body.read(1 << 20):
                digest.update(chunk)
        except BrokenFile:
            digest.update(b"broken")  # the translation names the damage; a whole copy hashes otherwise
    return digest.hexdigest()


def _saw(run: Run, planner: Planner, event: PlatformEvent) -> None:
    """One event of the file, unless the log will refuse its time: such a line must not stretch a show."""
    if eventlog.EARLIEST_US <= event.occurred_at <= run.latest_us:
        place = (event.platform, event.room_id)
        run.platforms.add(event.platform)
        planner.saw(place, event.kind, event.occurred_at, event.show_id)
        run.tally.saw(event.kind, event.room_id, event.occurred_at)


# -- translated ---------------------------------------------------------------------------------------------------


def _translated(run: Run) -> None:
    with tempfile.TemporaryFile(prefix="kaibo-import-") as file:
        spool = Spool(cast(BinaryIO, file))
        planner = Planner(is_one=run.manifest.is_one_recording or run.show is not None)
        refused = _read(run, spool, planner)
        run.homes = house(planner.spans(), show=run.show, actor=run.actor)
        provenance = run.provenance()
        aside = Aside(provenance)
        for row in refused:
            aside.put(row)
        aside.flush()
        log = eventlog.open_log()
        try:
            _keep(run, spool, log, provenance)
        finally:
            log.close()


def _read(run: Run, spool: Spool, planner: Planner) -> list[BadLine]:
    """Translate the file onto the spool; the first rejected rows, as many as quarantine keeps of one import."""
    refused: list[BadLine] = []
    outcomes = connectors.translate_file(
        run.manifest.id,
        run.path,
        room=run.room,
        options=run.options,
        progress=lambda done, total: run.tell("reading", done, total),
    )
    for row, outcome in enumerate(outcomes, 1):
        if isinstance(outcome, PlatformEvent):
            if run.show is not None:
                outcome.show_id = None
            _saw(run, planner, outcome)
            spool.put(row, outcome)
        elif isinstance(outcome, Skipped):
            run.tally.skip(outcome.reason, outcome.room_id)
        else:
            run.tally.reject(outcome)
            if isinstance(outcome, BadLine) and len(refused) < QUARANTINED_MAX:
                refused.append(outcome)
    return refused


QUARANTINED_MAX = 1000
"""More rows of one file than this tell nothing new: the file as a whole is wrong."""


def _keep(run: Run, spool: Spool, log: Taker, provenance: Provenance) -> None:
    done = 0
    for batch in spool.batches():
        events = [event for _, event in batch]
        for event in events:
            if event.show_id is None:
                event.show_id = run.homes.show_at((event.platform, event.room_id), event.occurred_at)
        receipt = patiently(lambda events=events: log.append_events(events, provenance=provenance))  # type: ignore[misc]
        run.tally.take(receipt)
        note_refused(run.tally, receipt, [row for row, _ in batch])
        done += len(batch)
        run.tell("keeping", done, spool.count)


# -- as it stands -------------------------------------------------------------------------------------------------


def _as_it_stands(run: Run) -> None:
    connectors.check_file(run.manifest.id, run.path)
    planner = Planner(is_one=False)
    look = Glance(planner, run.tally, latest_us=run.latest_us)
    size = max(1, run.path.stat().st_size)
    with _Opened(run) as (file, body):
        try:
            for piece in pieces_of(body, size=GLANCE_BYTES):
                look(piece)
                run.tell("reading", file.read_bytes, size)
        except BrokenFile:
            pass  # the same damage ends the second reading, which names it
    run.platforms = planner.platforms()
    run.homes = house(planner.spans(), show=None, actor=run.actor)
    provenance = run.provenance()
    log = eventlog.open_log()
    handing = _Handing(run, log, provenance)
    try:
        with _Opened(run) as (file, body):
            try:
                for piece in pieces_of(body):
                    handing.put(piece)
                    run.tell("keeping", file.read_bytes, size)
                handing.settle()
            except BrokenFile as error:
                handing.settle()
                run.tally.reject(Problem(handing.lines + 1, "file", error.problem, error.fix))
    finally:
        log.close()


class _Opened:
    """The file as a counted and a buffered reader, closed together."""

    def __init__(self, run: Run) -> None:
        self._file = connectors.open_file(run.path, limit=run.manifest.limits.file_bytes)

    def __enter__(self) -> tuple[connectors.BoundedFile, BinaryIO]:
        return self._file, cast(BinaryIO, io.BufferedReader(self._file, 1 << 20))

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _Handing:
    """Pieces on their way into the log: one becomes durable while the next is read and checked."""

    def __init__(self, run: Run, log: Taker, provenance: Provenance) -> None:
        self._run = run
        self._log = log
        self._provenance = provenance
        self._waiting: tuple[Callable[[], Receipt], int] | None = None
        self.lines = 0

    def put(self, piece: bytes) -> None:
        answer = patiently(lambda: self._log.append_soon(piece, provenance=self._provenance))
        self.settle()
        self._waiting = answer, piece.count(b"\n") + (not piece.endswith(b"\n"))

    def settle(self) -> None:
        """Wait for the piece before and count what the log answered."""
        if self._waiting is None:
            return
        (answer, lines), self._waiting = self._waiting, None
        receipt, tally = answer(), self._run.tally
        tally.take(receipt)
        for problem in receipt.details:
            tally.detail(Problem(problem.line + self.lines, problem.field, problem.problem, problem.fix))
        for _ in range(lines - receipt.accepted - receipt.duplicates - receipt.rejected):
            tally.skip("blank line", "")
        self.lines += lines
