"""The gateway for pushes: `/hooks/<connector>/<feed>`. Proven, kept durably, answered in the platform's own form.

Plain ASGI beside the door for events: a platform waits one to five seconds and counts a slow answer as lost, so nothing
is translated here, and what is kept goes to the spool behind one fsync for many, never through the records' queue.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.db import Error as DatabaseFault
from django.db import connection

from kaibo.connectors.api import (
    Accepted,
    Delivery,
    Refused,
    Reply,
    UnknownConnector,
    Verdict,
    kept_settings,
    verify_delivery,
)
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView
from kaibo.eventlog.errors import UnknownFeed
from kaibo.kit.clock import now_us
from kaibo.web.bodies import Body, Gone, Held, TooLarge, TooMuch
from kaibo.web.plain import Receive, Scope, Send

log = logging.getLogger("kaibo.web")

BODY_LIMIT = 32 * 1024 * 1024
"""As for events. The largest documented push is a list of a few hundred messages, some hundred kilobytes."""
IN_FLIGHT_LIMIT = 64 * 1024 * 1024
ON_DISK_LIMIT = 256 * 1024 * 1024
"""Large bodies lie on the disk while they arrive and are proven."""
THREADS = 4
BODY_SECONDS = 10.0
"""A sender that needs longer than this for its body holds its place for nothing: platforms give up after five."""
AUDIT_SECONDS = 60.0
"""A refusal is audited once a minute per feed and reason: a stranger must not fill the book."""
FRESH_SECONDS = 2.0
"""A feed that another process switches off is refused after so long; this process knows at once."""
MOST_HOOKS = 1000
INLINE_BYTES = 64 * 1024
"""A body up to this size is proven in less time than handing it to a thread takes."""
METHODS = ("GET", "POST")
NOT_KEPT = "the delivery could not be kept; send it again"
_STATUS = {"no_secret": 503, "too_large": 413}


@dataclass(frozen=True, slots=True)
class _Hook:
    """A feed and what the records hold of its settings, as they were read at `at`."""

    feed: FeedView
    kept: Mapping[str, str]
    at: float
    change: int

    def verify(self, delivery: Delivery) -> Verdict:
        return verify_delivery(self.feed.connector, self.feed.id, delivery, kept=self.kept)


class Gateway:
    """Proves, keeps and answers deliveries."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")
        self.held = Held()
        self._hooks: dict[str, _Hook] = {}
        self._audited: dict[tuple[str, str], float] = {}
        self._auditing = threading.Lock()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request of a platform."""
        if scope["method"] not in METHODS:
            await _send(send, _told(405, "pushes come with POST, handshakes with GET"))
            return
        body = Body(self.held)
        try:
            reply = await self._take(scope, await self._read(scope, receive, body))
        except TimeoutError:
            reply = _told(408, "the body did not arrive in time")
        except TooLarge:
            reply = _too_large()
        except TooMuch:
            reply = _told(503, "too much is on its way; send again later")
        except Gone:
            return
        except OSError as error:
            log.error("a delivery could not be kept: %s", error)
            reply = _told(503, NOT_KEPT)
        finally:
            body.let_go()
        await _send(send, reply)

    async def _read(self, scope: Scope, receive: Receive, body: Body) -> bytes | memoryview:
        """Raises: TooLarge also for what says itself how long it is, before any of it is read."""
        told = dict(scope["headers"]).get(b"content-length", b"")
        if told.isdigit() and int(told) > BODY_LIMIT:
            raise TooLarge
        return await asyncio.wait_for(
            body.read(receive, limit=BODY_LIMIT, most_in_memory=IN_FLIGHT_LIMIT, most_on_disk=ON_DISK_LIMIT),
            BODY_SECONDS,
        )

    async def _take(self, scope: Scope, body: bytes | memoryview) -> Reply:
        """The reply, once the delivery is durable. What the records hold about the feed is read at most so often."""
        loop = asyncio.get_running_loop()
        try:
            hook = self._fresh(scope["path"]) or await loop.run_in_executor(self._pool, self._looked_up, scope["path"])
            problem = _problem_of(hook)
            if hook is None or problem is not None:
                return problem or _told(404, "there is no such hook")
            delivery = _delivery(scope, body)
            is_small = len(body) <= INLINE_BYTES
            verdict = hook.verify(delivery) if is_small else await asyncio.to_thread(hook.verify, delivery)
            if isinstance(verdict, Refused):
                await loop.run_in_executor(self._pool, self._audit, hook.feed, verdict)
                return _told(_STATUS.get(verdict.code, 401), verdict.sentence)
            if isinstance(verdict, Accepted):
                kept = (hook.feed, delivery, verdict)  # a body without an id of its own is known by its hash
                await asyncio.wrap_future(_kept(*kept) if is_small else await asyncio.to_thread(_kept, *kept))
            return verdict.reply
        except DatabaseFault as error:
            log.error("a delivery could not be kept: %s", error)
            return _told(503, NOT_KEPT)

    def _fresh(self, path: str) -> "_Hook | None":
        hook = self._hooks.get(path)
        is_fresh = hook is not None and time.monotonic() - hook.at < FRESH_SECONDS
        return hook if is_fresh and hook is not None and hook.change == eventlog.feed_changes() else None

    # -- on threads ---------------------------------------------------------------------------------------------

    def _looked_up(self, path: str) -> "_Hook | None":
        """The hook as the records hold it; while they are away, as they held it last: the spool needs them not."""
        try:
            return self._read_hook(path)
        except DatabaseFault as error:
            known = self._hooks.get(path)
            if known is None:
                raise
            log.warning("the records do not answer; a delivery is proven with what they held: %s", error)
            return known

    def _read_hook(self, path: str) -> "_Hook | None":
        if connection.errors_occurred and not connection.in_atomic_block and not connection.is_usable():
            connection.close()
        change, feed = eventlog.feed_changes(), _feed(path)
        if feed is None:
            return None
        if len(self._hooks) > MOST_HOOKS:
            self._hooks.clear()
        hook = self._hooks[path] = _Hook(feed, kept_settings(feed.connector, feed.id), time.monotonic(), change)
        return hook

    def _audit(self, feed: FeedView, verdict: Refused) -> None:
        key, now = (feed.id, verdict.code), time.monotonic()
        with self._auditing:
            if now - self._audited.get(key, -AUDIT_SECONDS) < AUDIT_SECONDS:
                return
            self._audited[key] = now
        actor, thing = f"hook:{feed.connector}", f"feed:{feed.id}"
        eventlog.audit(actor, "delivery.refused", thing, after={"code": verdict.code}, why=verdict.sentence)


def _feed(path: str) -> FeedView | None:
    """The feed of `/hooks/<connector>/<feed>`; None also where connector and feed do not belong together."""
    parts = path.strip("/").split("/")
    if len(parts) != 3:
        return None
    try:
        feed = eventlog.feed(parts[2])
    except (UnknownFeed, UnknownConnector):
        return None
    return feed if feed.connector == parts[1] else None


def _problem_of(hook: "_Hook | None") -> Reply | None:
    if hook is not None and not hook.feed.is_enabled:
        return _told(403, "this feed is switched off")
    return None


def _delivery(scope: Scope, body: bytes | memoryview) -> Delivery:
    return Delivery(
        method=scope["method"],
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        query=dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)),
        body=body,
        received_at=now_us(),
    )


def _kept(feed: FeedView, delivery: Delivery, verdict: Accepted) -> "Future[None]":
    return eventlog.inbox.receive_soon(
        feed.id,
        connector=feed.connector,
        body=delivery.body,
        delivery_id=verdict.delivery_id,
        payload=verdict.payload,
        told=verdict.told,
        received_at=delivery.received_at,
    )


def _told(status: int, problem: str) -> Reply:
    return Reply(json.dumps({"problem": problem}).encode(), status=status)


def _too_large() -> Reply:
    return _told(413, f"the body is larger than {BODY_LIMIT >> 20} MB")


async def _send(send: Send, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


gateway = Gateway()
hooks = gateway.serve
