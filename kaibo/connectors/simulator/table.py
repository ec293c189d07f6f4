"""Columns to NDJSON in order of time, without ever holding the whole night as text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Coded:
    """A column of texts kept as row numbers of a short list. Texts must already be escaped for JSON."""

    codes: np.ndarray
    texts: Sequence[str]


Column = np.ndarray | Coded


class Block:
    """All events of one shape: instants (ms since the start, rising), a template, its columns."""

    def __init__(self, kind: str, at: np.ndarray, template: str = "", *columns: Column) -> None:
        order = np.argsort(at, kind="stable")
        self.kind = kind
        self.at = np.asarray(at[order], dtype=np.int64)
        self.template = template
        self.columns = tuple(_reordered(column, order) for column in columns)

    def __len__(self) -> int:
        return len(self.at)

    def render(self, head: str, started_us: int, rows: slice) -> list[str]:
        """The lines of some rows. `head` carries the fields that are the same in every line."""
        begin, end, _ = rows.indices(len(self.at))
        if begin >= end:
            return []
        body = f',"kind":"{self.kind}",{head},"occurred_at":%d{"," + self.template if self.template else ""}}}'
        taken = [_plain(column, rows) for column in self.columns]
        instants = (self.at[rows] * 1000 + started_us).tolist()
        line = '{"event_id":"%s%d"' + body
        name = [self.name] * (end - begin)
        return [line % row for row in zip(name, range(begin, end), instants, *taken, strict=True)]

    name = ""


def _reordered(column: Column, order: np.ndarray) -> Column:
    if isinstance(column, Coded):
        return Coded(column.codes[order], column.texts)
    return np.asarray(column[order])


def _plain(column: Column, rows: slice) -> list[object]:
    if isinstance(column, Coded):
        texts = column.texts
        return [texts[code] for code in column.codes[rows].tolist()]
    plain: list[object] = column[rows].tolist()
    return plain


class Timeline:
    """All blocks of a night merged by time; ties keep the order of the blocks."""

    def __init__(self, blocks: Sequence[Block], *, head: str, prefix: str, started_us: int) -> None:
        self.blocks = [block for block in blocks if len(block)]
        for number, block in enumerate(self.blocks):
            block.name = f"{prefix}{number:x}-"
        self.head, self.started_us = head, started_us
        self._instants = np.sort(np.concatenate([block.at for block in self.blocks]))

    def __len__(self) -> int:
        return len(self._instants)

    def lines(self, from_ms: int, to_ms: int) -> list[str]:
        """Lines with from <= t < to, in order of time."""
        texts: list[str] = []
        instants: list[np.ndarray] = []
        for block in self.blocks:
            begin, end = np.searchsorted(block.at, (from_ms, to_ms), side="left")
            if begin < end:
                rows = slice(int(begin), int(end))
                texts += block.render(self.head, self.started_us, rows)
                instants.append(block.at[rows])
        if not texts:
            return []
        return [texts[row] for row in np.argsort(np.concatenate(instants), kind="stable").tolist()]

    def chunks(
        self, size: int = 20_000, *, from_ms: int | None = None, to_ms: int | None = None
    ) -> Iterator[list[str]]:
        """Runs of about `size` lines in order of time; lines of one instant are never parted."""
        low = 0 if from_ms is None else int(np.searchsorted(self._instants, from_ms, side="left"))
        high = len(self) if to_ms is None else int(np.searchsorted(self._instants, to_ms, side="left"))
        while low < high:
            begin = int(self._instants[low])
            after = min(low + size, high)
            end = int(self._instants[after - 1]) + 1
            yield self.lines(begin, end)
            low = int(np.searchsorted(self._instants, end, side="left"))
