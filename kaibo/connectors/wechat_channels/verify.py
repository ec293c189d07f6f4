"""Proof that WeChat sent an event: sealed and signed; a plain push signs no body and is refused."""

from collections.abc import Mapping

from kaibo.connectors import wechat
from kaibo.connectors.contracts import Delivery, Reply, Verdict
from kaibo.kit.clock import HOUR_US

WINDOW_US = 4 * HOUR_US
"""WeChat tries up to ten times over 3.6 hours; whether a later try is signed anew is not documented."""


def verify(delivery: Delivery, settings: Mapping[str, str]) -> Verdict:
    """A handshake, or a sealed event answered with `success`."""
    done = Reply(b"success", content_type="text/plain")
    return wechat.verify_sealed(delivery, settings, reply=done, window_us=WINDOW_US)
