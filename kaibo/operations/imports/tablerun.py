"""One table on its way into the log: read and placed onto a spool first, then kept as a whole or not at all."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import batched
from typing import Any, BinaryIO, cast

import msgspec

from kaibo.connectors import api as connectors
from kaibo.connectors.tables import BadRow, CellProblem, Found, Opened, RowEvents, Told
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Problem, Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import speech
from kaibo.operations.imports import matches
from kaibo.operations.imports.handing import Spool, note_refused, patiently
from kaibo.operations.imports.join import Joiner
from kaibo.operations.imports.matches import Kept
from kaibo.operations.imports.placing import WAITING, NewMatch, Placer
from kaibo.operations.imports.placing import Told as Placed
from kaibo.operations.imports.tally import Tally

EXPORTS = "exports"
CHUNK_ROWS = 2000
PROBLEMS_MAX = 20_000
type Tell = Callable[[str, int], None]
"""Called as (phase, rows or events done)."""


@dataclass(slots=True)
class Outcome:
    """What reading a table found, and after keeping it what the log answered.

    Shape: tally.read = accepted + duplicates + rejected + skipped; before it is kept nothing is accepted, and
    `events` is what would be handed over. `shows` counts rows by show, `evidence` by how they were placed.
    """

    rows: int = 0
    events: int = 0
    tally: Tally = field(default_factory=Tally)
    problems: list[CellProblem] = field(default_factory=list)
    refused_rows: int = 0
    shows: Counter[str] = field(default_factory=Counter)
    evidence: Counter[str] = field(default_factory=Counter)
    waiting: Counter[tuple[str, str]] = field(default_factory=Counter)  # (why, author) -> rows
    unplaced: Counter[str] = field(default_factory=Counter)  # why -> rows of reports without a show
    amounts: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind, currency) -> minor units

    def as_json(self) -> dict[str, Any]:
        """For the records: small, JSON only."""
        tally = self.tally
        return {
            "rows": self.rows,
            "events": self.events,
            "read": tally.read,
            "accepted": tally.accepted,
            "duplicates": tally.duplicates,
            "rejected": tally.rejected,
            "skipped": tally.skipped,
            "by_kind": dict(tally.by_kind.most_common()),
            "by_reason": dict(tally.by_reason.most_common()),
            "refused_rows": self.refused_rows,
            "problems": [
                {**asdict(one), "said": {"problem": speech.kept(one.problem), "fix": speech.kept(one.fix)}}
                for one in self.problems[:50]
            ],
            "shows": dict(self.shows.most_common()),
            "evidence": dict(self.evidence.most_common()),
            "waiting": [[why, author, count] for (why, author), count in self.waiting.most_common(50)],
            "unplaced": dict(self.unplaced.most_common()),
            "amounts": [[kind, currency, minor] for (kind, currency), minor in sorted(self.amounts.items())],
            "first_at": tally.first_at,
            "last_at": tally.last_at,
        }


@dataclass(slots=True)
class TableRun:
    """What is read, how, and for whom."""

    opened: Opened
    found: Found
    told: Told
    joiner: Joiner
    tell: Tell = lambda _phase, _done: None

    def check(self) -> Outcome:
        """Everything that importing would do, without keeping anything."""
        outcome = Outcome()
        for _ in self._placed(outcome):
            pass
        return outcome

    def keep(self, *, ingest_id: str, sha256: str) -> Outcome:
        """Read all of it, then hand it over. Nothing reaches the log before the last row is read.

        Raises: LogRefuses, LogFailed, LogBusy, UnreadableTable; the caller takes back what was kept until then.
        """
        outcome = Outcome()
        with tempfile.TemporaryFile(prefix="kaibo-table-") as events, tempfile.TemporaryFile() as notes:
            spool, kept = Spool(cast(BinaryIO, events)), _Notes(cast(BinaryIO, notes))
            for row in self._placed(outcome):
                for event in row.events:
                    spool.put(row.number, event)
                kept.put(row)
            form = self.found.form
            platform = form.platform or self.told.platform or "other"
            feed = eventlog.local_feed(EXPORTS, platform, kinds=())
            version = f"{EXPORTS}/{connectors.connector(EXPORTS).version}"
            provenance = Provenance(
                feed.id, ingest_id=ingest_id, raw_ref=f"sha256:{sha256[:16]}", translator_version=version
            )
            for some in batched(kept.rows(), CHUNK_ROWS):
                for event in matches.keep(some, ingest_id=ingest_id):
                    spool.put(0, event)  # what waited for this show, told by an earlier file
            self._hand_over(spool, provenance, outcome)
        return outcome

    def _hand_over(self, spool: Spool, provenance: Provenance, outcome: Outcome) -> None:
        log = eventlog.open_log()
        done = 0
        try:
            for batch in spool.batches():
                events = [event for _, event in batch]
                receipt = patiently(lambda events=events: log.append_events(events, provenance=provenance))  # type: ignore[misc]
                outcome.tally.take(receipt)
                note_refused(outcome.tally, receipt, [row for row, _ in batch])
                done += len(batch)
                self.tell("keeping", done)
        finally:
            log.close()

    def _placed(self, outcome: Outcome) -> Iterator[Placed]:
        """Rows with what becomes of them, counted."""
        placer = Placer(self.found.form, self.joiner)
        waiting: list[RowEvents] = []
        for read in self.opened.rows(self.found, self.told):
            outcome.rows += not (isinstance(read, RowEvents) and read.is_more)
            if isinstance(read, RowEvents):
                waiting.append(read)
            elif isinstance(read, BadRow):
                self._refuse(read, outcome)
            else:
                outcome.tally.skip(read.reason, "")
            if len(waiting) >= CHUNK_ROWS:
                yield from self._place(placer, waiting, outcome)
                waiting = []
                self.tell("reading", outcome.rows)
        yield from self._place(placer, waiting, outcome)
        self.tell("reading", outcome.rows)

    def _place(self, placer: Placer, rows: Sequence[RowEvents], outcome: Outcome) -> Iterator[Placed]:
        for row in placer.place(rows):
            _count(row, outcome)
            yield row

    def _refuse(self, row: BadRow, outcome: Outcome) -> None:
        outcome.refused_rows += 1
        first = row.problems[0]
        outcome.tally.reject(Problem(row.number, first.field, first.problem, first.fix))
        if len(outcome.problems) < PROBLEMS_MAX:
            outcome.problems += row.problems


def _count(row: Placed, outcome: Outcome) -> None:
    tally = outcome.tally
    outcome.events += len(row.events)
    for event in row.events:
        tally.by_kind[event.kind] += 1
        tally.reach(event.occurred_at)
        if event.amount_minor is not None:
            outcome.amounts[event.kind, event.currency or ""] += event.amount_minor
    for _ in row.held:
        tally.skip(WAITING, "")
    for reason in row.left_out:
        tally.skip(reason, "")
    tally.duplicates += row.known
    verdict = row.verdict
    if verdict is not None and verdict.place is not None:
        outcome.shows[verdict.place.show_id] += 1
        outcome.evidence[verdict.evidence] += 1
    elif verdict is not None and row.held:
        outcome.waiting[verdict.evidence, row.match.author if row.match else ""] += 1
    elif verdict is not None:
        outcome.unplaced[verdict.evidence] += 1


class _Notes:
    """What is written beside the events, on disk until the whole file was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._encoder = msgspec.json.Encoder()

    def put(self, row: Placed) -> None:
        if row.match is not None or row.held or row.stated:
            note = Kept(row.match, tuple(row.held), tuple(row.stated))
            self._file.write(self._encoder.encode(note) + b"\n")

    def rows(self) -> Iterator[Kept]:
        self._file.seek(0)
        decoder = msgspec.json.Decoder(Kept)
        for line in self._file:
            yield decoder.decode(line)


__all__ = ["NewMatch", "Outcome", "PlatformEvent", "TableRun"]
