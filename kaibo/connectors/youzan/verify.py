"""Proof that Youzan sent a push. Only `msg` is signed: nothing else of the body may be believed."""

from collections.abc import Mapping

from kaibo.connectors import signing
from kaibo.connectors.contracts import Accepted, Answered, Delivery, Refused, Reply, Verdict
from kaibo.connectors.payloads import BadField, as_object, decode

DONE = Reply(b'{"code":0,"msg":"success"}')


def verify(delivery: Delivery, settings: Mapping[str, str]) -> Verdict:
    """MD5 over client id, the message as sent, and the secret.

    Shape: the delivery is known by the signature itself: `msg_id`, `type` and `sendCount` are not signed, so who
    changes them in a copy brings nothing new. It holds no time.
    """
    client_id, secret = settings.get("client_id", ""), settings.get("secret", "")
    if not client_id or not secret:
        return Refused("no_secret", "the feed has no client_id or no secret")
    try:
        envelope = as_object(decode(delivery.small()), "payload")
    except BadField as problem:
        return Refused("no_json", problem.problem)
    message, sign = envelope.get("msg"), envelope.get("sign")
    if envelope.get("test") is True and not message:
        return Answered(DONE)
    if not isinstance(message, str) or not isinstance(sign, str):
        return Refused("bad_signature", "msg or sign is missing")
    if not signing.is_same_hex(sign, signing.youzan_push(message, client_id=client_id, secret=secret)):
        return Refused("bad_signature", "sign does not belong to this message")
    return Accepted(DONE, delivery_id=f"sign:{sign.lower()}")
