"""Published test vectors through our code, and what does not open."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from kaibo.connectors import registry, signing
from kaibo.connectors.contracts import Answered, Delivery, Refused
from kaibo.connectors.tests import sealing


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared_data / "test_vectors.json").read_text("utf-8"))
    return found


SEALED = ("wecom", "wechat_channels")
VECTORS = {"douyin_push": "douyin_live_push", "tiktok_shop": "tiktok_shop_sign"}


@pytest.mark.shared_data
@pytest.mark.proof("vectors")
@pytest.mark.parametrize("connector", SEALED)
def test_it_takes_a_published_sealed_message_at_its_own_door(vectors: dict[str, Any], connector: str) -> None:
    """The vectors are WeCom's; WeChat's shop seals in the same way, with the app id as receiver."""
    taken = 0
    for vector in vectors["wxbizmsgcrypt"]:
        if vector["random_prefix"] != 16:
            continue
        settings = {"token": vector["token"], "aes_key": vector["encoding_aes_key"], "receiver": vector["receiveid"]}
        query = {name: vector[name] for name in ("msg_signature", "timestamp", "nonce")}
        at = int(vector["timestamp"]) * 1_000_000
        delivery = Delivery("GET", {}, {**query, "echostr": vector["encrypt"]}, b"", at)
        found = registry.verifier(connector).verify(delivery, settings)
        assert isinstance(found, Answered), (vector["name"], found)
        assert vector["plain_contains"] in found.reply.body.decode()
        wrong = registry.verifier(connector).verify(delivery, {**settings, "token": "other"})
        assert isinstance(wrong, Refused)
        taken += 1
    assert taken >= 2


@pytest.mark.shared_data
@pytest.mark.proof("vectors")
@pytest.mark.parametrize("connector", sorted(VECTORS))
def test_it_signs_as_the_platform_publishes(vectors: dict[str, Any], connector: str) -> None:
    told = vectors[VECTORS[connector]]
    assert told
    for one in told:
        if connector == "douyin_push":
            ours = signing.douyin_push(one["headers"], one["body"].encode(), one["secret"])
        else:
            ours = signing.tiktok_request(one["path"], one["query"], one.get("body", "").encode(), secret=one["secret"])
        assert ours == one["signature"]


@pytest.mark.shared_data
def test_it_opens_and_signs_every_published_sealed_message(vectors: dict[str, Any]) -> None:
    checks = 0
    for vector in vectors["wxbizmsgcrypt"]:
        told = {name: vector[name] for name in ("token", "timestamp", "nonce")}
        assert signing.wechat_message(**told, sealed=vector["encrypt"]) == vector["msg_signature"], vector["name"]
        opened = signing.open_wechat(
            vector["encrypt"],
            aes_key=vector["encoding_aes_key"],
            receiver=vector["receiveid"],
            prefix=vector["random_prefix"],
        )
        assert vector["plain_contains"] in opened.decode(), vector["name"]
        with pytest.raises(signing.Unsealable, match="another receiver"):
            signing.open_wechat(
                vector["encrypt"],
                aes_key=vector["encoding_aes_key"],
                receiver="somebody else",
                prefix=vector["random_prefix"],
            )
        checks += 3
    assert checks == 12


@pytest.mark.shared_data
def test_it_makes_every_published_signature(vectors: dict[str, Any]) -> None:
    made = [
        *(
            (signing.douyin_push(one["headers"], one["body"].encode(), one["secret"]), one["signature"])
            for one in vectors["douyin_live_push"]
        ),
        *(
            (
                signing.tiktok_request(one["path"], one["query"], one.get("body", "").encode(), secret=one["secret"]),
                one["signature"],
            )
            for one in vectors["tiktok_shop_sign"]
        ),
        *(
            (
                signing.obs_authentication(one["password"], salt=one["salt"], challenge=one["challenge"]),
                one["authentication"],
            )
            for one in vectors["obs_ws5"]
        ),
    ]
    assert len(made) == 5
    assert [ours for ours, _theirs in made] == [theirs for _ours, theirs in made]


@pytest.mark.parametrize("prefix", [16, 32])
def test_it_opens_what_the_documents_seal_and_nothing_else(prefix: int) -> None:
    message = "你好 & <xml>".encode() * 9
    sealed = sealing.seal_wechat(message, receiver="corp", prefix=prefix)
    told = {"aes_key": sealing.AES_KEY, "receiver": "corp", "prefix": prefix}
    assert signing.open_wechat(sealed, **told) == message
    data = base64.b64decode(sealed)
    for broken in (data[:-16], data[:-1], b"", sealing.flipped(data)[:32]):
        with pytest.raises(signing.Unsealable):
            signing.open_wechat(base64.b64encode(broken).decode(), **told)
    with pytest.raises(signing.Unsealable):
        signing.open_wechat("no base64!", **told)


def test_it_opens_a_kuaishou_push_with_its_own_secret_only() -> None:
    secret, other = (base64.b64encode(bytes([number]) * 16).decode() for number in (1, 2))
    sealed = sealing.seal_kuaishou(b'{"eventId":"1"}', secret=secret)
    assert signing.open_kuaishou(sealed, secret=secret) == b'{"eventId":"1"}'
    with pytest.raises(signing.Unsealable):
        signing.open_kuaishou(sealed, secret=other)
    with pytest.raises(signing.Unsealable):
        signing.open_kuaishou(b"%%%", secret=secret)


def test_it_compares_signatures_of_any_text() -> None:
    assert signing.is_same_hex("ABcd ", "abCD")
    assert not signing.is_same_hex("abce", "abcd")
    assert not signing.is_same("签名", "abcd")


def test_it_signs_a_bilibili_call_over_its_own_headers_in_order() -> None:
    headers = {
        "x-bili-timestamp": "1624594467",
        "x-bili-accesskeyid": "key",
        "content-type": "application/json",
    }
    plain = b"x-bili-accesskeyid:key\nx-bili-timestamp:1624594467"
    assert signing.bilibili_request(headers, "s") == sealing.hmac_sha256("s", plain)
