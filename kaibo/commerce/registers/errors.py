"""What can go wrong with registers."""

from kaibo.kit.errors import Conflict, Forbidden, KaiboError, NotFound


class BadEntry(KaiboError):
    """An entry that cannot be; names the field."""

    code = "bad_entry"
    status = 422


class NoEntry(NotFound):
    code = "no_entry"


class WrongState(Conflict):
    """Somebody was faster, or the step does not follow."""

    code = "wrong_state"


class SamePerson(Forbidden):
    """Who made a change cannot be who checks it."""

    code = "same_person"


class CapReached(Conflict):
    """Fewer pieces are left below the cap than were asked for."""

    code = "cap_reached"


class BadFile(KaiboError):
    """A file of a type or size that is not kept."""

    code = "bad_file"
    status = 422
