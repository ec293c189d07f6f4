"""What a feed of this connector needs: the application for pushes, the shop besides for calls."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SETTINGS = (
    FeedSetting(
        "client_id",
        "the client id, console.youzanyun.com, your application",
        is_secret=False,
        zh="应用 client_id，有赞云控制台 → 应用概况",
    ),
    FeedSetting(
        "secret",
        "the client secret, console.youzanyun.com, your application",
        zh="应用 client_secret，有赞云控制台 → 应用概况",
    ),
    FeedSetting(
        "kdt_id",
        "the shop id: with it an application of your own (自用型) fetches orders and after-sales with their amounts",
        is_secret=False,
        is_needed=False,
        zh="店铺 kdt_id：填写后由自用型应用拉取订单与售后（含金额）",
        for_calls=True,
    ),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Id and secret belong to the application, the shop has granted it access."""
    return check_settings(config, SETTINGS)
