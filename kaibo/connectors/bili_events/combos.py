"""A gift and its combo are one thing told twice: this remembers what the gift rows already told."""

from collections import defaultdict, deque
from dataclasses import dataclass

WINDOW_US = 60_000_000
"""How long before its combo a gift row may stand. In recordings of 458 paid combos the first gift row stood at most
58 s before its combo and 12.8 s in the median, while the next older row of the same gift was minutes away."""

type Key = tuple[str, str, str]  # room, viewer, gift


@dataclass(frozen=True, slots=True)
class Told:
    """Pieces and coins that gift rows have told already."""

    pieces: int
    coins: int


class Combos:
    """Gift rows waiting for their combo, per room, viewer and gift; rows past the window are let go."""

    def __init__(self) -> None:
        self._rows: defaultdict[Key, deque[tuple[int, int, int]]] = defaultdict(deque)
        self._swept_at = 0

    def gift(self, key: Key, *, at_us: int, pieces: int, coins: int) -> None:
        """Remember a gift row."""
        self._rows[key].append((at_us, pieces, coins))
        if at_us - self._swept_at > 2 * WINDOW_US:
            self._sweep(at_us)

    def combo(self, key: Key, *, at_us: int) -> Told:
        """What the rows of this combo told; they are used up, so that the next combo starts fresh."""
        rows = [row for row in self._rows.pop(key, ()) if at_us - row[0] <= WINDOW_US]
        return Told(sum(row[1] for row in rows), sum(row[2] for row in rows))

    def _sweep(self, at_us: int) -> None:
        self._swept_at = at_us
        for key in [key for key, rows in self._rows.items() if at_us - rows[-1][0] > WINDOW_US]:
            del self._rows[key]
