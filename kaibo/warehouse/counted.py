"""What one count gives: partial rows and what else must be written in the same transaction."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Rows:
    """A small table: column names and tuples."""

    columns: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def dicts(self) -> list[dict[str, Any]]:
        """The rows by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(slots=True)
class Counted:
    """The outcome of one count.

    Shape: the first four columns of minute rows are show, grain, key, minute. `added` is merged into what is
    stored by each column's declared merge. `sampled` and `ordered` hold whole values of their columns that replace
    what is stored; an `ordered` row of NULLs takes its values away. `intervals` replaces all rows of the interval
    grains at the minutes `touched`.
    """

    shows: list[str] = field(default_factory=list)
    added: Rows = field(default_factory=Rows)
    sampled: Rows = field(default_factory=Rows)
    ordered: Rows = field(default_factory=Rows)
    touched: Rows = field(default_factory=Rows)
    intervals: Rows = field(default_factory=Rows)
    interval_shows: list[str] = field(default_factory=list)
    interval_rows: Rows = field(default_factory=Rows)
    samples: Rows = field(default_factory=Rows)
    figures: Rows = field(default_factory=Rows)
    moments: Rows = field(default_factory=Rows)
    comments: Rows = field(default_factory=Rows)
    said: Rows = field(default_factory=Rows)
    words: Rows = field(default_factory=Rows)
    words_kept: list[str] = field(default_factory=list)
    wordings: Rows = field(default_factory=Rows)
    to_read_again: Rows = field(default_factory=Rows)
    spans: Rows = field(default_factory=Rows)
    currencies: Rows = field(default_factory=Rows)
    homes: Rows = field(default_factory=Rows)
    strays: Rows = field(default_factory=Rows)
    strays_gone: list[str] = field(default_factory=list)
    unmatched_touched: list[str] = field(default_factory=list)
    unmatched: Rows = field(default_factory=Rows)
