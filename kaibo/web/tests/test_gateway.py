"""The gateway, against a real server on the loopback: proven, kept, answered, translated, counted."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import uvicorn
from django.db import connections

from kaibo.connectors.contracts import SMALL_BYTES
from kaibo.connectors.inboxworker import translate_waiting
from kaibo.connectors.tests import pushes, sealing
from kaibo.eventlog import api, inbox, spool
from kaibo.kit import env
from kaibo.kit.clock import MINUTE_US, now_us
from kaibo.web import door as door_module
from kaibo.web import gateway as gateway_module
from kaibo.web.bodies import MEMORY_BYTES, Held
from kaibo.web.plain import PlainRoutes

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = sorted(pushes.SETTINGS)
PLATFORMS = {"kuaishou_shop": "kuaishou", "tiktok_shop": "tiktok", "youzan": "youzan", "wecom": "wecom"}


async def _nothing_here(scope: dict, receive: object, send: object) -> None:
    raise AssertionError(f"{scope['path']} was not meant for Django")


@pytest.fixture
def url(home: Path) -> Iterator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(PlainRoutes(_nothing_here), lifespan="off", log_level="error", access_log=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    running.should_exit = True
    thread.join()
    door_module.door.close()
    connections.close_all()


@pytest.fixture(autouse=True)
def fresh_pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Threads of their own per test, which take their database connections with them."""
    gateway = gateway_module.gateway
    pool = ThreadPoolExecutor(2, initializer=connections.close_all)
    monkeypatch.setattr(gateway, "_pool", pool)
    monkeypatch.setattr(gateway, "_audited", {})
    yield
    for _ in range(8):
        pool.submit(connections.close_all).result()
    pool.shutdown()


def make_feed(connector: str, monkeypatch: pytest.MonkeyPatch, **values: object) -> str:
    platform = PLATFORMS.get(connector, "weixin_channels" if connector == "wechat_channels" else "douyin")
    feed, _ = api.create_feed("hook", connector=connector, platform=platform, actor="user:1", **values)
    for name, value in pushes.SETTINGS[connector].items():
        monkeypatch.setenv(env.feed_variable(feed.id, name), value)
    return feed.id


def post(url: str, feed_id: str, push: pushes.Push, body: bytes | None = None) -> httpx.Response:
    sent = push.delivery
    return httpx.post(
        f"{url}/hooks/{push.connector}/{feed_id}",
        content=sent.body if body is None else body,
        headers=dict(sent.headers),
        params=dict(sent.query),
        timeout=60,
    )


@pytest.mark.parametrize("connector", EVERY)
def test_it_takes_a_push_once_and_refuses_what_is_forged(
    connector: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = make_feed(connector, monkeypatch)
    at = now_us()
    message = pushes.sample(connector)
    if connector == "tiktok_shop":  # the time that its window looks at stands in the body
        message = message.replace(b"1780000000", str(at // 1_000_000).encode())
    push = pushes.push(connector, message, at_us=at)
    first, again = post(url, feed, push), post(url, feed, push)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    (item,) = api.inbox.items()
    assert item.copies == 1, "a replayed request brings nothing"
    assert post(url, feed, push, sealing.flipped(push.delivery.body)).status_code == 401
    assert translate_waiting() == 1
    (item,) = api.inbox.items()
    assert item.state == "translated", item.reason
    assert item.count > 0
    (refusal,) = [one for one in api.audit_entries(thing=f"feed:{feed}") if one.act == "delivery.refused"]
    assert refusal.actor == f"hook:{connector}"


def test_it_counts_a_signed_comment_into_its_show(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at = now_us()
    api.open_window("douyin", "771", "show-1", from_us=at - MINUTE_US)
    feed = make_feed("douyin_push", monkeypatch, rooms=["771"])
    body = (
        b'[{"msg_id":"1","sec_openid":"a","content":"hi","timestamp":%d},'
        b'{"msg_id":"2","sec_openid":"b","content":"yo","timestamp":%d}]' % (at // 1_000_000, at // 1_000_000)
    )
    answer = post(url, feed, pushes.push("douyin_push", body, at_us=at))
    assert answer.json() == {"err_no": 0, "err_msg": "success"}
    translate_waiting()
    from kaibo.warehouse import api as warehouse
    from kaibo.warehouse.counter import Counter

    counter = Counter()
    try:
        counter.run_once()
    finally:
        counter.close()
    totals = warehouse.totals("show-1")
    assert (totals["comments"], totals["commenters"]) == (2, 2)


def test_it_answers_the_handshake(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = make_feed("wecom", monkeypatch)
    query = dict(pushes.handshake("wecom", b"echo me", at_us=now_us()).query)
    answer = httpx.get(f"{url}/hooks/wecom/{feed}", params=query)
    assert (answer.status_code, answer.text) == (200, "echo me")
    assert httpx.get(f"{url}/hooks/wecom/{feed}", params={**query, "nonce": "x"}).status_code == 401
    assert api.inbox.items() == []


def test_it_knows_only_hooks_that_exist(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = make_feed("doudian", monkeypatch)
    push = pushes.push("doudian")
    assert post(url, "feed_other", push).status_code == 404
    assert httpx.post(f"{url}/hooks/youzan/{feed}", content=b"{}").status_code == 404
    assert httpx.post(f"{url}/hooks/doudian/{feed}/more", content=b"{}").status_code == 404
    assert httpx.put(f"{url}/hooks/doudian/{feed}", content=b"{}").status_code == 405
    api.set_feed_enabled(feed, False, actor="user:1")
    assert post(url, feed, push).status_code == 403
    plain, _ = api.create_feed("http", connector="ndjson", platform="douyin", actor="user:1")
    assert httpx.post(f"{url}/hooks/ndjson/{plain.id}", content=b"{}").status_code == 401


def test_it_says_that_the_secret_is_missing(url: str) -> None:
    feed, _ = api.create_feed("hook", connector="doudian", platform="douyin", actor="user:1")
    answer = post(url, feed.id, pushes.push("doudian"))
    assert answer.status_code == 503, "the platform sends it again once the secret is there"
    assert "no app_key or no secret" in answer.json()["problem"]


def test_it_audits_a_flood_of_refusals_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = make_feed("doudian", monkeypatch)
    for number in range(5):
        assert post(url, feed, pushes.push("doudian"), b"forged %d" % number).status_code == 401
    assert len([one for one in api.audit_entries() if one.act == "delivery.refused"]) == 1
    assert api.inbox.items() == []


def test_it_bounds_what_it_reads(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = make_feed("doudian", monkeypatch)
    monkeypatch.setattr(gateway_module, "BODY_LIMIT", 1000)
    assert httpx.post(f"{url}/hooks/doudian/{feed}", content=b"x" * 5000).status_code == 413
    monkeypatch.setattr(gateway_module, "BODY_SECONDS", 0.2)

    def slowly() -> Iterator[bytes]:
        yield b"a"
        time.sleep(0.6)
        yield b"b"

    assert httpx.post(f"{url}/hooks/doudian/{feed}", content=slowly()).status_code == 408
    monkeypatch.setattr(gateway_module, "BODY_SECONDS", 10.0)
    monkeypatch.setattr(gateway_module, "IN_FLIGHT_LIMIT", 500)
    assert httpx.post(f"{url}/hooks/doudian/{feed}", content=b"x" * 800).status_code == 503
    assert gateway_module.gateway.held == Held(), "what was refused is held no longer"


def test_it_stops_reading_a_stream_at_the_limit_and_counts_what_still_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """No length was told: the pieces themselves are counted, before the body is whole, and given back afterwards."""
    gateway, asked, sent, seen = gateway_module.Gateway(), [], [], []
    monkeypatch.setattr(gateway_module, "BODY_LIMIT", 10_000)

    async def receive() -> dict[str, object]:
        asked.append(1)
        seen.append(gateway.held.in_memory)
        return {"type": "http.request", "body": b"x" * 4_000, "more_body": True}

    async def send(message: MutableMapping[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/hooks/doudian/f", "headers": []}
    asyncio.run(gateway.serve(scope, receive, send))
    assert sent[0]["status"] == 413
    assert len(asked) == 3
    assert seen == [0, 4_000, 8_000]
    assert gateway.held == Held()
    told = {**scope, "headers": [(b"content-length", b"99999999")]}
    asyncio.run(gateway.serve(told, receive, send))
    assert len(asked) == 3, "nothing is read of a body that says itself that it is too long"


class Most(Held):
    """Remembers the most that was ever held."""

    def __init__(self) -> None:
        self.most: dict[str, int] = {}
        super().__init__()

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if isinstance(value, int):
            self.most[name] = max(value, self.most.get(name, 0))


def test_it_takes_a_large_body_to_the_disk_while_it_arrives_and_proves_it_there(
    url: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in memory stays small however long the body; one changed bit of it is still a forged one."""
    monkeypatch.setattr(gateway_module, "BODY_SECONDS", 60.0)  # a busy disk is not what is tried here
    gateway, feed, held = gateway_module.gateway, make_feed("doudian", monkeypatch), Most()
    monkeypatch.setattr(gateway, "held", held)
    rows = b",".join(pushes.sample("doudian").strip()[1:-1] for _ in range(12_000))
    push = pushes.push("doudian", b"[" + rows + b"]")
    whole = push.delivery.body
    assert len(whole) > 8 * 1024 * 1024

    def pieces(body: bytes | memoryview) -> Iterator[bytes]:
        for start in range(0, len(body), 1 << 20):
            yield bytes(body[start : start + (1 << 20)])

    def send(body: bytes | memoryview) -> int:
        headers = dict(push.delivery.headers)
        return httpx.post(f"{url}/hooks/doudian/{feed}", content=pieces(body), headers=headers, timeout=90).status_code

    assert send(sealing.flipped(bytes(whole))) == 401
    assert api.inbox.items() == []
    assert send(whole) == 200
    assert held.most["in_memory"] <= MEMORY_BYTES + (1 << 20)
    assert held.most["on_disk"] == len(whole)
    assert (held.in_memory, held.on_disk) == (0, 0)
    (item,) = api.inbox.items()
    assert item.payload == whole
    assert [path.suffix for path in (home / "inbox").iterdir()] == [".spool"], "its file has no name"
    translate_waiting()
    (item,) = api.inbox.items()
    assert (item.state, item.count) == ("translated", 4 * 12_000), item.reason


@pytest.mark.parametrize("connector", ["kuaishou_shop", "wecom", "wechat_channels", "youzan"])
def test_it_refuses_a_large_body_that_must_be_opened_to_be_proven(
    connector: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "BODY_SECONDS", 60.0)
    feed, push = make_feed(connector, monkeypatch), pushes.push(connector, at_us=now_us())
    answer = post(url, feed, push, bytes(push.delivery.body) + b" " * SMALL_BYTES)
    assert answer.status_code == 413, answer.text
    assert api.inbox.items() == []


def test_it_asks_to_send_again_when_the_disk_fails_and_takes_it_then(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_handle: int) -> None:
        raise OSError("disk I/O error")

    feed = make_feed("doudian", monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(spool.os, "fsync", broken)
        assert post(url, feed, pushes.push("doudian")).status_code == 503
    assert post(url, feed, pushes.push("doudian")).status_code == 200
    assert len(api.inbox.items()) == 1


def test_it_answers_while_the_records_are_busy_and_brings_in_what_it_took(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def busy(*_args: object, **_values: object) -> None:
        raise OperationalError("database is locked")

    feed = make_feed("doudian", monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(inbox.Delivered.objects, "bulk_create", busy)
        assert post(url, feed, pushes.push("doudian")).status_code == 200
        with pytest.raises(OperationalError):
            api.inbox.bring_in()
    assert [one.state for one in api.inbox.items()] == ["waiting"]


def test_it_takes_pushes_while_the_records_are_away(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def away(*_args: object, **_values: object) -> None:
        raise OperationalError("the server closed the connection")

    known, unknown = make_feed("doudian", monkeypatch), make_feed("doudian", monkeypatch)
    assert post(url, known, pushes.push("doudian")).status_code == 200
    assert len(api.inbox.items()) == 1
    with monkeypatch.context() as patch:
        patch.setattr(gateway_module, "FRESH_SECONDS", 0.0)
        patch.setattr(gateway_module, "kept_settings", away)
        changed = pushes.push("doudian", pushes.sample("doudian").replace(b"4", b"5"))
        assert post(url, known, changed).status_code == 200, "it is proven with what the records held last"
        assert post(url, known, changed, sealing.flipped(changed.delivery.body)).status_code in {401, 503}
        assert post(url, unknown, changed).status_code == 503, "one that was never looked up is asked to come back"
    api.inbox.bring_in()
    assert len(api.inbox.items()) == 2
