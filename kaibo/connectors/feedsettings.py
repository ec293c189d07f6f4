"""Whether a feed has what its connector needs, in a sentence the operator can act on."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, FeedSetting, Ok


def check_settings(config: Mapping[str, object], settings: tuple[FeedSetting, ...]) -> Ok | ConfigProblem:
    """Unknown names first, then what is missing."""
    known = {setting.name for setting in settings}
    for name in config:
        if name not in known:
            return ConfigProblem("unknown_option", f"'{name}' is no setting here; {_named(known)}")
    for setting in settings:
        if setting.is_needed and not config.get(setting.name):
            return ConfigProblem("missing_setting", f"{setting.name} is missing: {setting.says}")
    return Ok()


def _named(known: set[str]) -> str:
    return f"there are {', '.join(sorted(known))}" if known else "there are none"
