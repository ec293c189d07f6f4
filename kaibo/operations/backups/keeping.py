"""Which snapshots are kept: the last of each of 7 days, 4 weeks and 12 months, and always the newest three."""

from collections.abc import Sequence
from datetime import UTC, datetime

NEWEST, DAYS, WEEKS, MONTHS = 3, 7, 4, 12


def to_prune(names: Sequence[str]) -> list[str]:
    """Those that no rule keeps. Shape: `names` are ids of snapshots, the oldest first."""
    kept = set(names[-NEWEST:])
    for form, count in (("%Y%m%d", DAYS), ("%G-%V", WEEKS), ("%Y%m", MONTHS)):
        last_of: dict[str, str] = {}
        for name in names:
            last_of[_taken(name).strftime(form)] = name
        kept.update(list(last_of.values())[-count:])
    return [name for name in names if name not in kept]


def _taken(name: str) -> datetime:
    return datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
