"""What leaves the team module: frozen dataclasses, no Django."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do. An outsider has an account but sees nothing."""

    DIRECTOR = "director"
    OPERATOR = "operator"
    VIEWER = "viewer"
    OUTSIDER = "outsider"


_VIEWER = frozenset({"room.see", "show.see", "metric.see", "show.export"})
_OPERATOR = _VIEWER | {
    "show.create",
    "show.change",
    "show.start",
    "show.end",
    "show.target",
    "show.mark",
    "feed.see",
    "import.see",
    "import.run",
    "comment.see",
    "text.check",
    "text.approve",
    "report.share",
    "case.see",
    "case.act",
}
_DIRECTOR = _OPERATOR | {
    "show.delete",
    "show.merge",
    "room.edit",
    "feed.edit",
    "quarantine.replay",
    "import.undo",
    "case.rule",
    "people.edit",
    "audit.see",
    "settings.see",
    "report.columns",
    "job.retry",
    "viewer.erase",
}
ACTS: dict[Role, frozenset[str]] = {
    Role.DIRECTOR: frozenset(_DIRECTOR),
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.VIEWER: _VIEWER,
    Role.OUTSIDER: frozenset(),
}
"""Who may do what; every act that `may` knows is an act of the director."""

TEAM_ACTS = frozenset(
    {
        *("people.edit", "audit.see", "settings.see", "quarantine.replay", "report.columns", "job.retry"),
        *("viewer.erase", "case.rule"),
    }
)
"""Acts that concern everybody: only somebody with all rooms may do them."""


@dataclass(frozen=True, slots=True)
class RoomScope:
    """The rooms somebody sees: all of them, or the listed (platform, room_id)."""

    is_all: bool = False
    rooms: frozenset[tuple[str, str]] = frozenset()

    def __contains__(self, room: tuple[str, str]) -> bool:
        """Whether the room is among them."""
        return self.is_all or room in self.rooms

    def __bool__(self) -> bool:
        """Whether there is any room at all."""
        return self.is_all or bool(self.rooms)


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody with an account. `actor` is how audit rows name them."""

    id: int
    username: str
    name: str
    role: Role
    scope: RoomScope
    is_active: bool = True
    last_login_at: int | None = None

    @property
    def actor(self) -> str:
        """`user:12`."""
        return f"user:{self.id}"


@dataclass(frozen=True, slots=True)
class InvitationView:
    """A link that makes an account. The token itself is shown once and never stored."""

    id: int
    role: Role
    scope: RoomScope
    invited_by: str
    expires_at: int
    note: str = ""
    is_open: bool = True
