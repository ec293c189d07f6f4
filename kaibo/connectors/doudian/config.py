"""What a feed of this connector needs: for pushes key and secret, for calls the shop's id besides."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SETTINGS = (
    FeedSetting(
        "app_key",
        "the app key, op.jinritemai.com, your application",
        is_secret=False,
        zh="应用 app_key（抖店开放平台）",
    ),
    FeedSetting("secret", "the app secret, op.jinritemai.com, your application", zh="应用密钥 app_secret"),
    FeedSetting(
        "shop_id",
        "the shop's id: with it orders and after-sales are fetched line by line, with their room",
        is_secret=False,
        is_needed=False,
        zh="店铺 ID：填写后会按行拉取订单与售后（带直播间）",
        for_calls=True,
    ),
    FeedSetting(
        "settlements",
        "no: settlement files are not fetched, for example because the application lacks that right",
        is_secret=False,
        is_needed=False,
        zh="是否拉取结算单（应用没有该权限时选“否”）",
        choices=("yes", "no"),
        for_calls=True,
    ),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Key and secret belong to the application."""
    return check_settings(config, SETTINGS)
