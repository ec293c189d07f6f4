"""Signatures and sealed messages of the platforms, each as its documentation says; bytes in, text out, no network.

Several platforms sign with MD5 or SHA-1: what they dictate, not what we would choose. Where a platform signs a body,
the raw bytes are signed, never a parsed copy.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PUSH_HEADERS = ("x-msg-type", "x-nonce-str", "x-roomid", "x-timestamp")
WECHAT_BLOCK = 32  # WXBizMsgCrypt pads to 32 bytes although AES works in 16
AES_BLOCK = 16


class Unsealable(ValueError):
    """A sealed message that does not open: wrong key, cut or changed bytes, or meant for somebody else."""


def is_same(given: str, wanted: str) -> bool:
    """Whether two signatures are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def is_same_hex(given: str, wanted: str) -> bool:
    """The same for hexadecimal signatures, which some platforms send in capitals."""
    return is_same(given.strip().lower(), wanted.lower())


type Raw = bytes | memoryview
"""A body as received, to the byte; a view of a file where it is large, so it is hashed where it lies, never joined."""


def douyin_push(headers: Mapping[str, str], body: Raw, secret: str) -> str:
    """Source: developer.open-douyin.com, live data push, x-signature."""
    head = "&".join(f"{name}={headers.get(name, '')}" for name in PUSH_HEADERS)
    return base64.b64encode(_md5(head.encode(), body, secret.encode()).digest()).decode()


def douyin_webhook(body: Raw, secret: str) -> str:
    """Source: developer.open-douyin.com, webhooks, X-Douyin-Signature."""
    return _sha1(secret.encode(), body).hexdigest()


def doudian_push(body: Raw, *, app_key: str, secret: str) -> str:
    """Source: op.jinritemai.com, message push, event-sign."""
    return _md5(app_key.encode(), body, secret.encode()).hexdigest()


def doudian_request(told: Mapping[str, str], body: str, *, secret: str) -> str:
    """The `sign` of a call to Doudian with sign_method hmac-sha256. Source: op.jinritemai.com, calling interfaces."""
    plain = "".join(name + told[name] for name in ("app_key", "method"))
    plain = f"{secret}{plain}param_json{body}timestamp{told['timestamp']}v{told['v']}{secret}"
    return hmac.new(secret.encode(), plain.encode(), hashlib.sha256).hexdigest()


def kuaishou_request(told: Mapping[str, str], *, secret: str) -> str:
    """The `sign` of a call to Kuaishou shops with HMAC_SHA256. Source: open.kwaixiaodian.com, signing."""
    plain = "&".join(f"{name}={told[name]}" for name in sorted(told)) + f"&signSecret={secret}"
    return base64.b64encode(hmac.new(secret.encode(), plain.encode(), hashlib.sha256).digest()).decode()


def tiktok_push(body: Raw, *, app_key: str, secret: str) -> str:
    """Source: partner.tiktokshop.com, webhooks, Authorization."""
    work = hmac.new(secret.encode(), app_key.encode(), hashlib.sha256)
    work.update(body)
    return work.hexdigest()


def tiktok_request(path: str, query: Mapping[str, str], body: bytes, *, secret: str) -> str:
    """The `sign` of a call to TikTok Shop. Source: partner.tiktokshop.com, sign your API request."""
    told = "".join(name + query[name] for name in sorted(query) if name not in {"sign", "access_token"})
    plain = secret.encode() + path.encode() + told.encode() + body + secret.encode()
    return hmac.new(secret.encode(), plain, hashlib.sha256).hexdigest()


def youzan_push(message: str, *, client_id: str, secret: str) -> str:
    """Source: doc.youzanyun.com, message push; `message` is the `msg` field as sent, still url-encoded."""
    return _md5(f"{client_id}{message}{secret}".encode()).hexdigest()


def bilibili_request(headers: Mapping[str, str], secret: str) -> str:
    """`Authorization` of a call to the open live platform. Source: open-live.bilibili.com."""
    names = sorted(name for name in headers if name.startswith("x-bili-"))
    plain = "\n".join(f"{name}:{headers[name]}" for name in names)
    return hmac.new(secret.encode(), plain.encode(), hashlib.sha256).hexdigest()


def obs_authentication(password: str, *, salt: str, challenge: str) -> str:
    """Source: obs-websocket protocol 5, Identify."""
    return _sha256_text(_sha256_text(password + salt) + challenge)


def wechat_message(*, token: str, timestamp: str, nonce: str, sealed: str) -> str:
    """`msg_signature` of WeCom, WeChat and Douyin micro-apps. Source: developer.work.weixin.qq.com, callbacks."""
    return _sha1("".join(sorted((token, timestamp, nonce, sealed))).encode()).hexdigest()


def open_wechat(sealed: str, *, aes_key: str, receiver: str | None, prefix: int = 16) -> bytes:
    """The message inside `Encrypt`: AES-256-CBC, random prefix, length, message, receiver.

    Shape: `prefix` random bytes stand before the length: 16 for WeCom and WeChat, 32 for Douyin micro-apps. `receiver`
    is the corp, suite or app id that must stand at the end; None skips that check.
    Raises: Unsealable.
    """
    try:
        key, data = base64.b64decode(aes_key + "=", validate=True), base64.b64decode(sealed, validate=True)
        plain = _unpad(_decrypt(data, key=key, initial=key[:AES_BLOCK]), WECHAT_BLOCK)
        (length,) = struct.unpack_from(">I", plain, prefix)
    except (binascii.Error, ValueError, struct.error) as error:
        raise Unsealable(f"the sealed message does not open: {error}") from None
    start = prefix + 4
    if length > len(plain) - start:
        raise Unsealable("the sealed message is shorter than it says")
    told = plain[start + length :]
    if receiver is not None and not hmac.compare_digest(told, receiver.encode()):
        raise Unsealable("the sealed message is meant for another receiver")
    return plain[start : start + length]


def open_kuaishou(body: bytes, *, secret: str) -> bytes:
    """The message inside a push of Kuaishou shops: AES-CBC with a zero vector. Raises Unsealable.

    Source: open.kwaixiaodian.com, message push.
    """
    try:
        key, data = base64.b64decode(secret, validate=True), base64.b64decode(body.strip(), validate=True)
        return _unpad(_decrypt(data, key=key, initial=bytes(AES_BLOCK)), AES_BLOCK)
    except (binascii.Error, ValueError) as error:
        raise Unsealable(f"the sealed message does not open: {error}") from None


def _decrypt(data: bytes, *, key: bytes, initial: bytes) -> bytes:
    if not data or len(data) % AES_BLOCK:
        raise ValueError("its length is no multiple of a block")
    work = Cipher(algorithms.AES(key), modes.CBC(initial)).decryptor()
    return work.update(data) + work.finalize()


def _unpad(plain: bytes, block: int) -> bytes:
    count = plain[-1] if plain else 0
    if not 1 <= count <= block or plain[-count:] != bytes([count]) * count:
        raise ValueError("its padding is wrong")
    return plain[:-count]


def _md5(*parts: Raw) -> "hashlib._Hash":
    return _fed(hashlib.md5(usedforsecurity=False), parts)


def _sha1(*parts: Raw) -> "hashlib._Hash":
    return _fed(hashlib.sha1(usedforsecurity=False), parts)


def _fed(work: "hashlib._Hash", parts: Iterable[Raw]) -> "hashlib._Hash":
    for part in parts:
        work.update(part)
    return work


def _sha256_text(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
