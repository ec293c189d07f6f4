"""What a question can be refused for."""

from kaibo.kit.errors import Conflict, KaiboError, NotFound


class TooMuchText(KaiboError):
    """More than one answer should hold; `field` says which limit."""

    code = "too_much_text"
    status = 413


class BadText(KaiboError):
    """A text or file that cannot be taken; `field` says which."""

    code = "bad_text"
    status = 422


class ReviewNotFound(NotFound):
    code = "review_not_found"


class ReviewMoved(Conflict):
    """Somebody changed the review since it was read, or its state does not allow this."""

    code = "review_moved"


class SamePerson(Conflict):
    """A refused text needs two people; this one has agreed already."""

    code = "same_person"


class CaseNotFound(NotFound):
    code = "case_not_found"


class SoundNotFound(NotFound):
    """Nothing of the words can be heard on this machine."""

    code = "sound_not_found"


class ClipChanged(Conflict):
    """The kept sound is not what its hash says."""

    code = "clip_changed"


class CaseMoved(Conflict):
    """The state of the case does not allow this, or somebody was faster."""

    code = "case_moved"
