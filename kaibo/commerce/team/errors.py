"""What can go wrong with people and their access."""

from kaibo.kit.errors import Conflict, KaiboError, NotFound


class PersonNotFound(NotFound):
    code = "person_not_found"


class InvitationNotFound(NotFound):
    code = "invitation_not_found"


class TeamConflict(Conflict):
    code = "team_conflict"


class BadPerson(KaiboError):
    code = "bad_person"
    status = 422


class TooManyLogins(KaiboError):
    code = "too_many_logins"
    status = 429
