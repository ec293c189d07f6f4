"""Proof that Doudian sent a push. Its signature holds no time: the inbox refuses copies for ever."""

from collections.abc import Mapping

from kaibo.connectors import signing
from kaibo.connectors.contracts import Accepted, Delivery, Refused, Reply, Verdict

DONE = Reply(b'{"code":0,"msg":"success"}')


def verify(delivery: Delivery, settings: Mapping[str, str]) -> Verdict:
    """MD5 over app key, raw body and secret, and the app id of the header."""
    app_key, secret = settings.get("app_key", ""), settings.get("secret", "")
    if not app_key or not secret:
        return Refused("no_secret", "the feed has no app_key or no secret")
    wanted = signing.doudian_push(delivery.body, app_key=app_key, secret=secret)
    if not signing.is_same_hex(delivery.headers.get("event-sign", ""), wanted):
        return Refused("bad_signature", "event-sign does not belong to this body")
    if not signing.is_same(delivery.headers.get("app-id", app_key), app_key):
        return Refused("other_app", "app-id names another application")
    return Accepted(DONE)
