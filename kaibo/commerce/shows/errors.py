"""What can go wrong with a show."""

from kaibo.kit.errors import Conflict, KaiboError, NotFound


class ShowNotFound(NotFound):
    code = "show_not_found"


class ShowConflict(Conflict):
    code = "show_conflict"


class BadShow(KaiboError):
    code = "bad_show"
    status = 422
