"""How a night reaches whoever takes it: in order or shuffled, with repeats, at a rate or at the clock's pace."""

import random
import time
from collections.abc import Callable, Iterator

from kaibo.connectors.simulator.night import Night

BATCH = 5_000


def delivered(
    night: Night, *, is_shuffled: bool = False, duplicates: float = 0.0, size: int = BATCH
) -> Iterator[list[str]]:
    """Batches of lines as a troubled network would bring them, deterministic by the night's seed.

    Shape: show.started stays first: it opens the room's window. `duplicates` is the share of lines sent twice.
    """
    if not is_shuffled and not duplicates:
        yield from night.chunks(size)
        return
    draw = random.Random(f"{night.seed} delivery")
    if is_shuffled:
        lines = [line for chunk in night.chunks() for line in chunk]
        rest = lines[1:] + draw.choices(lines[1:], k=round(duplicates * len(lines)))
        draw.shuffle(rest)
        lines[1:] = rest
        yield from (lines[at : at + size] for at in range(0, len(lines), size))
        return
    late: list[str] = []
    for chunk in night.chunks(size):
        again, late = late, draw.sample(chunk, round(duplicates * len(chunk)))
        yield chunk + again
    if late:
        yield late


def throttled(
    batches: Iterator[list[str]], rate: float, *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[list[str]]:
    """The same lines, no faster than `rate` lines per second on the whole."""
    size = max(1, min(BATCH, round(rate / 4)))
    began, passed = time.monotonic(), 0
    for batch in batches:
        for at in range(0, len(batch), size):
            ahead = passed / rate - (time.monotonic() - began)
            if ahead > 0:
                sleep(ahead)
            part = batch[at : at + size]
            passed += len(part)
            yield part


def at_pace(
    night: Night,
    now_ms: Callable[[], int],
    *,
    from_ms: int = 0,
    tick: float = 0.5,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[list[str]]:
    """Lines as the show's clock reaches them, from `from_ms` on; batches come tick by tick.

    Shape: `now_ms` says where the show is, in ms since its start. Ends with the show; what happens after the close
    is left out.
    """
    sent, end = from_ms, night.span_ms + 1
    while sent < end:
        sleep(tick)
        reached = max(sent, min(end, now_ms()))
        yield from night.chunks(BATCH, from_ms=sent, to_ms=reached)
        sent = reached


def show_clock(speed: float, *, clock: Callable[[], float] = time.monotonic) -> Callable[[], int]:
    """A clock of the show that begins at 0 now and runs `speed` times as fast as ours."""
    began = clock()
    return lambda: round((clock() - began) * 1000 * speed)
