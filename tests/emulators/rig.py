"""A client against its emulator as the server runs it: real inbox, real cursors, real log; only time is virtual."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from kaibo.connectors import inboxworker, registry
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
    options: Mapping[str, Any] = field(
        default_factory=lambda: {"timeout": httpx.Timeout(0.5), "draw": random.Random(7)}
    )

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

    def ask(self, name: str, *, kill_after: int | None = None) -> int:
        """One round; killed after so many pages were received and before the next is kept."""
        (poll,) = [one for one in self.client.POLLS if one.name == name]
        client = self.client if kill_after is None else _Mortal(self.client, kill_after)
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


class _Mortal:
    """A client whose process dies while a page is in its hands."""

    def __init__(self, client: Client, pages: int) -> None:
        self._client, self._pages = client, pages
        self.NEEDS, self.POLLS = client.NEEDS, client.POLLS

    def poll(self, name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:
        for number, page in enumerate(self._client.poll(name, cursor, line)):
            if number == self._pages:
                raise Killed
            yield page

    def check(self, line: Line) -> Checked:
        return self._client.check(line)
