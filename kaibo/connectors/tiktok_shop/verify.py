"""Proof that TikTok Shop sent a webhook: HMAC over app key and raw body."""

from collections.abc import Mapping

from kaibo.connectors import signing
from kaibo.connectors.contracts import Accepted, Delivery, Refused, Reply, Verdict
from kaibo.connectors.payloads import BadField, decode, instant, text
from kaibo.kit.clock import HOUR_US

WINDOW_US = 73 * HOUR_US
"""Retries go on for 72 hours; the envelope, and with it the signature, stays the same."""
DONE = Reply(b'{"code":0,"message":"success"}')


def verify(delivery: Delivery, settings: Mapping[str, str]) -> Verdict:
    """Known by `tts_notification_id`, else by its body."""
    app_key, secret = settings.get("app_key", ""), settings.get("secret", "")
    if not app_key or not secret:
        return Refused("no_secret", "the feed has no app_key or no secret")
    wanted = signing.tiktok_push(delivery.body, app_key=app_key, secret=secret)
    if not signing.is_same_hex(delivery.headers.get("authorization", ""), wanted):
        return Refused("bad_signature", "Authorization does not belong to this body")
    try:
        envelope = decode(bytes(delivery.body))
    except BadField as problem:
        return Refused("no_json", problem.problem)
    if not isinstance(envelope, dict):
        return Refused("no_envelope", "the body is no object")
    sent = instant(envelope.get("timestamp"))
    if sent is not None and delivery.received_at - sent > WINDOW_US:
        return Refused("stale", "the envelope is older than the 72 hours of retries: a replay")
    return Accepted(DONE, delivery_id=text(envelope.get("tts_notification_id")) or "")
