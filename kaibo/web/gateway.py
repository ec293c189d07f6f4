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
from kaibo.web.plain import Receive, Scope, Send

log = logging.getLogger("kaibo.web")

BODY_LIMIT = 4 * 1024 * 1024
"""The largest documented push is a list of a few hundred messages; ten times that still fits."""
IN_FLIGHT_LIMIT = 64 * 1024 * 1024
THREADS = 4
BODY_SECONDS = 10.0
"""A sender that needs longer than this for its body holds memory for nothing."""
AUDIT_SECONDS = 60.0
"""A refusal is audited once a minute per feed and reason: a stranger must not fill the book."""
FRESH_SECONDS = 2.0
"""A feed that another process switches off is refused after so long; this process knows at once."""
MOST_HOOKS = 1000
INLINE_BYTES = 64 * 1024
"""A body up to this size is proven in less time than handing it to a thread takes."""
METHODS = ("GET", "POST")


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
        self.in_flight = 0  # bytes of bodies that are held, also of those still arriving
        self._hooks: dict[str, _Hook] = {}
        self._audited: dict[tuple[str, str], float] = {}
        self._auditing = threading.Lock()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request of a platform."""
        if scope["method"] not in METHODS:
            await _send(send, _told(405, "pushes come with POST, handshakes with GET"))
            return
        held = _Held(self)
        try:
            body = await asyncio.wait_for(held.read(scope, receive), BODY_SECONDS)
            reply = body if isinstance(body, Reply) else await self._take(scope, body)
        except TimeoutError:
            reply = _told(408, "the body did not arrive in time")
        finally:
            held.let_go()
        await _send(send, reply)

    async def _take(self, scope: Scope, body: bytes) -> Reply:
        """The reply, once the delivery is durable. What the records hold about the feed is read at most so often."""
        loop = asyncio.get_running_loop()
        try:
            hook = self._fresh(scope["path"]) or await loop.run_in_executor(self._pool, self._looked_up, scope["path"])
            problem = _problem_of(hook)
            if hook is None or problem is not None:
                return problem or _told(404, "there is no such hook")
            delivery = _delivery(scope, body)
            if len(body) > INLINE_BYTES:
                verdict = await loop.run_in_executor(None, hook.verify, delivery)
            else:
                verdict = hook.verify(delivery)
            if isinstance(verdict, Refused):
                await loop.run_in_executor(self._pool, self._audit, hook.feed, verdict)
                return _told(503 if verdict.code == "no_secret" else 401, verdict.sentence)
            if isinstance(verdict, Accepted):
                await asyncio.wrap_future(_kept(hook.feed, delivery, verdict))
            return verdict.reply
        except (DatabaseFault, OSError) as error:
            log.error("a delivery could not be kept: %s", error)
            return _told(503, "the delivery could not be kept; send it again")

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


def _delivery(scope: Scope, body: bytes) -> Delivery:
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


class _Held:
    """What one request holds in memory: counted piece by piece as it comes, so that many slow senders are few bytes."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway, self._size = gateway, 0

    async def read(self, scope: Scope, receive: Receive) -> bytes | Reply:
        """The body, or why it is not read on: too long by its own word or by its bytes, or too much is held already."""
        told = dict(scope["headers"]).get(b"content-length", b"")
        if told.isdigit() and int(told) > BODY_LIMIT:
            return _too_large()
        pieces: list[bytes] = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b""
            piece = message.get("body", b"")
            self._size += len(piece)
            self._gateway.in_flight += len(piece)
            if self._size > BODY_LIMIT:
                return _too_large()
            if self._gateway.in_flight > IN_FLIGHT_LIMIT:
                return _told(503, "too much is on its way; send again later")
            pieces.append(piece)
            if not message.get("more_body", False):
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def let_go(self) -> None:
        """Its bytes are answered for."""
        self._gateway.in_flight -= self._size
        self._size = 0


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
