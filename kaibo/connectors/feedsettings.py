"""Whether a feed has what its connector needs, in a sentence the operator can act on."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok

BASE_URL = FeedSetting(
    "base_url",
    "another address of the interface, for example the platform's sandbox",
    is_secret=False,
    is_needed=False,
    zh="接口地址，例如平台沙箱；一般不填",
)


def check_settings(config: Mapping[str, object], settings: tuple[FeedSetting, ...]) -> Ok | ConfigProblem:
    """Unknown names first, then what is missing."""
    known = {setting.name for setting in settings}
    for name in config:
        if name not in known:
            return ConfigProblem("unknown_option", f"'{name}' is no setting here; {_named(known)}")
    for setting in settings:
        given = config.get(setting.name)
        if setting.choices and given and given not in setting.choices:
            return ConfigProblem("bad_choice", f"{setting.name} is one of {', '.join(setting.choices)}")
        if setting.is_needed and not config.get(setting.name):
            return ConfigProblem("missing_setting", f"{setting.name} is missing: {setting.says}")
    return Ok()


def _named(known: set[str]) -> str:
    return f"there are {', '.join(sorted(known))}" if known else "there are none"
