"""Settings of this connector: none until it polls by itself."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, Ok
from kaibo.connectors.feedsettings import check_settings


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Saved replies need nothing."""
    return check_settings(config, ())
