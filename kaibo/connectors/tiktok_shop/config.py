"""What a feed of this connector needs: for pushes key and secret, for calls the shop's grant besides."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SETTINGS = (
    FeedSetting("app_key", "the app key, partner.tiktokshop.com, your app", is_secret=False, zh="应用 app_key"),
    FeedSetting("secret", "the app secret, partner.tiktokshop.com, your app", zh="应用密钥 app_secret"),
    FeedSetting(
        "refresh_token",
        "the refresh token of the shop: with it orders and returns are fetched with their amounts",
        is_needed=False,
        zh="店铺 refresh_token：填写后拉取订单与退货（含金额）",
        for_calls=True,
    ),
    FeedSetting(
        "shop_cipher",
        "the shop's cipher, from the authorised shops of the app",
        is_secret=False,
        is_needed=False,
        zh="店铺 shop_cipher",
        for_calls=True,
    ),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Key and secret belong to the app, refresh token and cipher to the shop."""
    return check_settings(config, SETTINGS)
