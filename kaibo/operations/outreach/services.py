"""The rules of message tasks: who can be written to, what may be asked, once each, and taking it back."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.connectors import api as connectors
from kaibo.connectors.api import ConfigProblem, UnknownConnector
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView
from kaibo.eventlog.errors import CommandNotFound, CommandTaken
from kaibo.eventlog.outbox import CommandView
from kaibo.operations.outreach import tasklist
from kaibo.operations.outreach.contracts import (
    AudienceView,
    BadMessage,
    Draft,
    Group,
    MessageNotFound,
    NothingToTakeBack,
    Tag,
    TaskState,
    TaskView,
)
from kaibo.operations.outreach.models import Audience
from kaibo.operations.outreach.tasklist import CANCEL, CREATE

READ = "outreach.read_audience"


def senders() -> list[FeedView]:
    """Feeds through which members can be asked to send. Cost: one query."""
    return [one for one in eventlog.feeds() if one.is_enabled and _can_ask(one.connector)]


def _can_ask(connector: str) -> bool:
    try:
        return CREATE in connectors.connector(connector).actions
    except UnknownConnector:
        return False


def sender(feed_id: str) -> FeedView:
    """One of them. Raises BadMessage."""
    found = next((one for one in senders() if one.id == feed_id), None)
    if found is None:
        raise BadMessage(_("Through this feed nothing can be sent."), fix=_("Choose another feed."), field="feed")
    return found


# -- audience ---------------------------------------------------------------------------------------------------------


def audience(feed_id: str) -> AudienceView:
    """Who can be written to, as last read. Cost: two queries."""
    row = Audience.objects.filter(feed_id=feed_id).first()
    is_reading = any(one.state in ("waiting", "running") for one in eventlog.work.jobs(key=_job(feed_id), limit=1))
    if row is None:
        return AudienceView(feed_id, is_reading=is_reading)
    told = row.content
    return AudienceView(
        feed_id,
        owners=tuple(told.get("owners", ())),
        groups=tuple(Group(**one) for one in told.get("groups", ())),
        tags=tuple(Tag(**one) for one in told.get("tags", ())),
        read_at=row.read_at,
        code=row.code,
        problem=row.problem,
        is_reading=is_reading,
    )


def ask_audience(feed_id: str, *, actor: str) -> None:
    """Let a worker read it from the platform."""
    feed = sender(feed_id)
    with transaction.atomic():
        eventlog.work.enqueue(READ, {"feed_id": feed.id}, key=_job(feed.id), actor=actor)


def _job(feed_id: str) -> str:
    return f"audience:{feed_id}"


# -- tasks ------------------------------------------------------------------------------------------------------------


def check(feed_id: str, draft: Draft) -> None:
    """Nothing, when the draft can become a task. Raises BadMessage with the field."""
    feed, known = sender(feed_id), audience(feed_id)
    if not draft.sender:
        raise BadMessage(_("Choose the member who sends it."), field="sender")
    if draft.sender not in known.owners:
        raise BadMessage(_("This member serves no customers, or left since the list was read."), field="sender")
    mine = {one.id for one in known.groups if one.owner == draft.sender}
    if draft.to_groups and set(draft.groups) - mine:
        raise BadMessage(_("A group belongs to another member: choose groups of the one who sends."), field="groups")
    if set(draft.tags) - {one.id for one in known.tags}:
        raise BadMessage(_("A tag is not there any more: read the list again."), field="tags")
    verdict = connectors.check_command(feed.connector, CREATE, tasklist.args_of(draft))
    if isinstance(verdict, ConfigProblem):
        raise BadMessage(verdict.sentence, field=verdict.code)


def send(feed_id: str, draft: Draft, *, key: str, actor: str) -> TaskView:
    """A task on its way; the same key is the same task. Raises BadMessage, BadCommand without a key."""
    check(feed_id, draft)
    feed, known = sender(feed_id), audience(feed_id)
    names = {
        "group_names": [one.name or one.id for one in known.groups if one.id in draft.groups],
        "tag_names": [one.name or one.id for one in known.tags if one.id in draft.tags],
    }
    with transaction.atomic():
        command, is_new = eventlog.outbox.order(
            feed.id,
            connector=feed.connector,
            action=CREATE,
            args={**tasklist.args_of(draft), **names},
            key=key,
            actor=actor,
        )
        if is_new:
            told = {"feed": feed.id, "sender": draft.sender, "groups": len(draft.groups), "text": draft.text[:200]}
            eventlog.audit(actor, "message.ordered", f"message:{command.id}", after=told)
    return tasklist.one(command.id)


def take_back(task_id: int, *, actor: str, why: str = "") -> TaskView:
    """Take a task back: at once while the platform was not asked yet, else by asking the platform to stop it.

    Shape: what a member has sent already stays sent. Raises MessageNotFound, NothingToTakeBack.
    """
    command = _command(task_id)
    with transaction.atomic():
        try:
            eventlog.outbox.withdraw(command.id)
        except CommandTaken:
            _ask_to_stop(tasklist.one(task_id), actor=actor)
        eventlog.audit(actor, "message.taken_back", f"message:{command.id}", why=why)
    return tasklist.one(task_id)


def _command(task_id: int) -> CommandView:
    try:
        found = eventlog.outbox.command(task_id)
    except CommandNotFound:
        found = None
    if found is None or found.action != CREATE:
        raise MessageNotFound(_("There is no such message task."), task_id=task_id)
    return found


def _ask_to_stop(task: TaskView, *, actor: str) -> None:
    if not task.can_take_back:
        raise NothingToTakeBack(_why_not(task.state), state=task.state)
    before = tasklist.stops_of(task.id)
    args: dict[str, Any] = {"of": task.id, "msgid": eventlog.outbox.command(task.id).answer["msgid"]}
    eventlog.outbox.order(
        task.feed_id,
        connector=task.connector,
        action=CANCEL,
        args=args,
        key=f"cancel:{task.id}:{len(before)}",
        actor=actor,
    )


def _why_not(state: TaskState) -> str:
    if state == TaskState.ASKED:
        return _("The platform's answer is not known yet. Try again in a few minutes.")
    if state == TaskState.TAKING_BACK:
        return _("It is being taken back already.")
    return _("It is over: there is nothing to take back.")
