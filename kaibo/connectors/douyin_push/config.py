"""What a feed of this connector needs."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SETTINGS = (
    FeedSetting(
        "secret",
        "the data push secret of the app, developer console, live data",
        zh="数据推送密钥（开发者后台—直播数据）",
    ),
    FeedSetting(
        "client_secret",
        "the app's client secret, only for open-platform webhooks",
        is_needed=False,
        zh="应用 client_secret，仅开放平台 Webhook 需要",
    ),
    FeedSetting(
        "app_id",
        "the app id: with it the tasks of the feed's rooms are started by themselves",
        is_secret=False,
        is_needed=False,
        zh="应用 ID：填写后自动为各直播间开启推送任务",
        for_calls=True,
    ),
    FeedSetting(
        "app_secret", "the app secret, for starting tasks", is_needed=False, zh="应用密钥，开启任务用", for_calls=True
    ),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Both secrets belong to the app in Douyin's developer console."""
    return check_settings(config, SETTINGS)
