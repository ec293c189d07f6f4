"""What a connector's `client.py` offers, and one round of it: pages kept with their cursor, outcome written down."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from kaibo.connectors.calling import Caller, PlatformFault
from kaibo.connectors.contracts import Checked
from kaibo.connectors.pacing import Clock, Rate
from kaibo.connectors.tokens import Vault
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import MICROS

log = logging.getLogger("kaibo.connectors")

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 10.0, 300.0
"""After a failed round, doubling; a refusal that somebody has to act on waits the longest time."""


@dataclass(frozen=True, slots=True)
class Poll:
    """One thing that a client asks for again and again.

    Shape: `keeps_gap` where what was missed during a failure cannot be asked for later. `is_endless`: the poll is a
    line that stays open and ends only by a failure or with the process.
    """

    name: str
    every_seconds: float
    keeps_gap: bool = False
    is_endless: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What a client works with: the feed, its settings, time, and a place for tokens."""

    feed_id: str
    settings: Mapping[str, str]
    clock: Clock
    vault: Vault
    rooms: tuple[str, ...] = ()
    has_pushes: bool = False  # something was pushed to this feed already
    options: Mapping[str, Any] = field(default_factory=dict)  # tests: timeouts, draws


@dataclass(frozen=True, slots=True)
class Page:
    """Replies as received, and the cursor behind them: kept together or not at all. Without bodies: cursor alone.

    Shape: `again_seconds` of the last page of a round says when to ask next, where that is not the usual pause.
    """

    cursor: Mapping[str, Any]
    bodies: tuple[Fetched, ...] = ()
    again_seconds: float | None = None


def caller_to(
    connector: str,
    line: Line,
    *,
    base: str,
    code_of: Callable[[dict[str, Any]], str],
    rates: Mapping[str, Rate] | None = None,
) -> Caller:
    """The calls of a feed: to the address that its settings name, else to the platform's own."""
    own = line.settings.get("base_url") or base
    return Caller(connector, base=own, clock=line.clock, code_of=code_of, rates=rates, **line.options)


class Client(Protocol):
    """What `client.py` offers: the only file of a connector that touches the network."""

    NEEDS: tuple[str, ...]
    POLLS: tuple[Poll, ...]

    def poll(self, name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
        """Pages from the cursor on. Raises PlatformFault, Stopped; what was yielded before is kept."""
        ...

    def check(self, line: Line) -> Checked:
        """Who answered, after the cheapest call that needs the settings. Raises PlatformFault."""
        ...


def run_poll(client: Client, poll: Poll, line: Line, *, connector: str, wake: Callable[[], None] | None = None) -> int:
    """One round of one poll; how many pages came. Failures are written down, not raised.

    Raises: Stopped.
    """
    state = eventlog.polls.poll(line.feed_id, poll.name)
    every_us, pages = round(poll.every_seconds * MICROS), 0
    again: float | None = None
    try:
        for page in client.poll(poll.name, dict(state.cursor), line):
            eventlog.polls.keep(
                line.feed_id, poll.name, connector=connector, pages=list(page.bodies), cursor=page.cursor
            )
            pages += len(page.bodies)
            again = page.again_seconds
            if poll.is_endless:
                _succeeded(poll, line, every_us)
            if wake is not None:
                wake()
    except PlatformFault as fault:
        now = line.clock.now_us()
        wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**state.failures)
        wait = LONGEST_WAIT_SECONDS if fault.is_permanent else wait
        log.warning("%s of %s: %s", poll.name, line.feed_id, fault.sentence)
        eventlog.polls.note_failure(
            line.feed_id,
            poll.name,
            at_us=now,
            next_at=now + round(wait * MICROS),
            every_us=every_us,
            code=fault.code,
            problem=fault.sentence,
        )
        return pages
    _succeeded(poll, line, every_us, again)
    return pages


def _succeeded(poll: Poll, line: Line, every_us: int, again: float | None = None) -> None:
    eventlog.polls.note_success(
        line.feed_id,
        poll.name,
        at_us=line.clock.now_us(),
        every_us=every_us,
        keeps_gap=poll.keeps_gap,
        again_us=None if again is None else round(again * MICROS),
    )
