"""What can go wrong with a backup; every sentence names the file."""

from kaibo.kit.errors import Conflict, KaiboError, NotFound
from kaibo.kit.storage import BadAddress


class NoBackup(NotFound):
    """There is no such store or snapshot."""

    code = "no_backup"


class DamagedBackup(KaiboError):
    """A piece of the store is missing or is not what its name says."""

    code = "damaged_backup"
    status = 500


class PlaceTaken(Conflict):
    """Something lies where the backup should be restored."""

    code = "place_taken"


class HomeMoved(Conflict):
    """Files of the home kept moving while they were copied."""

    code = "home_moved"
    status = 503


class BadStore(BadAddress):
    """No place is named, neither here nor in KAIBO_BACKUP_TO."""

    code = "bad_store"
