"""Message tasks as they are: the command, what the platform said of it, what became of it since."""

from typing import Any

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.outbox import CommandView
from kaibo.operations.outreach.contracts import Draft, Link, TaskState, TaskView

CREATE, CANCEL = "message.create", "message.cancel"
STOPS = 1000


def args_of(draft: Draft) -> dict[str, Any]:
    """A draft as a connector's action takes it."""
    link = draft.link
    return {
        "chat_type": "group" if draft.to_groups else "single",
        "sender": draft.sender,
        "text": draft.text,
        "groups": list(draft.groups) if draft.to_groups else [],
        "tags": [] if draft.to_groups else list(draft.tags),
        "link": {"url": link.url, "title": link.title, "about": link.about, "picture": link.picture} if link else None,
    }


def tasks(*, limit: int) -> list[TaskView]:
    """Message tasks, latest first. Cost: two queries."""
    found = eventlog.outbox.commands(action=CREATE, limit=limit)
    stops: dict[int, list[CommandView]] = {}
    for stop in eventlog.outbox.commands(action=CANCEL, limit=STOPS):
        stops.setdefault(int(stop.args["of"]), []).append(stop)
    return [_view(one, stops.get(one.id, [])) for one in found]


def one(task_id: int) -> TaskView:
    """One of them. Cost: two queries."""
    return _view(eventlog.outbox.command(task_id), stops_of(task_id))


def stops_of(task_id: int) -> list[CommandView]:
    """What was asked to take a task back, latest first."""
    return [stop for stop in eventlog.outbox.commands(action=CANCEL, limit=STOPS) if stop.args.get("of") == task_id]


def _view(command: CommandView, stops: list[CommandView]) -> TaskView:
    args, done = command.args, command.progress
    state = _state(command, stops)
    told = stops[0] if stops and stops[0].problem else command
    return TaskView(
        id=command.id,
        feed_id=command.feed_id,
        connector=command.connector,
        draft=_draft(args),
        group_names=tuple(args.get("group_names", ())),
        tag_names=tuple(args.get("tag_names", ())),
        actor=command.actor,
        state=state,
        created_at=command.created_at,
        settled_at=command.settled_at,
        looked_at=command.looked_at,
        asked=done.get("asked"),
        sent=done.get("sent"),
        reached=done.get("reached"),
        missed=done.get("missed"),
        code=told.code,
        problem=told.problem,
        can_take_back=state in (TaskState.CREATED, TaskState.WAITING),
    )


def _draft(args: dict[str, Any]) -> Draft:
    link = args.get("link")
    return Draft(
        sender=args["sender"],
        text=args["text"],
        to_groups=args["chat_type"] == "group",
        groups=tuple(args.get("groups", ())),
        tags=tuple(args.get("tags", ())),
        link=Link(**link) if link else None,
    )


def _state(command: CommandView, stops: list[CommandView]) -> TaskState:
    if command.state == "accepted":
        if any(stop.state == "accepted" for stop in stops):
            return TaskState.TAKEN_BACK
        if any(stop.state in eventlog.outbox.OPEN for stop in stops):
            return TaskState.TAKING_BACK
        asked = command.progress.get("asked")
        return TaskState.SENT if asked and command.progress.get("sent") == asked else TaskState.WAITING
    return {
        "waiting": TaskState.CREATED,
        "sending": TaskState.ASKED,
        "refused": TaskState.REFUSED,
        "withdrawn": TaskState.TAKEN_BACK,
    }[command.state]
