"""What a feed of this connector needs."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import check_settings

SETTINGS = (
    FeedSetting("secret", "the data push secret of the app, developer console, live data"),
    FeedSetting("client_secret", "the app's client secret, only for open-platform webhooks", is_needed=False),
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Both secrets belong to the app in Douyin's developer console."""
    return check_settings(config, SETTINGS)
