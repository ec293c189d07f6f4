"""What a feed of this connector needs."""

from collections.abc import Mapping

from kaibo.connectors import wechat
from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SETTINGS = (
    *wechat.SETTINGS,
    FeedSetting(
        "app_secret",
        "the app secret: with it amounts of orders and the live dashboard are fetched",
        is_needed=False,
        zh="AppSecret：填写后自动拉取订单金额与直播大屏",
        for_calls=True,
    ),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Token, key and app id as typed into the message push page; only the sealed mode is taken."""
    return check_settings(config, SETTINGS)
