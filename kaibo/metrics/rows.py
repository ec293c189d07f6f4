"""Minute rows of one key as columns with running sums: any window of any column in two bisections."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import accumulate

from kaibo.kit.clock import MINUTE_US
from kaibo.warehouse.contracts import MinuteRow


class Rows:
    """The columns of one key of one grain over time.

    Units: bounds are µs UTC, half-open; None is open. Cost: one pass over the rows per column, once.
    """

    def __init__(self, rows: Iterable[tuple[int, Mapping[str, int]]], *, is_fixed: bool = False) -> None:
        self._rows = sorted(rows, key=lambda row: row[0])
        self._is_fixed = is_fixed
        self._sums: dict[str, tuple[list[int], list[int]]] = {}

    @classmethod
    def of(cls, rows: Iterable[MinuteRow]) -> "Rows":
        """Rows as the warehouse gives them."""
        return cls((row.minute_us, row.values) for row in rows)

    @classmethod
    def fixed(cls, values: Mapping[str, int]) -> "Rows":
        """Sums over a window that was cut elsewhere; asking for a part of it gives the whole."""
        return cls([(0, values)], is_fixed=True)

    @property
    def minutes(self) -> list[int]:
        """Starts of the minutes that have a row, rising."""
        return [minute for minute, _ in self._rows]

    def _column(self, name: str) -> tuple[list[int], list[int]]:
        found = self._sums.get(name)
        if found is None:
            present = [(minute, values[name]) for minute, values in self._rows if name in values]
            starts = [minute for minute, _ in present]
            found = self._sums[name] = (starts, [0, *accumulate(value for _, value in present)])
        return found

    def _bounds(self, starts: list[int], from_us: int | None, to_us: int | None) -> tuple[int, int]:
        if self._is_fixed:
            return 0, len(starts)
        low = 0 if from_us is None else bisect_left(starts, from_us // MINUTE_US * MINUTE_US)
        high = len(starts) if to_us is None else bisect_left(starts, to_us)
        return low, max(low, high)

    def total(self, name: str, from_us: int | None, to_us: int | None) -> int:
        """The sum of a column over the minutes that begin inside the window; 0 where none has it."""
        starts, sums = self._column(name)
        low, high = self._bounds(starts, from_us, to_us)
        return sums[high] - sums[low]

    def points(self, name: str, from_us: int | None, to_us: int | None) -> list[tuple[int, int]]:
        """(minute, value) of a column inside the window."""
        starts, sums = self._column(name)
        low, high = self._bounds(starts, from_us, to_us)
        return [(starts[i], sums[i + 1] - sums[i]) for i in range(low, high)]

    def last_minute_with(self, names: Iterable[str]) -> int | None:
        """Start of the last minute in which any of the columns is present."""
        wanted = set(names)
        for minute, values in reversed(self._rows):
            if not wanted.isdisjoint(values):
                return minute
        return None
