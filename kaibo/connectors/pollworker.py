"""Asks the platforms: a thread per poll of each feed whose client has what it needs; one that fails stops no other."""

import importlib
import logging
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import cast

from django.db import Error as DatabaseFault
from django.db import connections

from kaibo.connectors import registry, settling
from kaibo.connectors.pacing import Stopped, WallClock
from kaibo.connectors.polling import Client, Line, Poll, run_poll
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView
from kaibo.eventlog.sealed import feed_setting, keep_setting, kept_setting
from kaibo.eventlog.turns import turn
from kaibo.kit.clock import MICROS
from kaibo.kit.errors import KaiboError

log = logging.getLogger("kaibo.connectors")

LOOK_SECONDS = 2.0
"""How often to look for feeds that were added, switched or given their settings."""
NAP_SECONDS = 1.0
"""How soon a push that says there is something to fetch is followed up."""
RETRY_SECONDS = 5.0
TURN_SECONDS = 60.0
"""How long to wait while another process renews a token: two calls that nobody answers, then the poll fails."""
STOP_SECONDS = 2.0
"""A reply that is on its way when the server stops is asked for again: the cursor stands behind what was kept."""


class Sealed:
    """A feed's vault in the records, sealed at rest."""

    def __init__(self, feed_id: str) -> None:
        self._feed_id = feed_id

    def read(self, name: str) -> str:
        return kept_setting(self._feed_id, name)

    def write(self, name: str, value: str) -> None:
        keep_setting(self._feed_id, name, value)

    def turn(self) -> AbstractContextManager[None]:
        return turn(f"the grant of {self._feed_id}", seconds=TURN_SECONDS)


def client_of(connector_id: str) -> Client | None:
    """The client of a connector; None where it calls nobody."""
    if not (registry.manifest_of(connector_id).folder / "client.py").exists():
        return None
    client = importlib.import_module(f"kaibo.connectors.{connector_id}.client")
    return cast(Client, client) if hasattr(client, "POLLS") else None  # the simulator's sends and asks nobody


def polls_of(client: Client, settings: Mapping[str, str]) -> tuple[Poll, ...]:
    """What a client asks for with these settings: all its polls, unless it says which."""
    wanted = getattr(client, "wanted_polls", None)
    found: tuple[Poll, ...] = wanted(settings) if wanted is not None else client.POLLS
    return found


def settings_of(feed: FeedView) -> dict[str, str]:
    """What a feed's connector needs, from the environment or as typed in. Cost: a query per setting."""
    return {need.name: feed_setting(feed.id, need.name) for need in registry.feed_settings(feed.connector)}


def due_feeds() -> list[tuple[FeedView, Client, dict[str, str]]]:
    """Feeds that can ask: switched on, with a client and all that it needs."""
    known = registry.manifests()
    found = []
    for feed in eventlog.feeds():
        client = client_of(feed.connector) if feed.is_enabled and feed.connector in known else None
        if client is None:
            continue
        try:
            settings = settings_of(feed)
        except KaiboError as error:
            log.error("feed %s cannot ask: %s", feed.id, error.sentence)
            continue
        if all(settings.get(name) for name in client.NEEDS):
            found.append((feed, client, settings))
    return found


def line_of(feed: FeedView, settings: dict[str, str], stopped: threading.Event) -> Line:
    """What the client of this feed works with."""
    return Line(
        feed.id,
        settings,
        WallClock(stopped),
        Sealed(feed.id),
        feed.rooms,
        has_pushes=eventlog.inbox.has_any(feed.id),
    )


def trial_line(kept_at: str, settings: Mapping[str, str], *, attempts: int) -> Line:
    """A line for trying a connection while a person waits."""
    return Line(kept_at, settings, WallClock(), Sealed(kept_at), options={"attempts": attempts})


class _Asking(threading.Thread):
    """One poll of one feed, again and again."""

    def __init__(self, feed: FeedView, client: Client, poll: Poll, settings: dict[str, str]) -> None:
        super().__init__(name=f"poll-{feed.id}-{poll.name}", daemon=True)
        self.stopped = threading.Event()
        self.settings = settings
        self._feed, self._client, self._poll = feed, client, poll

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                self._round()
            except Stopped:
                break
            except (DatabaseFault, OSError) as error:
                log.warning("poll %s of %s waits: %s", self._poll.name, self._feed.id, error)
                connections.close_all()
                self.stopped.wait(RETRY_SECONDS)
            except Exception:
                log.exception("poll %s of %s failed", self._poll.name, self._feed.id)
                self._note("client_failed", "the client met something unforeseen; the server's log holds it")
                self.stopped.wait(RETRY_SECONDS)
        connections.close_all()

    def _round(self) -> None:
        line = line_of(self._feed, self.settings, self.stopped)
        wait = (eventlog.polls.poll(self._feed.id, self._poll.name).next_at - line.clock.now_us()) / MICROS
        if wait > 0:
            self.stopped.wait(min(wait, NAP_SECONDS))
            return
        run_poll(self._client, self._poll, line, connector=self._feed.connector)

    def _note(self, code: str, problem: str) -> None:
        now, every_us = WallClock().now_us(), round(self._poll.every_seconds * MICROS)
        eventlog.polls.note_failure(
            self._feed.id,
            self._poll.name,
            at_us=now,
            next_at=now + round(RETRY_SECONDS * MICROS),
            every_us=every_us,
            code=code,
            problem=problem,
        )


class PollWorker(threading.Thread):
    """Keeps one thread per poll alive while its feed may ask; a setting that changes starts it anew."""

    def __init__(self) -> None:
        super().__init__(name="polls", daemon=True)
        self._stopped = threading.Event()
        self._asking: dict[tuple[str, str], _Asking] = {}

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._look()
            except (DatabaseFault, OSError) as error:
                log.warning("polls wait: %s", error)
                connections.close_all()
            self._stopped.wait(LOOK_SECONDS)
        connections.close_all()

    def stop(self) -> None:
        """Let every poll end where it is; cursors stand behind what was kept."""
        self._stopped.set()
        for one in self._asking.values():
            one.stopped.set()
        ends = time.monotonic() + STOP_SECONDS
        for thread in (self, *self._asking.values()):
            if thread.is_alive():
                thread.join(timeout=max(0.0, ends - time.monotonic()))

    def _look(self) -> None:
        wanted: dict[tuple[str, str], tuple[FeedView, Client, Poll, dict[str, str]]] = {}
        for feed, client, settings in due_feeds():
            for poll in polls_of(client, settings):
                wanted[(feed.id, poll.name)] = (feed, client, poll, settings)
        for key, one in list(self._asking.items()):
            if key not in wanted or wanted[key][3] != one.settings or not one.is_alive():
                one.stopped.set()
                if not one.is_alive():
                    del self._asking[key]
        for key in wanted.keys() - self._asking.keys():
            self._asking[key] = _Asking(*wanted[key])
            self._asking[key].start()


def fetches(connector_id: str) -> bool:
    """Whether a connector fetches orders, so that its pushes say only that there is something to fetch."""
    client = client_of(connector_id)
    return client is not None and any(poll.name == settling.ORDERS for poll in client.POLLS)
