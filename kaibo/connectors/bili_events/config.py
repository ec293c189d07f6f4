"""Settings of this connector; none is secret."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kaibo.connectors.contracts import ConfigProblem, Ok

DEFAULT_ZONE = "Asia/Shanghai"  # the platform writes local time; its rooms are all in this zone
KNOWN = ("zone",)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """`zone` is the zone of the file's local times."""
    for name in config:
        if name not in KNOWN:
            return ConfigProblem("unknown_option", f"'{name}' is no option here; there is only zone")
    zone = config.get("zone", DEFAULT_ZONE)
    try:
        ZoneInfo(str(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return ConfigProblem("bad_zone", f"'{zone}' is no time zone; write one such as Asia/Shanghai")
    return Ok()
