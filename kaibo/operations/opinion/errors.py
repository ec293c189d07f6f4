"""What can go wrong with the opinion watch."""

from kaibo.kit.errors import Conflict, KaiboError, NotFound


class MatterNotFound(NotFound):
    code = "matter_not_found"


class MatterMoved(Conflict):
    """The state of the matter does not allow this, or somebody was faster."""

    code = "matter_moved"


class BadStep(KaiboError):
    """A step that cannot be taken as asked; `field` says why."""

    code = "bad_step"
    status = 422


class BadLimits(KaiboError):
    """Limits that make no sense; `field` names the one."""

    code = "bad_limits"
    status = 422
