"""Requests as each platform signs them, written from its documentation: what the doors are tested with."""

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from kaibo.connectors.contracts import Delivery
from kaibo.connectors.tests import sealing

NOW = 1_780_000_100_000_000
FIXTURES = Path(__file__).parent.parent
SECRET = base64.b64encode(b"0123456789abcdef").decode()
SETTINGS = {
    "douyin_push": {"secret": SECRET, "client_secret": "client"},
    "doudian": {"app_key": "app-1", "secret": SECRET},
    "tiktok_shop": {"app_key": "app-1", "secret": SECRET},
    "kuaishou_shop": {"app_key": "ks1", "secret": SECRET},
    "youzan": {"client_id": "yz1", "secret": SECRET},
    "wechat_channels": {"token": "token-1", "aes_key": sealing.AES_KEY, "receiver": "app-1"},
    "wecom": {"token": "token-1", "aes_key": sealing.AES_KEY, "receiver": "corp-1"},
}
WRONG = {"secret": base64.b64encode(b"fedcba9876543210").decode(), "client_secret": "other", "token": "token-2"}
SAMPLES = {
    "douyin_push": "comments.json",
    "doudian": "push.json",
    "tiktok_shop": "status.json",
    "kuaishou_shop": "paid.json",
    "youzan": "paid.json",
    "wechat_channels": "paid.xml",
    "wecom": "joined.xml",
}
TIMED = ("douyin_push", "wechat_channels", "wecom", "tiktok_shop")
"""Doors whose signature covers a time; the others are guarded by the inbox alone."""


@dataclass(frozen=True)
class Push:
    """A request that the connector's verifier accepts at NOW."""

    connector: str
    delivery: Delivery

    def with_body(self, body: bytes) -> Delivery:
        return replace(self.delivery, body=body)


def sample(connector: str) -> bytes:
    return (FIXTURES / connector / "fixtures" / SAMPLES[connector]).read_bytes()


def push(connector: str, message: bytes | None = None, *, at_us: int = NOW, room: str = "771") -> Push:
    """The message signed as the platform does."""
    message = sample(connector) if message is None else message
    body, headers, query = _SIGNERS[connector](message, at_us, room)
    return Push(connector, Delivery("POST", headers, query, body, at_us))


def handshake(connector: str, echo: bytes, *, at_us: int = NOW) -> Delivery:
    """The GET with which WeCom and WeChat prove an address."""
    query = _sealed(connector, echo, at_us)[1]
    return Delivery("GET", {}, query, b"", at_us)


def _douyin(message: bytes, at_us: int, room: str) -> tuple[bytes, dict[str, str], dict[str, str]]:
    told = {
        "x-msg-type": "live_comment",
        "x-nonce-str": "n-1",
        "x-roomid": room,
        "x-timestamp": str(at_us // 1000),
    }
    head = "&".join(f"{name}={told[name]}" for name in sorted(told)).encode()
    sign = base64.b64encode(sealing.md5(head, message, SECRET.encode())).decode()
    return message, {**told, "x-signature": sign, "content-type": "application/json"}, {}


def _doudian(message: bytes, at_us: int, room: str) -> tuple[bytes, dict[str, str], dict[str, str]]:
    sign = sealing.md5(b"app-1", message, SECRET.encode()).hex().upper()
    return message, {"app-id": "app-1", "event-sign": sign}, {}


def _tiktok(message: bytes, at_us: int, room: str) -> tuple[bytes, dict[str, str], dict[str, str]]:
    return message, {"authorization": sealing.hmac_sha256(SECRET, b"app-1", message)}, {}


def _kuaishou(message: bytes, at_us: int, room: str) -> tuple[bytes, dict[str, str], dict[str, str]]:
    return sealing.seal_kuaishou(message, secret=SECRET), {}, {}


def _youzan(message: bytes, at_us: int, room: str) -> tuple[bytes, dict[str, str], dict[str, str]]:
    envelope = json.loads(message)
    envelope["sign"] = sealing.md5(b"yz1", envelope["msg"].encode(), SECRET.encode()).hex()
    return json.dumps(envelope).encode(), {}, {}


def _wechat(connector: str) -> "object":
    def sign(message: bytes, at_us: int, room: str) -> tuple[bytes, dict[str, str], dict[str, str]]:
        sealed, query = _sealed(connector, message, at_us)
        body = f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
        query.pop("echostr")
        return body, {}, query

    return sign


def _sealed(connector: str, message: bytes, at_us: int) -> tuple[str, dict[str, str]]:
    sealed = sealing.seal_wechat(message, receiver=SETTINGS[connector]["receiver"])
    stamp, nonce = str(at_us // 1_000_000), "nonce-1"
    sign = sealing.sign_wechat("token-1", stamp, nonce, sealed)
    return sealed, {"msg_signature": sign, "timestamp": stamp, "nonce": nonce, "echostr": sealed}


_SIGNERS = {
    "douyin_push": _douyin,
    "doudian": _doudian,
    "tiktok_shop": _tiktok,
    "kuaishou_shop": _kuaishou,
    "youzan": _youzan,
    "wechat_channels": _wechat("wechat_channels"),
    "wecom": _wechat("wecom"),
}


def douyin_webhook(message: bytes) -> Delivery:
    """An open-platform webhook, signed the other way."""
    sign = hashlib.sha1(b"client" + message).hexdigest()
    return Delivery("POST", {"x-douyin-signature": sign}, {}, message, NOW)
