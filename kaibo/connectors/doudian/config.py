"""What a feed of this connector needs."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import check_settings

SETTINGS = (
    FeedSetting("app_key", "the app key, op.jinritemai.com, your application", is_secret=False),
    FeedSetting("secret", "the app secret, op.jinritemai.com, your application"),
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Key and secret belong to the application."""
    return check_settings(config, SETTINGS)
