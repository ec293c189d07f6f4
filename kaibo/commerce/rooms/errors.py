"""What can go wrong with a room."""

from kaibo.kit.errors import KaiboError, NotFound


class RoomNotFound(NotFound):
    code = "room_not_found"


class BadEconomics(KaiboError):
    code = "bad_economics"
    status = 422
