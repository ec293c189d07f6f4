"""What a feed of this connector needs: for pushes the message secret, for calls the shop's grant besides."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SETTINGS = (
    FeedSetting(
        "secret",
        "the message secret (msgSecret, base64), open.kwaixiaodian.com, message push",
        zh="消息密钥 msgSecret（base64），开放平台 → 消息推送",
    ),
    FeedSetting(
        "app_key",
        "the app key; a push for another app is then refused, and calls need it",
        is_secret=False,
        is_needed=False,
        zh="应用 appKey：填写后拒收其他应用的推送，拉取订单时必填",
    ),
    FeedSetting(
        "app_secret",
        "the app secret, open.kwaixiaodian.com, details of the application: renews the access token",
        is_needed=False,
        zh="应用密钥 appSecret，用于刷新访问令牌",
        for_calls=True,
    ),
    FeedSetting(
        "sign_secret",
        "the signSecret, open.kwaixiaodian.com, details of the application: signs each call",
        is_needed=False,
        zh="签名密钥 signSecret，应用中心 → 应用详情",
        for_calls=True,
    ),
    FeedSetting(
        "refresh_token",
        "the refresh token of the shop (180 days): with it orders and refunds are fetched with their amounts",
        is_needed=False,
        zh="店铺 refresh_token（180 天有效）：填写后拉取订单与退款（含金额）",
        for_calls=True,
    ),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """The message secret, the app secret and the sign secret are three different things."""
    return check_settings(config, SETTINGS)
