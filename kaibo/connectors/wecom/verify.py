"""Proof that WeCom sent a callback: sealed and signed. The handshake must be answered within a second."""

from collections.abc import Mapping

from kaibo.connectors import wechat
from kaibo.connectors.contracts import Delivery, Reply, Verdict
from kaibo.kit.clock import HOUR_US


def verify(delivery: Delivery, settings: Mapping[str, str]) -> Verdict:
    """A handshake, or a sealed callback answered with nothing; three retries follow within seconds."""
    done = Reply(b"", content_type="text/plain")
    return wechat.verify_sealed(delivery, settings, reply=done, window_us=HOUR_US)
