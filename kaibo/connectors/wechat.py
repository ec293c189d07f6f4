"""Callbacks that WeCom and WeChat seal (WXBizMsgCrypt): handshake by GET, sealed messages by POST."""

import hashlib
from collections.abc import Mapping
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from kaibo.connectors import signing
from kaibo.connectors.contracts import Accepted, Answered, Delivery, FeedSetting, Refused, Reply, Verdict
from kaibo.connectors.payloads import BadField, decode, text

SETTINGS = (
    FeedSetting("token", "the callback token, as typed into the console", zh="回调 Token（与后台一致）"),
    FeedSetting(
        "aes_key", "the EncodingAESKey of 43 characters, from the console", zh="EncodingAESKey（43 位，与后台一致）"
    ),
    FeedSetting(
        "receiver",
        "the corp id, suite id or app id the messages are sealed for",
        is_secret=False,
        zh="企业 ID、套件 ID 或 AppID",
    ),
)
MICROS = 1_000_000


def verify_sealed(delivery: Delivery, settings: Mapping[str, str], *, reply: Reply, window_us: int) -> Verdict:
    """Signature over token, timestamp, nonce and the sealed text; then the text is opened.

    Shape: the delivery is known by what is inside, for each attempt seals the same message anew.
    """
    if not all(settings.get(one.name) for one in SETTINGS):
        return Refused("no_secret", "the feed lacks token, aes_key or receiver")
    is_handshake = delivery.method == "GET"
    try:
        sealed = delivery.query.get("echostr", "") if is_handshake else _sealed(delivery.small())
    except BadField as problem:
        return Refused("unreadable", problem.problem)
    stamp, nonce = delivery.query.get("timestamp", ""), delivery.query.get("nonce", "")
    wanted = signing.wechat_message(token=settings["token"], timestamp=stamp, nonce=nonce, sealed=sealed)
    if not signing.is_same(delivery.query.get("msg_signature", ""), wanted):
        return Refused("bad_signature", "msg_signature does not belong to this message")
    if not stamp.isascii() or not stamp.isdigit() or abs(int(stamp) * MICROS - delivery.received_at) > window_us:
        return Refused("stale", "timestamp is too far from now: a replay, or a wrong clock")
    try:
        plain = signing.open_wechat(sealed, aes_key=settings["aes_key"], receiver=settings["receiver"])
    except signing.Unsealable as error:
        return Refused("unsealable", str(error))
    if is_handshake:
        return Answered(Reply(plain, content_type="text/plain"))
    return Accepted(reply, delivery_id=f"sha256:{hashlib.sha256(plain).hexdigest()}", payload=plain)


def _sealed(body: bytes) -> str:
    found = message(body).get("Encrypt")
    if not isinstance(found, str) or not found:
        raise BadField("Encrypt", "there is no Encrypt in the body", "switch the callback to the sealed mode")
    return found


def message(payload: bytes) -> dict[str, Any]:
    """A message in XML or JSON as names and values; nested XML as nested names. Raises BadField."""
    start = payload.lstrip(b"\xef\xbb\xbf \r\n\t")
    if start[:1] != b"<":
        found = decode(payload)
        if isinstance(found, dict):
            return found
        raise BadField("payload", "the payload is no object", "hand over the message as the platform sent it")
    try:
        tree = ElementTree.fromstring(start.decode("utf-8"))
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise BadField("payload", f"no XML: {error}", "hand over the message as the platform sent it") from None
    return {child.tag: _value(child, 0) for child in tree}


def _value(node: Any, depth: int) -> Any:
    if len(node) == 0 or depth > 4:
        return (node.text or "").strip()
    found: dict[str, Any] = {}
    for child in node:
        inner = _value(child, depth + 1)
        if child.tag in found:
            kept = found[child.tag]
            found[child.tag] = [*kept, inner] if isinstance(kept, list) else [kept, inner]
        else:
            found[child.tag] = inner
    return found


def event_key(*parts: Any) -> str:
    """An id out of the parts that the platform says identify an event."""
    return ":".join(text(part) or "" for part in parts)
