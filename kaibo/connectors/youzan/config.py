"""What a feed of this connector needs."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import check_settings

SETTINGS = (
    FeedSetting("client_id", "the client id, console.youzanyun.com, your application", is_secret=False),
    FeedSetting("secret", "the client secret, console.youzanyun.com, your application"),
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Id and secret belong to the application."""
    return check_settings(config, SETTINGS)
