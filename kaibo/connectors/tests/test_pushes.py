"""Every signed door: what the platform signed is taken, and nothing that was changed, forged or sent again late."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kaibo.connectors import inboxworker, registry
from kaibo.connectors.contracts import Accepted, Answered, Refused, Verdict
from kaibo.connectors.tests import pushes, sealing
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.tests.helpers import stored
from kaibo.kit.clock import HOUR_US

EVERY = sorted(pushes.SETTINGS)


def verdict(connector: str, delivery: object, **settings: str) -> Verdict:
    chosen = {**pushes.SETTINGS[connector], **settings}
    return registry.verifier(connector).verify(delivery, chosen)


def test_it_tests_every_connector_that_takes_pushes() -> None:
    found = {manifest.id for manifest in registry.manifests().values() if manifest.transport == "push"}
    assert found == set(EVERY)


@pytest.mark.proof("signed")
@pytest.mark.parametrize("connector", EVERY)
def test_it_takes_what_the_platform_signed(connector: str) -> None:
    found = verdict(connector, pushes.push(connector).delivery)
    assert isinstance(found, Accepted)
    assert found.reply.status == 200


@pytest.mark.proof("signed")
@pytest.mark.parametrize("connector", EVERY)
def test_it_refuses_every_flipped_bit_of_the_body(connector: str) -> None:
    """Youzan signs its `msg` alone, so bits are flipped there; elsewhere all over the body."""
    sent = pushes.push(connector)
    body = sent.delivery.body
    start, end = 0, len(body)
    if connector == "youzan":
        start = body.index(b'"msg": "') + 8
        end = body.index(b'"', start)
    for place in range(start, end, max(1, (end - start) // 60)):
        for bit in (1, 2, 32):
            changed = bytearray(body)
            changed[place] ^= bit
            found = verdict(connector, sent.with_body(bytes(changed)))
            same = isinstance(found, Accepted) and found == verdict(connector, sent.delivery)
            assert isinstance(found, Refused) or (same and found.payload is not None), (place, bit)


@pytest.mark.proof("signed")
@pytest.mark.parametrize("connector", EVERY)
def test_it_refuses_a_wrong_secret_and_none(connector: str) -> None:
    sent = pushes.push(connector).delivery
    name = "token" if connector in {"wecom", "wechat_channels"} else "secret"
    assert isinstance(verdict(connector, sent, **{name: pushes.WRONG[name]}), Refused)
    nothing = verdict(connector, sent, **{name: ""})
    assert isinstance(nothing, Refused)
    assert nothing.code == "no_secret"


@pytest.mark.proof("signed")
@pytest.mark.parametrize("connector", EVERY)
def test_it_refuses_a_request_without_a_signature(connector: str) -> None:
    bare = replace(pushes.push(connector).delivery, headers={}, query={}, body=pushes.sample(connector))
    assert isinstance(verdict(connector, bare), Refused)
    for body in (b"", b"null", b"[]", b"\xff\xfe", b"<xml>", b'{"Encrypt":1}', b"[" * 5000):
        assert isinstance(verdict(connector, replace(bare, body=body)), Refused)


@pytest.mark.parametrize("connector", pushes.TIMED)
def test_it_refuses_a_replay_after_the_window(connector: str) -> None:
    sent = pushes.push(connector).delivery
    late = verdict(connector, replace(sent, received_at=pushes.NOW + 80 * HOUR_US))
    assert isinstance(late, Refused)
    assert late.code == "stale"


@pytest.mark.proof("signed")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("connector", EVERY)
def test_it_brings_nothing_new_when_a_request_is_replayed(connector: str, home: Path) -> None:
    """Byte for byte the same, at once and after an hour: refused by its time, or a copy that the feed has."""
    manifest = registry.manifest_of(connector)
    feed, _token = eventlog.create_feed("door", connector=connector, platform=manifest.platform, actor="user:1")
    sent = pushes.push(connector).delivery
    taken = []
    for later in (0, 1, 60 * 1_000_000, HOUR_US, 80 * HOUR_US):
        found = verdict(connector, replace(sent, received_at=pushes.NOW + later))
        if isinstance(found, Refused):
            assert connector in pushes.TIMED
            assert found.code == "stale"
            continue
        assert isinstance(found, Accepted)
        kept = {"body": sent.body, "delivery_id": found.delivery_id, "payload": found.payload, "told": found.told}
        taken.append(eventlog.inbox.receive(feed.id, connector=connector, **kept))
    assert taken[0] is True
    assert not any(taken[1:])
    inboxworker.translate_waiting()
    (item,) = eventlog.inbox.items(feed_id=feed.id, state="translated")
    assert len(stored()) == item.count > 0


@pytest.mark.parametrize("connector", ["wecom", "wechat_channels"])
def test_it_answers_the_handshake_with_the_opened_echo(connector: str) -> None:
    found = verdict(connector, pushes.handshake(connector, b"1616140317555161061"))
    assert isinstance(found, Answered)
    assert (found.reply.body, found.reply.content_type) == (b"1616140317555161061", "text/plain")
    forged = pushes.handshake(connector, b"1")
    assert isinstance(verdict(connector, replace(forged, query={**forged.query, "nonce": "other"})), Refused)
    foreign = replace(forged, query=dict(forged.query))
    assert isinstance(verdict(connector, foreign, receiver="somebody else"), Refused)


def test_it_knows_a_sealed_message_by_what_is_inside() -> None:
    first, again = (verdict("wecom", pushes.push("wecom", at_us=pushes.NOW + n * 9_000_000).delivery) for n in (0, 1))
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert first.delivery_id == again.delivery_id != ""


def test_it_answers_the_challenge_of_a_douyin_webhook() -> None:
    message = json.dumps({"event": "verify_webhook", "client_key": "k", "content": {"challenge": 12345}}).encode()
    found = verdict("douyin_push", pushes.douyin_webhook(message))
    assert isinstance(found, Answered)
    assert json.loads(found.reply.body) == {"challenge": 12345}
    sent = pushes.douyin_webhook(message)
    assert isinstance(verdict("douyin_push", replace(sent, body=sealing.flipped(message))), Refused)
    assert isinstance(verdict("douyin_push", sent, client_secret="other"), Refused)


def test_it_reads_the_signed_headers_of_a_live_push_only() -> None:
    sent = pushes.push("douyin_push", room="771").delivery
    moved = replace(sent, headers={**sent.headers, "x-roomid": "772"})
    assert isinstance(verdict("douyin_push", moved), Refused)
    found = verdict("douyin_push", sent)
    assert isinstance(found, Accepted)
    assert found.told == {"room": "771", "msg_type": "live_comment"}


def test_it_refuses_a_push_of_another_app() -> None:
    sent = pushes.push("doudian").delivery
    assert isinstance(verdict("doudian", replace(sent, headers={**sent.headers, "app-id": "app-2"})), Refused)
    assert isinstance(verdict("kuaishou_shop", pushes.push("kuaishou_shop").delivery, app_key="ks2"), Refused)
