"""What can go wrong with the radar."""

from kaibo.kit.errors import KaiboError, NotFound


class BadLine(KaiboError):
    """A line of the script library that cannot be kept; `field` says why."""

    code = "bad_line"
    status = 422


class LineNotFound(NotFound):
    code = "line_not_found"


class BadTopic(KaiboError):
    """A topic that nobody asks about."""

    code = "bad_topic"
    status = 422
