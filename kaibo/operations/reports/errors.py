"""What can go wrong with reports, in words."""

from kaibo.kit.errors import KaiboError, NotFound


class LinkClosed(NotFound):
    """The link expired, was taken back, or was never made."""

    code = "link_closed"


class BadColumns(KaiboError):
    """The team's columns cannot be kept as given."""

    code = "bad_columns"
    status = 422


class NotYet(KaiboError):
    """The show has no report yet."""

    code = "no_report_yet"
    status = 409
