"""What a feed of this connector needs to ask by itself."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SETTINGS = (
    FeedSetting(
        "client_key",
        "the app's client key, developer.open-douyin.com, your app",
        is_secret=False,
        zh="应用 client_key（抖音开放平台—控制台）",
        for_calls=True,
    ),
    FeedSetting(
        "refresh_token",
        "the refresh token that the host's authorisation gave, with the scopes live.room.*",
        zh="主播授权得到的 refresh_token（需含 live.room 各项权限）",
        for_calls=True,
    ),
    FeedSetting(
        "open_id",
        "the host's open_id, from the same authorisation",
        is_secret=False,
        zh="主播 open_id，与 refresh_token 同时得到",
        for_calls=True,
    ),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """The key belongs to the app, token and open_id to the host who authorised it."""
    return check_settings(config, SETTINGS)
