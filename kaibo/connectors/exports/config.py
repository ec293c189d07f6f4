"""Settings of this connector; none is secret."""

from collections.abc import Mapping

from kaibo.connectors.contracts import ConfigProblem, Ok
from kaibo.connectors.exports.forms import forms
from kaibo.kit import clock

KNOWN = ("export", "as_of", "currency", "platform", "columns", "file_name")


def check(config: Mapping[str, object]) -> Ok | ConfigProblem:
    """`export` names the description to read by, `as_of` when the file was exported."""
    for name in config:
        if name not in KNOWN:
            return ConfigProblem("unknown_option", f"'{name}' is no option here; there are {', '.join(KNOWN)}")
    if config.get("export") and config["export"] not in forms():
        return ConfigProblem("bad_export", f"'{config['export']}' is no export; there are {', '.join(forms())}")
    if "as_of" in config:
        try:
            clock.parse_instant(str(config["as_of"]))
        except ValueError as error:
            return ConfigProblem("bad_as_of", str(error))
    return Ok()
