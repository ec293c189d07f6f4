"""The outbox: what a platform is asked to do, kept before it is asked, each order once.

A room above writes a command in its own transaction; a connector delivers it as background work and writes the answer
down. What a crash leaves between asking and answer stays `sending`: whoever takes it up again must ask the platform
what became of it before asking once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import IntegrityError, transaction

from kaibo.eventlog import work
from kaibo.eventlog.errors import BadCommand, CommandNotFound, CommandTaken
from kaibo.eventlog.models import Command
from kaibo.kit.clock import now_us

DELIVER = "outbox.deliver"
type CommandState = Literal["waiting", "sending", "accepted", "refused", "withdrawn"]
OPEN: tuple[CommandState, ...] = ("waiting", "sending")
KEY_LENGTH, PROBLEM_LENGTH = 80, 500


@dataclass(frozen=True, slots=True)
class CommandView:
    """One command. `answer` is what the platform said, `progress` what became of it since. Units: µs UTC.

    Shape: `state` is waiting (not asked yet), sending (asked, no answer known), accepted, refused (with the sentence),
    withdrawn (never asked).
    """

    id: int
    feed_id: str
    connector: str
    action: str
    key: str
    args: dict[str, Any]
    actor: str
    state: CommandState
    created_at: int
    sent_at: int | None
    settled_at: int | None
    code: str = ""
    problem: str = ""
    answer: dict[str, Any] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=dict)
    looked_at: int | None = None


def order(
    feed_id: str, *, connector: str, action: str, args: Mapping[str, Any], key: str, actor: str
) -> tuple[CommandView, bool]:
    """A command on its way, in the caller's transaction, and whether it is new.

    Shape: the same key again is the same command, whatever it says.
    Raises: BadCommand without a key. Cost: three queries.
    """
    if not 0 < len(key) <= KEY_LENGTH:
        raise BadCommand("a command needs a key of its own", fix="give one of up to 80 letters, the same for a repeat")
    known = Command.objects.filter(feed_id=feed_id, key=key).first()
    if known is not None:
        return _view(known), False
    row = Command(
        feed_id=feed_id, connector=connector, action=action, key=key, args=dict(args), actor=actor, created_at=now_us()
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return _view(Command.objects.get(feed_id=feed_id, key=key)), False
    work.enqueue(DELIVER, {"command_id": row.pk}, key=_job(row.pk), actor=actor)
    return _view(row), True


def command(command_id: int) -> CommandView:
    """One command. Raises CommandNotFound. Cost: one query."""
    row = Command.objects.filter(id=command_id).first()
    if row is None:
        raise CommandNotFound(f"there is no command {command_id}", fix="look at the list again")
    return _view(row)


def commands(
    *, feed_id: str = "", action: str = "", state: str = "", since_us: int = 0, limit: int = 100
) -> list[CommandView]:
    """Commands, latest first. Cost: one query."""
    rows = Command.objects.filter(created_at__gte=since_us).order_by("-id")
    rows = rows.filter(feed_id=feed_id) if feed_id else rows
    rows = rows.filter(action=action) if action else rows
    rows = rows.filter(state=state) if state else rows
    return [_view(row) for row in rows[:limit]]


def withdraw(command_id: int) -> CommandView:
    """Take a command back that was not asked yet. Raises CommandNotFound, CommandTaken once it is on its way."""
    now = now_us()
    if not Command.objects.filter(id=command_id, state="waiting").update(state="withdrawn", settled_at=now):
        found = command(command_id)
        raise CommandTaken("it is on its way already, or over", fix="look at its state", state=found.state)
    return command(command_id)


# -- for who delivers ------------------------------------------------------------------------------------


def begin(command_id: int) -> bool:
    """Whether a waiting command is now ours to ask; durable before anything is asked."""
    return bool(Command.objects.filter(id=command_id, state="waiting").update(state="sending", sent_at=now_us()))


def begin_again(command_id: int, *, sent_at: int) -> bool:
    """Whether a command whose last asking came to nothing is ours to ask once more; one of two askers gets it."""
    mine = Command.objects.filter(id=command_id, state="sending", sent_at=sent_at)
    return bool(mine.update(sent_at=now_us()))


def put_back(command_id: int) -> None:
    """The platform took nothing and may be asked again: wait as before."""
    Command.objects.filter(id=command_id, state="sending").update(state="waiting")


def answered(command_id: int, answer: Mapping[str, Any]) -> None:
    """The platform took it."""
    Command.objects.filter(id=command_id, state="sending").update(
        state="accepted", answer=dict(answer), settled_at=now_us(), code="", problem=""
    )


def refused(command_id: int, *, code: str, problem: str) -> None:
    """The platform does not take it, and asking again changes nothing."""
    Command.objects.filter(id=command_id, state="sending").update(
        state="refused", code=code[:60], problem=problem[:PROBLEM_LENGTH], settled_at=now_us()
    )


def note_problem(command_id: int, *, code: str, problem: str) -> None:
    """Why it is not settled yet."""
    Command.objects.filter(id=command_id, state__in=OPEN).update(code=code[:60], problem=problem[:PROBLEM_LENGTH])


def note_progress(command_id: int, progress: Mapping[str, Any]) -> None:
    """What became of an accepted command since, as of now."""
    Command.objects.filter(id=command_id, state="accepted").update(progress=dict(progress), looked_at=now_us())


def _job(command_id: int) -> str:
    return f"outbox:{command_id}"


def _view(row: Command) -> CommandView:
    return CommandView(
        id=row.pk,
        feed_id=row.feed_id,
        connector=row.connector,
        action=row.action,
        key=row.key,
        args=dict(row.args),
        actor=row.actor,
        state=row.state,  # type: ignore[arg-type]  # a CharField with these five values
        created_at=row.created_at,
        sent_at=row.sent_at,
        settled_at=row.settled_at,
        code=row.code,
        problem=row.problem,
        answer=dict(row.answer),
        progress=dict(row.progress),
        looked_at=row.looked_at,
    )
