"""What a feed of this connector needs: for callbacks what the callback page shows, for calls a secret besides."""

from collections.abc import Mapping

from kaibo.connectors import wechat
from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok
from kaibo.connectors.feedsettings import BASE_URL, check_settings

SETTINGS = (
    *wechat.SETTINGS,
    FeedSetting(
        "contact_secret",
        "the secret of an app that may call the customer interfaces: with it groups, customers and tasks are fetched",
        is_needed=False,
        zh="可调用客户联系接口的应用 Secret：填写后拉取客户群、群统计、客户与群发任务",
        for_calls=True,
    ),
    BASE_URL,
)


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Token, key and corp (or suite) id as typed into the callback page; calls are of a company's own app."""
    return check_settings(config, SETTINGS)
