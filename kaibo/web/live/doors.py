"""The doors of the metrics as the live page opens them: once a second, so what is costly is asked less often."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from kaibo.eventlog.kinds import MOMENT_KINDS
from kaibo.metrics.doors import LiveDoors
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.contracts import MinuteRow, Moment, Offer

PACE_SECONDS = 4.0
"""Offers are folded from every stock event, source rows are read for every minute: thousands by midnight."""
KEPT = 64

_TOLD_ONE_BY_ONE = frozenset(MOMENT_KINDS) - {"stock.changed"}


class RoomDoors(LiveDoors):
    """What the room needs beside the metrics' own doors; moments come without the stock steps."""

    def moments(self, show_id: str) -> Sequence[Moment]:
        return warehouse.moments(show_id, kinds=_TOLD_ONE_BY_ONE)

    def source_rows(self, show_id: str) -> Sequence[MinuteRow]:
        """Minute rows of every traffic source."""
        return warehouse.minute_rows(show_id, grain="source")


class PacedDoors(RoomDoors):
    """The same with offers and source rows at most PACE_SECONDS old. One per process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}

    def offers(self, show_id: str) -> Sequence[Offer]:
        found: Sequence[Offer] = self._paced("offers", show_id, super().offers)
        return found

    def source_rows(self, show_id: str) -> Sequence[MinuteRow]:
        found: Sequence[MinuteRow] = self._paced("source_rows", show_id, super().source_rows)
        return found

    def _paced(self, name: str, show_id: str, read: Callable[[str], object]) -> Any:
        kept = self._kept.get((name, show_id))
        if kept is None or time.monotonic() - kept[0] > PACE_SECONDS:
            kept = (time.monotonic(), read(show_id))
            newest = sorted(self._kept.items(), key=lambda item: item[1][0])[-KEPT:]
            self._kept = dict(newest) | {(name, show_id): kept}
        return kept[1]
