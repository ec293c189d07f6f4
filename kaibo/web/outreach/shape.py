"""Message tasks in words: states, progress, who is meant, what was typed."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from kaibo.connectors import api as connectors
from kaibo.eventlog.contracts import FeedView
from kaibo.operations.outreach.contracts import AudienceView, Draft, Group, TaskState, TaskView
from kaibo.web import actors

STATES = {
    TaskState.CREATED: pgettext_lazy("message task", "created"),
    TaskState.ASKED: pgettext_lazy("message task", "asked, no answer yet"),
    TaskState.WAITING: pgettext_lazy("message task", "waiting for the member"),
    TaskState.SENT: pgettext_lazy("message task", "sent"),
    TaskState.REFUSED: pgettext_lazy("message task", "failed"),
    TaskState.TAKING_BACK: pgettext_lazy("message task", "being taken back"),
    TaskState.TAKEN_BACK: pgettext_lazy("message task", "taken back"),
}
TONES = {TaskState.SENT: "good", TaskState.REFUSED: "bad", TaskState.ASKED: "warn", TaskState.WAITING: "accent"}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A row of the list."""

    task: TaskView
    state: str
    tone: str
    progress: str
    whom: str
    problem: str
    who: str


def line(task: TaskView) -> TaskLine:
    """A task in words. Cost: the name of who asked."""
    return TaskLine(
        task,
        str(STATES[task.state]),
        TONES.get(task.state, ""),
        _progress(task),
        _to(task.draft, task.group_names, task.tag_names),
        _problem(task),
        actors.names_of({task.actor}).get(task.actor, task.actor),
    )


def _problem(task: TaskView) -> str:
    """Why it is not settled, in the reader's language; of a call without an answer what happens next."""
    if task.state == TaskState.ASKED:
        return _("No answer came. What became of the call is asked for before it is made again.")
    said = connectors.error_sentence(task.connector, task.code, get_language() or "") if task.code else ""
    return said or task.problem


def _progress(task: TaskView) -> str:
    """Sent by n of m members, and whom it reached; empty while nobody was asked how it stands."""
    if task.asked is None or task.sent is None:
        return ""
    parts = [_("sent by %(sent)s of %(members)s") % {"sent": task.sent, "members": task.asked}]
    if task.sent and task.reached is not None:
        parts.append(_("arrived %(count)s") % {"count": task.reached})
    if task.missed:
        parts.append(_("not delivered %(count)s") % {"count": task.missed})
    return " · ".join(parts)


def whom(known: AudienceView, draft: Draft) -> str:
    """Who would get it."""
    groups = [one.name or one.id for one in known.groups if one.id in draft.groups]
    return _to(draft, groups, [one.name for one in known.tags if one.id in draft.tags])


def _to(draft: Draft, groups: Iterable[str], tags: Iterable[str]) -> str:
    if draft.to_groups:
        names = list(groups)
        few = ", ".join(names[:5])
        count = ngettext("%(count)s group", "%(count)s groups", len(names)) % {"count": len(names)}
        return f"{count}: {few}{' …' if len(names) > 5 else ''}"
    named = ", ".join(tags)
    owner = {"member": draft.sender}
    if not named:
        return _("all customers of %(member)s") % owner
    return _("customers of %(member)s with one of the tags") % owner + f": {named}"


def why_unread(feed: FeedView | None, known: AudienceView | None) -> str:
    """Why the audience could not be read, in the reader's language; empty where it could."""
    if feed is None or known is None or not known.code:
        return ""
    return connectors.error_sentence(feed.connector, known.code, get_language() or "") or known.problem


def by_owner(groups: Iterable[Group]) -> list[tuple[str, list[Group]]]:
    """Groups under the member who owns them, each by name."""
    found: dict[str, list[Group]] = {}
    for one in sorted(groups, key=lambda group: (group.owner, group.name)):
        found.setdefault(one.owner, []).append(one)
    return list(found.items())


def typed(request: HttpRequest) -> dict[str, object]:
    """What was typed, for showing it again."""
    post = request.POST
    names = ("sender", "text", "whom", "url", "title", "about", "picture")
    return {
        **{name: post.get(name, "") for name in names},
        "group": post.getlist("group"),
        "tag": post.getlist("tag"),
    }
