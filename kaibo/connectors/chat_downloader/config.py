"""Settings of this connector; none is secret."""

import re
from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, Ok
from kaibo.kit import clock

DEFAULT_PLATFORM = "other"
KNOWN = ("platform", "start")
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9_.\-]{0,59}\Z")


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """`platform` is where the chat was, `start` when second 0 of it was, for messages without a time of their own."""
    for name in config:
        if name not in KNOWN:
            return ConfigProblem("unknown_option", f"'{name}' is no option here; there are platform and start")
    platform = str(config.get("platform", DEFAULT_PLATFORM))
    if not _PLATFORM.match(platform):
        return ConfigProblem("bad_platform", f"'{platform}' is no platform name; write it like twitch")
    if "start" in config:
        try:
            clock.parse_instant(str(config["start"]))
        except ValueError as error:
            return ConfigProblem("bad_start", str(error))
    return Ok()
