"""What a feed of this connector needs to open a room's line; captured packets need nothing."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SETTINGS = (
    FeedSetting("access_key", "the access key id, open-live.bilibili.com", is_secret=False, zh="access_key_id"),
    FeedSetting("access_secret", "the access key secret, open-live.bilibili.com", zh="access_key_secret"),
    FeedSetting("app_id", "the project id (app_id) of the application", is_secret=False, zh="项目 ID（app_id）"),
    FeedSetting("code", "the host's code (身份码), from the host's live centre", zh="主播身份码"),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Keys belong to the developer, the code to the host."""
    return check_settings(config, SETTINGS)
