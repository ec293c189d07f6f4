"""Refusals of the privacy module."""

from kaibo.kit.errors import KaiboError


class NoViewer(KaiboError):
    """What was typed names no viewer."""

    code = "no_viewer"
    status = 422
