"""Settings of this connector: none."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, Ok


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """A capture says everything; --room names the room where its messages do not."""
    for name in config:
        return ConfigProblem("unknown_option", f"'{name}' is no option here; name the room with --room")
    return Ok()
