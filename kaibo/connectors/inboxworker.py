"""Translates what waits in the inbox, in a thread beside the server; one poisonous delivery stops nothing."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator

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

log = logging.getLogger("kaibo.connectors")

LOOK_SECONDS = 1.0
"""How often to look for what other processes received; what this one received wakes the worker at once."""
RETRY_SECONDS = 2.0
SWEEP_SECONDS = 3600.0


def version_of(manifest: Manifest) -> str:
    """What is stamped into the envelope of every line that this translator makes."""
    return f"{manifest.id}/{manifest.version}"


def versions() -> dict[str, str]:
    """Connector -> version of its translator now, for those that take payloads."""
    return {one.id: version_of(one) for one in registry.manifests().values() if one.transport in registry.PAYLOADS}


def translate_waiting(limit: int = 200) -> int:
    """Translate up to so many deliveries, oldest first; how many were settled.

    Raises: LogRefuses, LogBusy, LogFailed (the rest stays waiting).
    """
    held = eventlog.inbox.waiting(limit)
    if not held:
        return 0
    settled: list[Settlement] = []
    memory = eventlog.open_log()
    try:
        for item in held:
            settled.append(translate_item(item, memory))  # noqa: PERF401 - what is done is kept when the log refuses
    finally:
        memory.close()
        eventlog.inbox.settle_all(settled)
    return len(settled)


def translate_item(item: InboxItem, memory: eventlog.Log) -> Settlement:
    """Translate one delivery and hand its events to the log; how it went.

    Shape: good events are kept when others of the delivery are bad; then it counts as failed and can be replayed.
    Events are fsynced before the delivery is settled; a crash between the two only makes duplicates.
    """
    try:
        manifest = registry.manifest_of(item.connector)
        feed = eventlog.feed(item.feed_id)
        told = {**item.told, "received_at": str(item.received_at)}
        outcomes = _settled(registry.payload_translator(item.connector).translate(item.payload, told), item, manifest)
    except (UnknownConnector, UnknownFeed) as error:
        return Settlement(item.id, problem=error.sentence)
    except Exception as error:
        log.exception("delivery %s of %s cannot be translated", item.id, item.connector)
        version = version_of(registry.manifest_of(item.connector))
        problem = f"the translator failed: {type(error).__name__}: {error}"
        return Settlement(item.id, version=version, problem=problem)
    events = [one for one in outcomes if isinstance(one, PlatformEvent)]
    problems = [_said(one) for one in outcomes if isinstance(one, Problem)]
    receipt = _append(events, memory, item=item, manifest=manifest, feed=feed)
    problems += [_said(one) for one in receipt.details]
    skipped = Counter(one.reason for one in outcomes if isinstance(one, Skipped))
    return Settlement(
        item.id,
        count=receipt.accepted + receipt.duplicates,
        version=version_of(manifest),
        problem="; ".join(problems),
        note="; ".join(skipped),
    )


def _settled(outcomes: Iterator[Outcome], item: InboxItem, manifest: Manifest) -> list[Outcome]:
    """What this delivery tells of its own; a push to a feed that fetches lets it ask at once."""
    if not any(kind.startswith("order.") for kind in manifest.kinds):
        return list(outcomes)
    is_fetched = item.told.get(settling.BY) == settling.FETCH
    since = settling.fetches_since(item.feed_id)
    if since is not None and not is_fetched:
        eventlog.polls.ask_now(item.feed_id)
    return list(settling.settle(outcomes, feed_id=item.feed_id, is_fetched=is_fetched, since_us=since))


def _append(
    events: list[PlatformEvent], memory: eventlog.Log, *, item: InboxItem, manifest: Manifest, feed: FeedView
) -> Receipt:
    if not events:
        return Receipt()
    told = Provenance(feed.id, raw_ref=f"inbox:{item.id}", translator_version=version_of(manifest))
    return memory.append_lines(ENCODER.encode_lines(events), provenance=told, feed=feed)


def _said(problem: Problem) -> str:
    return f"{problem.line}: {problem.field}: {problem.problem}; fix: {problem.fix}"


class InboxWorker:
    """The thread of the server that keeps the inbox empty."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="inbox", daemon=True)
        self._swept_at = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the delivery in hand; what waits, waits for the next start."""
        self._stopped.set()
        eventlog.inbox.wake()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                done = translate_waiting(20)
                self._sweep()
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
        connections.close_all()

    def _sweep(self) -> None:
        days = env.inbox_days()
        if days and time.monotonic() - self._swept_at > SWEEP_SECONDS:
            gone = eventlog.inbox.empty_old(days)
            if gone == 0:
                self._swept_at = time.monotonic()
