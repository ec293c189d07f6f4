"""What leaves the outreach module: frozen dataclasses, no Django."""

from dataclasses import dataclass
from enum import StrEnum

from kaibo.kit.errors import Conflict, KaiboError, NotFound


class TaskState(StrEnum):
    """Where a message task stands. `asked`: the platform was asked and no answer is known yet."""

    CREATED = "created"
    ASKED = "asked"
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    TAKING_BACK = "taking_back"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Group:
    """A customer group: its owner is the member who would write to it."""

    id: str
    name: str
    owner: str
    people: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that the company gives to customers, inside a group of tags."""

    id: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class AudienceView:
    """Who can be written to, as of `read_at` (µs UTC); None where it was never read. `problem`: why reading failed."""

    feed_id: str
    owners: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    tags: tuple[Tag, ...] = ()
    read_at: int | None = None
    code: str = ""
    problem: str = ""
    is_reading: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """What stands below the text: an address with its title, a picture and a line if there are any."""

    url: str
    title: str
    about: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a member shall send: to groups, or to customers of theirs with any of the tags (without tags: to all)."""

    sender: str
    text: str
    to_groups: bool = False
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class TaskView:
    """A message task. `asked` (who shall send it), `sent`, `reached`, `missed` are None until it was looked at.

    Shape: `groups` and `tags` are names as they were when it was made; `code` and `problem` say why it is refused, or
    why no answer is known. Units: µs UTC.
    """

    id: int
    feed_id: str
    connector: str
    draft: Draft
    group_names: tuple[str, ...]
    tag_names: tuple[str, ...]
    actor: str
    state: TaskState
    created_at: int
    settled_at: int | None
    looked_at: int | None
    asked: int | None
    sent: int | None
    reached: int | None
    missed: int | None
    code: str = ""
    problem: str = ""
    can_take_back: bool = False


class BadMessage(KaiboError):
    """A draft that cannot become a task; `field` is what to mend."""

    code = "bad_message"
    status = 422


class MessageNotFound(NotFound):
    code = "message_not_found"


class NothingToTakeBack(Conflict):
    """The task is over, or its answer is not known yet."""

    code = "nothing_to_take_back"
