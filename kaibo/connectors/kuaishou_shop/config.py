"""What a feed of this connector needs."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import check_settings

SETTINGS = (
    FeedSetting("secret", "the message secret (msgSecret, base64), open.kwaixiaodian.com, message push"),
    FeedSetting("app_key", "the app key; a push for another app is then refused", is_secret=False, is_needed=False),
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """The message secret is not the app secret."""
    return check_settings(config, SETTINGS)
