"""What a feed of this connector needs."""

from collections.abc import Mapping

from kaibo.connectors import wechat
from kaibo.connectors.contracts import ConfigProblem, Ok
from kaibo.connectors.feedsettings import check_settings

SETTINGS = wechat.SETTINGS


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Token, key and corp (or suite) id as typed into the callback page."""
    return check_settings(config, SETTINGS)
