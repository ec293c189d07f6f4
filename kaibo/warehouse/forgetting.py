"""Which shows the engine need not remember any longer. What is forgotten is loaded again when it is touched."""

import time

from kaibo.warehouse.engine import Engine

IDLE_SECONDS = 1800.0
MOST_SHOWS = 24
MOST_FIRSTS = 4_000_000
"""First times of all remembered shows together. A show of a million lines has about 900,000, and 150 MB of state; what
does not fit in memory is read from disk with every batch, which is dearer than to load a show again."""
RESTED_SECONDS = 20.0
"""Beyond MOST_FIRSTS a show is forgotten when it rested for so long: past nights that are brought in one after another
leave early, rooms on air stay."""


def forget_some(engine: Engine) -> list[str]:
    """Forget shows that nobody touched for long, that are too many, or whose firsts are too many; names them."""
    out = engine.evict(idle_seconds=IDLE_SECONDS, most_shows=MOST_SHOWS)
    rested = time.monotonic() - RESTED_SECONDS
    for show in sorted(engine.shows, key=lambda show: engine.shows[show]):
        if show not in engine.shows:  # it went with another that has orders of the same ids
            continue
        if engine.shows[show] >= rested or _firsts(engine) <= MOST_FIRSTS:
            break
        engine.drop_show(show)
        out.append(show)
    return out


def _firsts(engine: Engine) -> int:
    return int(engine.column("select count(*) from first_seen")[0])
