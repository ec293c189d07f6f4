"""Translates what waits in the inbox, in a thread beside the server; one poisonous delivery stops nothing."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from django.db import Error as DatabaseFault
from django.db import connection, connections

from kaibo.connectors import registry, settling
from kaibo.connectors.contracts import Manifest, Outcome, Skipped, UnknownConnector
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView, InboxItem, Problem, Provenance, Receipt, Settlement
from kaibo.eventlog.errors import LogBusy, LogFailed, LogRefuses, UnknownFeed
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.lines import ENCODER
from kaibo.kit import env
from kaibo.kit.logfields import about

log = logging.getLogger("kaibo.connectors")

LOOK_SECONDS = 1.0
"""How often to look for what other processes received; what this one received wakes the worker at once."""
GATHER_SECONDS = 0.05
"""After the first delivery of a batch, so that the others behind it share its queries, its commit and its fsync."""
AT_ONCE = 200
"""Deliveries behind one fsync of the log and one commit of the records."""
RETRY_SECONDS = 2.0
SWEEP_SECONDS = 3600.0
RECOVER_SECONDS = 5.0
"""How often to look for what a server that was killed had acknowledged."""


def version_of(manifest: Manifest) -> str:
    """What is stamped into the envelope of every line that this translator makes."""
    return f"{manifest.id}/{manifest.version}"


def versions() -> dict[str, str]:
    """Connector -> version of its translator now, for those that take payloads."""
    return {one.id: version_of(one) for one in registry.manifests().values() if one.transport in registry.PAYLOADS}


def translate_waiting(limit: int = 200) -> int:
    """Translate up to so many deliveries, oldest first; how many were settled.

    Shape: events are fsynced before their delivery is settled; a crash between the two only makes duplicates.
    Raises: LogRefuses, LogBusy, LogFailed (what was handed over before is settled, the rest stays waiting).
    """
    held = eventlog.inbox.waiting(limit)
    if not held:
        return 0
    memory = eventlog.open_log()
    handed: list[Callable[[], Settlement]] = []
    feeds = _Feeds()
    try:
        for item in held:
            handed.append(_handed(item, memory, feeds))  # noqa: PERF401 - what was handed over counts if the next fails
    finally:
        settled: list[Settlement] = []
        try:
            for answer in handed:
                settled.append(answer())  # noqa: PERF401 - likewise
        finally:
            memory.close()
            eventlog.inbox.settle_all(settled)
    return len(settled)


class _Feeds:
    """What one batch has looked up about its feeds: a query each, not one per delivery."""

    def __init__(self) -> None:
        self._feeds: dict[str, FeedView] = {}
        self._since: dict[str, int | None] = {}

    def feed(self, feed_id: str) -> FeedView:
        if feed_id not in self._feeds:
            self._feeds[feed_id] = eventlog.feed(feed_id)
        return self._feeds[feed_id]

    def fetches_since(self, feed_id: str) -> int | None:
        if feed_id not in self._since:
            self._since[feed_id] = settling.fetches_since(feed_id)
        return self._since[feed_id]


def _handed(item: InboxItem, memory: eventlog.Log, feeds: _Feeds) -> Callable[[], Settlement]:
    """Translate one delivery and hand its events to the log; what comes back waits for the disk and says how it went.

    Shape: good events are kept when others of the delivery are bad; then it counts as failed and can be replayed.
    """
    try:
        manifest = registry.manifest_of(item.connector)
        feed = feeds.feed(item.feed_id)
        told = {**item.told, "received_at": str(item.received_at)}
        outcomes = _settled(registry.payload_translator(item.connector).translate(item.payload, told), item, feeds)
    except (UnknownConnector, UnknownFeed) as error:
        lost = Settlement(item.id, problem=error.sentence)
        return lambda: lost
    except Exception as error:
        named = about(feed=item.feed_id, delivery=item.id)
        log.exception("delivery %s of %s cannot be translated", item.id, item.connector, extra=named)
        version = version_of(registry.manifest_of(item.connector))
        broken = Settlement(item.id, version=version, problem=f"the translator failed: {type(error).__name__}: {error}")
        return lambda: broken
    answer = _append(outcomes, memory, item=item, manifest=manifest, feed=feed)
    return lambda: _settlement(item, manifest, outcomes, answer())


def _settlement(item: InboxItem, manifest: Manifest, outcomes: list[Outcome], receipt: Receipt) -> Settlement:
    problems = [_said(one) for one in outcomes if isinstance(one, Problem)]
    problems += [_said(one) for one in receipt.details]
    _log(item, outcomes, receipt, len(problems))
    skipped = Counter(one.reason for one in outcomes if isinstance(one, Skipped))
    return Settlement(
        item.id,
        count=receipt.accepted + receipt.duplicates,
        version=version_of(manifest),
        problem="; ".join(problems),
        note="; ".join(skipped),
    )


def _log(item: InboxItem, outcomes: list[Outcome], receipt: Receipt, problems: int) -> None:
    """One line per delivery of which something was refused, and per one that is translated again after a replay."""
    if not problems and not item.tries:
        return
    event_id = next((one.event_id for one in outcomes if isinstance(one, PlatformEvent)), "")
    log.log(
        logging.WARNING if problems else logging.INFO,
        "delivery %s of %s: %d events translated, %d refused",
        item.id,
        item.connector,
        receipt.accepted + receipt.duplicates,
        problems,
        extra=about(feed=item.feed_id, delivery=item.id, event_id=event_id),
    )


def _settled(outcomes: Iterator[Outcome], item: InboxItem, feeds: _Feeds) -> list[Outcome]:
    """What this delivery tells of its own; a push to a feed that fetches lets it ask at once."""
    found = list(outcomes)
    if not any(isinstance(one, PlatformEvent) and one.kind.startswith("order.") for one in found):
        return found
    is_fetched = item.told.get(settling.BY) == settling.FETCH
    since = feeds.fetches_since(item.feed_id)
    if since is not None and not is_fetched:
        eventlog.polls.ask_now(item.feed_id)
    return list(settling.settle(found, feed_id=item.feed_id, is_fetched=is_fetched, since_us=since))


def _append(
    outcomes: list[Outcome], memory: eventlog.Log, *, item: InboxItem, manifest: Manifest, feed: FeedView
) -> Callable[[], Receipt]:
    events = [one for one in outcomes if isinstance(one, PlatformEvent)]
    if not events:
        return Receipt
    told = Provenance(feed.id, raw_ref=f"inbox:{item.id}", translator_version=version_of(manifest))
    return memory.append_soon(ENCODER.encode_lines(events), provenance=told, feed=feed)


def _said(problem: Problem) -> str:
    field = f"{problem.field}: " if problem.field else ""
    return f"{problem.line}: {field}{problem.problem}; fix: {problem.fix}"


class InboxWorker:
    """The thread of a server that brings what it received into the inbox; where the log is held it translates too."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="inbox", daemon=True)
        self._swept_at = 0.0
        self._recovered_at = -RECOVER_SECONDS
        self._translates = False
        self._unlisten: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to bring in."""
        self._unlisten = eventlog.notices.listen("inbox", lambda _key: eventlog.inbox.wake())
        self._thread.start()

    def translate(self) -> None:
        """From now on translate for all servers of the home, and bring in what killed ones took."""
        self._translates = True
        eventlog.inbox.wake()

    def stop(self) -> None:
        """Finish the delivery in hand; what waits, waits for the next start."""
        self._stopped.set()
        self._unlisten()
        self._unlisten = lambda: None
        eventlog.inbox.wake()
        if self._thread.is_alive():
            self._thread.join()
        eventlog.inbox.spool.close()

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                done = self._step()
            except (LogRefuses, LogBusy, LogFailed) as error:
                log.warning("the inbox waits: %s", error.sentence)
                self._stopped.wait(RETRY_SECONDS)
                continue
            except (DatabaseFault, OSError) as error:
                log.warning("the inbox waits: %s", error)
                if not connection.in_atomic_block and not connection.is_usable():
                    connection.close()
                self._stopped.wait(RETRY_SECONDS)
                continue
            if not done and not self._stopped.is_set():
                eventlog.inbox.wait_for_delivery(LOOK_SECONDS)
                self._stopped.wait(GATHER_SECONDS)
        connections.close_all()

    def _step(self) -> int:
        if not self._translates:
            return eventlog.inbox.bring_in()
        if time.monotonic() - self._recovered_at > RECOVER_SECONDS:
            eventlog.inbox.recover()
            self._recovered_at = time.monotonic()
        done = translate_waiting(AT_ONCE)
        self._sweep()
        return done

    def _sweep(self) -> None:
        days = env.inbox_days()
        if days and time.monotonic() - self._swept_at > SWEEP_SECONDS:
            gone = eventlog.inbox.empty_old(days)
            if gone == 0:
                self._swept_at = time.monotonic()
