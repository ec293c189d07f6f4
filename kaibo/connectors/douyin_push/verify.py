"""Proof that Douyin sent a push: signature over four headers and the raw body, no older than the window."""

import json
from collections.abc import Mapping

from kaibo.connectors import signing
from kaibo.connectors.contracts import Accepted, Answered, Delivery, Refused, Reply, Verdict
from kaibo.connectors.payloads import BadField, decode, text
from kaibo.kit.clock import MINUTE_US

WINDOW_US = 10 * MINUTE_US
"""Douyin sends once and again within seconds; a clock may be minutes off. Later copies are replays."""
DONE = Reply(b'{"err_no":0,"err_msg":"success"}')


def verify(delivery: Delivery, settings: Mapping[str, str]) -> Verdict:
    """A live data push, or an open-platform webhook where its header says so."""
    if "x-douyin-signature" in delivery.headers:
        return _webhook(delivery, settings)
    headers = delivery.headers
    if not settings.get("secret"):
        return Refused("no_secret", "the feed has no secret")
    if not signing.is_same(
        headers.get("x-signature", ""), signing.douyin_push(headers, delivery.body, settings["secret"])
    ):
        return Refused("bad_signature", "x-signature does not belong to this body")
    stamp = headers.get("x-timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(int(stamp) * 1000 - delivery.received_at) > WINDOW_US:
        return Refused("stale", "x-timestamp is not within ten minutes of now: a replay, or a wrong clock")
    return Accepted(DONE, told={"room": headers.get("x-roomid", ""), "msg_type": headers.get("x-msg-type", "")})


def _webhook(delivery: Delivery, settings: Mapping[str, str]) -> Verdict:
    """Webhooks carry no time; `Msg-Id` and the body identify them for ever, so a replay brings nothing."""
    if not settings.get("client_secret"):
        return Refused("no_secret", "the feed has no client_secret")
    wanted = signing.douyin_webhook(delivery.body, settings["client_secret"])
    if not signing.is_same_hex(delivery.headers["x-douyin-signature"], wanted):
        return Refused("bad_signature", "X-Douyin-Signature does not belong to this body")
    try:
        payload = decode(bytes(delivery.body))
    except BadField as problem:
        return Refused("no_json", problem.problem)
    if isinstance(payload, dict) and payload.get("event") == "verify_webhook":
        content = payload.get("content")
        challenge = content.get("challenge") if isinstance(content, dict) else None
        return Answered(Reply(json.dumps({"challenge": challenge}, default=text).encode()))
    return Accepted(DONE, told={"form": "webhook"})
