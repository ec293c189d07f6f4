"""What a feed of this connector needs to ask for reports; saved replies need nothing."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SPENDERS = ("rooms", "uni", "plans", "hours")
SETTINGS = (
    FeedSetting(
        "app_id",
        "the app id, open.oceanengine.com, your application",
        is_secret=False,
        zh="应用 ID（开放平台）",
    ),
    FeedSetting("secret", "the app secret, open.oceanengine.com, your application", zh="应用密钥 Secret"),
    FeedSetting("refresh_token", "the refresh token of the authorised account", zh="授权账户的 refresh_token"),
    FeedSetting("advertiser_id", "the Qianchuan account's id", is_secret=False, zh="千川账户 ID"),
    FeedSetting("aweme_id", "only rooms of this Douyin account", is_secret=False, is_needed=False, zh="只看这个抖音号"),
    FeedSetting(
        "spend_from",
        "the one report that tells spend: rooms (default), uni, plans or hours; they state the same money",
        is_secret=False,
        is_needed=False,
        zh="消耗以哪张报表为准：rooms（默认）、uni、plans 或 hours；几张报表是同一笔钱，只取其一",
        choices=SPENDERS,
    ),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Application, account and refresh token belong together."""
    return check_settings(config, SETTINGS)
