"""What can go wrong with a lineup."""

from kaibo.kit.errors import Conflict, KaiboError


class BadLineup(KaiboError):
    code = "bad_lineup"
    status = 422


class BadFile(KaiboError):
    """A file that is no sheet at all: nothing of it was taken."""

    code = "bad_file"
    status = 422


class LineupConflict(Conflict):
    code = "lineup_conflict"


class NothingToUndo(Conflict):
    code = "nothing_to_undo"


class NotKept(KaiboError):
    """The log refused an event of the desk or of the published list."""

    code = "not_kept"
    status = 422
