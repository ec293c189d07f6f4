"""What an import counts while it runs."""

from collections import Counter
from dataclasses import dataclass, field

from kaibo.eventlog.contracts import Problem, Receipt
from kaibo.operations.imports.contracts import DETAILS_MAX


@dataclass(slots=True)
class Tally:
    """Rows of the file by what became of them; `read` is the sum of the four."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    skipped: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    by_room: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)
    details: list[Problem] = field(default_factory=list)
    first_at: int | None = None
    last_at: int | None = None

    @property
    def read(self) -> int:
        return self.accepted + self.duplicates + self.rejected + self.skipped

    def reject(self, problem: Problem) -> None:
        """A row that was not taken before it reached the log."""
        self.rejected += 1
        self.detail(problem)

    def detail(self, problem: Problem) -> None:
        if len(self.details) < DETAILS_MAX:
            self.details.append(Problem(problem.line, problem.field, problem.problem, problem.fix))

    def skip(self, reason: str, room_id: str) -> None:
        self.skipped += 1
        self.by_reason[reason] += 1
        if room_id:
            self.by_room[room_id] += 1

    def take(self, receipt: Receipt) -> None:
        """What the log answered for a batch; its details name lines of the batch and are added by the caller."""
        self.accepted += receipt.accepted
        self.duplicates += receipt.duplicates
        self.rejected += receipt.rejected

    def saw(self, kind: str, room_id: str, at_us: int) -> None:
        self.by_kind[kind] += 1
        self.by_room[room_id] += 1
        self.reach(at_us)

    def reach(self, at_us: int) -> None:
        """Let the span of the file hold the instant."""
        if self.first_at is None or at_us < self.first_at:
            self.first_at = at_us
        if self.last_at is None or at_us > self.last_at:
            self.last_at = at_us
