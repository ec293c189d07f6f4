"""What leaves the team module: frozen dataclasses, no Django."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do: the functions of a team, each with what its work needs. An outsider sees nothing."""

    DIRECTOR = "director"
    OPERATOR = "operator"
    ANALYST = "analyst"
    HOST_MANAGER = "host_manager"
    CONTENT = "content"
    AD_BUYER = "ad_buyer"
    SUPPLY = "supply"
    SERVICE = "service"
    VIEWER = "viewer"
    OUTSIDER = "outsider"


_VIEWER = frozenset({"room.see", "show.see", "metric.see", "show.export"})
_ANALYST = _VIEWER | {
    *("cost.see", "comment.see", "feed.see", "import.see", "import.run", "report.share", "case.see", "opinion.see"),
}
_HOST_MANAGER = _VIEWER | {
    *("comment.see", "show.mark", "answer.mark", "round.type", "shift.plan", "giveaway.log", "violation.log"),
    *("text.check", "report.share", "case.see", "case.act", "opinion.see", "opinion.act"),
}
_CONTENT = _VIEWER | {
    *("cost.see", "comment.see", "show.create", "show.change", "show.target", "lineup.edit", "shift.plan"),
    *("text.check", "text.approve", "report.share", "case.see", "opinion.see"),
}
_AD_BUYER = _VIEWER | {"cost.see", "round.type", "ad.log", "import.see", "import.run", "report.share"}
_SUPPLY = _VIEWER | {"cost.see", "lineup.edit", "goods.change", "giveaway.log", "import.see", "import.run"}
_SERVICE = _VIEWER | {
    *("comment.see", "answer.mark", "text.check", "violation.log", "case.see", "case.act", "message.task"),
    *("opinion.see", "opinion.act"),
}
_OPERATOR = _ANALYST | _HOST_MANAGER | _CONTENT | _AD_BUYER | _SUPPLY | _SERVICE | {"show.start", "show.end"}
_DIRECTOR = _OPERATOR | {
    "show.delete",
    "show.merge",
    "room.edit",
    "feed.edit",
    "bot.edit",
    "quarantine.replay",
    "import.undo",
    "case.rule",
    "opinion.rule",
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
    Role.ANALYST: frozenset(_ANALYST),
    Role.HOST_MANAGER: frozenset(_HOST_MANAGER),
    Role.CONTENT: frozenset(_CONTENT),
    Role.AD_BUYER: frozenset(_AD_BUYER),
    Role.SUPPLY: frozenset(_SUPPLY),
    Role.SERVICE: frozenset(_SERVICE),
    Role.VIEWER: _VIEWER,
    Role.OUTSIDER: frozenset(),
}
"""Who may do what; every act that `may` knows is an act of the director."""

TEAM_ACTS = frozenset(
    {
        *("people.edit", "audit.see", "settings.see", "quarantine.replay", "report.columns", "job.retry"),
        *("viewer.erase", "case.rule", "opinion.rule", "bot.edit", "message.task"),
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
