"""Proof that Kuaishou sent a push: only who holds the message secret can seal one that reads as a message.

The seal (AES-CBC without a checksum) is no signature: a changed bit garbles a block of 16 bytes and turns one bit of
the next. So the opened text must be one whole JSON object of the known names and clean text in every place.
"""

import re
from collections.abc import Mapping
from typing import Any

from kaibo.connectors import signing
from kaibo.connectors.contracts import Accepted, Delivery, Refused, Reply, Verdict
from kaibo.connectors.payloads import BadField, as_object, decode, text

DONE = Reply(b'{"result":1}')
NAMES = frozenset(
    "eventId msgId bizId userId openId appKey event info status createTime updateTime test".split()  # noqa: SIM905
)
_KIND = re.compile(r"kwaishop_[a-z]+_[A-Za-z]+\Z")
_NUMBER = re.compile(r"[0-9]{1,20}\Z")


def verify(delivery: Delivery, settings: Mapping[str, str]) -> Verdict:
    """Known by `msgId`, else `eventId`, else its body; it holds no time, so copies are refused for ever."""
    if not settings.get("secret"):
        return Refused("no_secret", "the feed has no secret")
    try:
        plain = signing.open_kuaishou(delivery.small(), secret=settings["secret"])
        envelope = as_object(decode(plain), "payload")
        is_whole = _is_whole(envelope)
    except signing.Unsealable as error:
        return Refused("unsealable", str(error))
    except BadField as problem:
        return Refused("unsealable", f"opened, the message is {problem.problem}")
    if not is_whole:
        return Refused("unsealable", "opened, the message has fields or values that Kuaishou does not send")
    wanted = settings.get("app_key") or text(envelope.get("appKey")) or ""
    if not signing.is_same(text(envelope.get("appKey")) or "", wanted):
        return Refused("other_app", "the message is for another app")
    key = text(envelope.get("msgId")) or text(envelope.get("eventId")) or ""
    return Accepted(DONE, delivery_id=key, payload=plain)


def _is_whole(envelope: dict[str, Any]) -> bool:
    """Names, kind and the nested object are as documented. Raises BadField for a garbled `info`."""
    if not envelope.keys() <= NAMES or not _KIND.match(text(envelope.get("event")) or ""):
        return False
    info = as_object(envelope.get("info"), "info")
    times = [envelope.get("createTime"), envelope.get("updateTime"), info.get("oid")]
    return all(value is None or _NUMBER.match(text(value) or "") for value in times)
