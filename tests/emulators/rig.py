"""A client against its emulator as the server runs it: real inbox, real cursors, real log; only time is virtual."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from kaibo.connectors import inboxworker, registry
from kaibo.connectors.calling import PlatformFault
from kaibo.connectors.contracts import Checked
from kaibo.connectors.polling import Client, Line, Page, run_poll
from kaibo.connectors.pollworker import Sealed, client_of
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import PollView
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.tests.helpers import stored
from tests.emulators.base import Platform, VirtualClock


class Killed(BaseException):
    """Stands for kill -9: nothing catches it, nothing is tidied up."""


@dataclass
class Rig:
    """A feed of one connector whose base address is the emulator's."""

    connector: str
    platform: Platform
    settings: dict[str, str]
    rooms: tuple[str, ...] = ()
    feed_id: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: {"timeout": httpx.Timeout(20), "draw": random.Random(7)})

    def __post_init__(self) -> None:
        manifest = registry.manifest_of(self.connector)
        feed, _token = eventlog.create_feed(
            self.connector,
            connector=self.connector,
            platform=manifest.platform,
            rooms=self.rooms,
            kinds=manifest.kinds,
            actor="system:test",
        )
        self.feed_id = feed.id

    @property
    def clock(self) -> VirtualClock:
        return self.platform.clock

    @property
    def client(self) -> Client:
        client = client_of(self.connector)
        assert client is not None
        return client

    def line(self) -> Line:
        return Line(
            self.feed_id,
            {"base_url": self.platform.base, **self.settings},
            self.clock,
            Sealed(self.feed_id),
            self.rooms,
            has_pushes=eventlog.inbox.has_any(self.feed_id),
            options=self.options,
        )

    def ask(
        self, name: str, *, kill_after: int | None = None, through: Callable[[Client], Client] | None = None
    ) -> int:
        """One round; killed after so many pages, before the next is kept. `through` wraps the client."""
        (poll,) = [one for one in self.client.POLLS if one.name == name]
        client = self.client if kill_after is None else _Mortal(self.client, kill_after)
        client = client if through is None else through(client)
        return run_poll(client, poll, self.line(), connector=self.connector)

    def state(self, name: str) -> PollView:
        return eventlog.polls.poll(self.feed_id, name)

    def events(self) -> list[StoredEvent]:
        """Everything in the log after the inbox was translated."""
        while inboxworker.translate_waiting():
            pass
        failed = eventlog.inbox.items(state="failed")
        assert not failed, [one.reason for one in failed]
        return stored()


class _Wrapped:
    """A client with something between it and the inbox."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.NEEDS, self.POLLS = client.NEEDS, client.POLLS

    def poll(self, name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
        yield from self._client.poll(name, cursor, line)

    def check(self, line: Line) -> Checked:
        return self._client.check(line)


class _Mortal(_Wrapped):
    """Its process dies while a page is in its hands."""

    def __init__(self, client: Client, pages: int) -> None:
        super().__init__(client)
        self._pages = pages

    def poll(self, name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
        for number, page in enumerate(self._client.poll(name, cursor, line)):
            if number == self._pages:
                raise Killed
            yield page


class Doubling(_Wrapped):
    """Each reply comes twice, the second time under another identity."""

    def poll(self, name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
        for page in self._client.poll(name, cursor, line):
            again = tuple(replace(one, delivery_id=f"again:{line.clock.now_us()}") for one in page.bodies)
            yield Page(page.cursor, (*page.bodies, *again))


class Shuffling(_Wrapped):
    """The replies of a round are received in another order than they were asked for."""

    def poll(self, name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
        pages: list[Page] = []
        fault: PlatformFault | None = None
        try:
            pages.extend(self._client.poll(name, cursor, line))
        except PlatformFault as found:
            fault = found
        bodies = [one for page in pages for one in page.bodies]
        random.Random(len(bodies)).shuffle(bodies)
        bodies.reverse()
        for page in pages:
            yield Page(page.cursor, tuple(bodies[: len(page.bodies)]))
            del bodies[: len(page.bodies)]
        if fault is not None:
            raise fault
