"""The door for events: `POST /api/v1/events` for feeds, and the handover from other processes of this home.

Plain ASGI: Django's handler would pin a thread and a connection per sender. Work runs on threads of its own,
so that the loop never waits for a disk.
"""

import asyncio
import json
import logging
import secrets
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError, connection

from kaibo.eventlog import api
from kaibo.eventlog.contracts import FeedView, Provenance, Receipt
from kaibo.eventlog.errors import LogBusy, LogRefuses
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.lanes import Parcel
from kaibo.kit import env
from kaibo.kit.errors import KaiboError
from kaibo.web.plain import Receive, Scope, Send

log = logging.getLogger("kaibo.web")

BODY_LIMIT = 32 * 1024 * 1024
HANDOVER_LIMIT = 256 * 1024 * 1024
IN_FLIGHT_LIMIT = 256 * 1024 * 1024
"""Bodies on their way in or being worked on; beyond it senders are asked to come back, so memory stays bounded."""
READ_SECONDS = 60.0  # 32 MB at 0.5 MB/s; whoever is slower holds memory that others need
MOST_LINES = 400_000
"""An event takes at least 80 bytes, so 32 MB hold no more. A body of millions of crumbs would be named one by one."""
THREADS = 4
_TYPES = frozenset(("", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/json"))


Headers = dict[str, str]


@dataclass(slots=True)
class _Taken:
    """How much memory one request holds."""

    size: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the sender."""

    status: int
    body: Mapping[str, Any]
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Refused(Exception):
    """A request that is refused before any of its lines is looked at."""

    def __init__(self, status: int, problem: str, fix: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(problem)
        self.answer = Answer(status, {"problem": problem, "fix": fix}, headers)


class Door:
    """Holds the log open for the life of the server."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="door")
        self._handed = ThreadPoolExecutor(THREADS, thread_name_prefix="handover")
        self._log: api.Log | None = None
        self._home: Path | None = None
        self._opening = threading.Lock()
        self._in_flight = 0

    async def events(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`POST /api/v1/events` with a feed's bearer token; NDJSON or a JSON array, gzip if it says so."""
        await self._serve(scope, receive, send, _feed_of, self._take, limit=BODY_LIMIT, pool=self._pool)

    async def handover(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`POST /api/v1/handover/<act>` with the token of the file in run/; never for other machines.

        On threads of their own: servers that hold a shard each hand over to each other, and a thread that waits for
        another server must not keep that one waiting.
        """
        await self._serve(scope, receive, send, _own_process, self._hand_over, limit=HANDOVER_LIMIT, pool=self._handed)

    async def _serve[Sender](
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        admit: Callable[[Headers], Sender],
        work: Callable[[Sender, str, Headers, bytes], Answer],
        *,
        limit: int,
        pool: ThreadPoolExecutor,
    ) -> None:
        """Who asks comes first: a stranger's body is never read."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        taken = _Taken()
        try:
            if scope["method"] != "POST":
                raise Refused(405, "events are sent with POST", "use POST", (b"allow", b"POST"))
            loop = asyncio.get_running_loop()
            sender = await loop.run_in_executor(pool, copy_context().run, admit, headers)
            body = await self._read(receive, headers, limit, taken)
            here = copy_context()  # log lines of the thread carry the id of the request too
            answer = await loop.run_in_executor(pool, here.run, work, sender, scope["path"], headers, body)
        except Refused as refused:
            answer = refused.answer
        except LogRefuses as refusal:
            answer = Answer(429, refusal.as_dict(), ((b"retry-after", str(refusal.retry_after).encode()),))
        except LogBusy as busy:
            self._let_go_of_a_way()
            answer = Answer(503, busy.as_dict(), ((b"retry-after", b"2"),))
        except KaiboError as error:
            answer = Answer(error.status, error.as_dict())
        except (OperationalError, InterfaceError) as error:
            log.error("events wait for the records: %s", error)
            told = {"problem": "the records do not answer", "fix": "send it again later; nothing of it counts twice"}
            answer = Answer(503, told, ((b"retry-after", b"2"),))
        finally:
            self._in_flight -= taken.size
        await _send(send, answer)

    async def _read(self, receive: Receive, headers: Headers, limit: int, taken: "_Taken") -> bytes:
        too_large = Refused(413, f"the body is larger than {limit >> 20} MB", "send it in smaller parts")
        told = headers.get("content-length", "0")
        if told.isdigit() and int(told) > limit:
            raise too_large
        if headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
            raise Refused(415, f"'{headers['content-type']}' is not read here", "send application/x-ndjson or JSON")
        if headers.get("content-encoding", "identity").strip().lower() not in {"gzip", "identity", ""}:
            raise Refused(415, f"'{headers['content-encoding']}' is not unpacked here", "send gzip or plain")
        chunks: list[bytes] = []
        try:
            async with asyncio.timeout(READ_SECONDS):
                while True:
                    if self._in_flight > IN_FLIGHT_LIMIT:
                        retry = (b"retry-after", b"1")
                        raise Refused(429, "too much is on its way into the log", "send again later", retry)
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(400, "the sender went away", "send again")
                    chunks.append(message.get("body", b""))
                    taken.size += len(chunks[-1])
                    self._in_flight += len(chunks[-1])
                    if taken.size > limit:
                        raise too_large
                    if not message.get("more_body", False):
                        return b"".join(chunks)
        except TimeoutError:
            sentence = f"the body did not arrive within {READ_SECONDS:g} s"
            raise Refused(408, sentence, "send smaller parts, or over a faster line") from None

    # -- on threads ---------------------------------------------------------------------------------------------

    def _take(self, feed: FeedView, _path: str, headers: Headers, body: bytes) -> Answer:
        _fresh_connection()
        if headers.get("content-encoding", "").strip().lower() == "gzip":
            body = unpack(body, BODY_LIMIT)
        if not body.strip():
            raise Refused(422, "the body is empty", "send one JSON object per line, or an array of them")
        if is_crumbs(body):
            raise Refused(413, f"the body holds more than {MOST_LINES:,} lines", "send it in smaller parts")
        receipt = self.log().append_lines(body, provenance=Provenance(feed.id), feed=feed)
        nothing_in = receipt.rejected and not receipt.accepted and not receipt.duplicates
        return Answer(422 if nothing_in else 200, _told(receipt))

    def _hand_over(self, shard: int, path: str, headers: Headers, body: bytes) -> Answer:
        _fresh_connection()
        act = path.rpartition("/")[2]
        if act not in {"append", "many", "signed", "tick"}:
            raise Refused(404, f"there is no act '{act}'", "use append, many, signed or tick")
        with self._held(shard) as log:
            if act == "append":
                told = json.loads(headers.get("x-kaibo-told", "{}"))
                feed_id = told.pop("feed", None)
                feed = api.feed(feed_id) if feed_id else None
                return Answer(200, _told(log.append_lines(body, provenance=Provenance(**told), feed=feed)))
            if act == "many":
                return Answer(200, {"receipts": [_told(one) for one in log.append_many(_parcels(body))]})
            if act == "signed":
                log.append_signed(_SIGNED.decode_lines(body))
            else:
                log.tick()
        return Answer(200, {})

    @contextmanager
    def _held(self, shard: int) -> Iterator[api.Log]:
        """The log that a hand-over is for. Of several shards only what is held here: it is never handed on."""
        if api.count_shards() == 1:
            yield self.log()
            return
        with api.borrowed(shard) as held:
            if held is None:
                raise LogBusy(f"shard {shard} of the log is not held here", fix="look again who holds it")
            yield held

    def log(self) -> api.Log:
        """The log of the home, opened at the first need and kept; a server is its housekeeper."""
        with self._opening:
            if self._log is not None and self._home != env.home():
                self._log.close()
                self._log = None
            if self._log is None:
                self._home = env.home()
                self._log = api.open_log(wait_seconds=0)
                self._log.start_housekeeping()
            return self._log

    def _let_go_of_a_way(self) -> None:
        """The server that held the log is gone: the next request looks who holds it by then."""
        with self._opening:
            if isinstance(self._log, api.RemoteLog):
                self._log.close()
                self._log = None

    def close(self) -> None:
        """Let the log go when the server stops: everything durable, sealed, the lock free."""
        with self._opening:
            if self._log is not None:
                self._log.close()
                self._log = None


_SIGNED = msgspec.json.Decoder(StoredEvent)


def _parcels(body: bytes) -> list[Parcel]:
    """The bodies of one hand-over: a line that tells of each, then one behind the other."""
    head, _, rest = body.partition(b"\n")
    feeds: dict[str | None, FeedView | None] = {None: None}
    found, at = [], 0
    for told in json.loads(head):
        size, feed_id = told.pop("size"), told.pop("feed")
        if feed_id not in feeds:
            feeds[feed_id] = api.feed(feed_id)
        found.append(Parcel(rest[at : at + size], Provenance(**told), feeds[feed_id]))
        at += size
    return found


def unpack(body: bytes, limit: int) -> bytes:
    """Gzip undone, never to more than the limit. Raises Refused."""
    work = zlib.decompressobj(31)
    try:
        plain = work.decompress(body, limit + 1)
        if work.eof and work.unused_data:
            raise Refused(422, "the body holds more than one gzip member", "compress it in one go")
    except zlib.error as error:
        raise Refused(
            422, f"the body is not gzip: {error}", "compress it with gzip, or drop Content-Encoding"
        ) from None
    if len(plain) > limit:
        raise Refused(413, f"unpacked, the body is larger than {limit >> 20} MB", "send it in smaller parts")
    if not work.eof:
        raise Refused(422, "the gzip body ends too early", "send it again, whole")
    return plain


def is_crumbs(body: bytes) -> bool:
    """Whether a body holds more lines or elements than events can be. Cost: three scans for a byte."""
    if body.lstrip()[:1] != b"[":
        return body.count(b"\n") > MOST_LINES
    return body.count(b",") - 60 * body.count(b"{") > MOST_LINES  # an event has fewer than 60 commas, attrs aside


def _feed_of(headers: Headers) -> FeedView:
    """The feed whose token came with the request. Raises Refused."""
    _fresh_connection()
    feed = api.feed_by_token(_bearer(headers))
    if feed is None:
        raise _unauthorised("this token belongs to no feed", "copy the feed's token, or make a new one")
    if not feed.is_enabled:
        raise Refused(403, f"feed '{feed.name}' is switched off", "switch it on, then send again")
    return feed


def _own_process(headers: Headers) -> int:
    """The shard that a hand-over is for. Raises Refused unless the sender could read its token in run/."""
    named = headers.get("x-kaibo-shard", "0")
    shard = int(named) if named.isdecimal() and len(named) < 4 else 0
    address = api.server_address(shard)
    if address is None or not secrets.compare_digest(_bearer(headers).encode(), address.token.encode()):
        raise _unauthorised("this is the door of this home's own processes", "use /api/v1/events with a feed's token")
    return shard


def _fresh_connection() -> None:
    """Leave a connection that broke behind; these threads have no requests of Django in which it would do so."""
    if connection.errors_occurred and not connection.in_atomic_block and not connection.is_usable():
        connection.close()


def _bearer(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthorised("there is no bearer token", "send the header Authorization: Bearer <token of the feed>")
    return token.strip()


def _unauthorised(problem: str, fix: str) -> Refused:
    return Refused(401, problem, fix, (b"www-authenticate", b'Bearer realm="kaibo"'))


def _told(receipt: Receipt) -> dict[str, Any]:
    return asdict(receipt)


async def _send(send: Send, answer: Answer) -> None:
    body = json.dumps(answer.body, ensure_ascii=False, default=str).encode()
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


door = Door()
"""The one door of this server process; `door.close()` when the server stops."""
events = door.events
handover = door.handover
