"""Settings of this connector; none is secret."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, Ok
from kaibo.kit import clock

KNOWN = ("start",)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """`start` is when second 0 of the file was, for files that do not say it themselves."""
    for name in config:
        if name not in KNOWN:
            return ConfigProblem("unknown_option", f"'{name}' is no option here; there is only start")
    if "start" in config:
        try:
            clock.parse_instant(str(config["start"]))
        except ValueError as error:
            return ConfigProblem("bad_start", str(error))
    return Ok()
