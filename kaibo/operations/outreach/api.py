"""The door of outreach: message tasks that members of the company confirm."""

from kaibo.eventlog.contracts import FeedView
from kaibo.operations.outreach import services, tasklist
from kaibo.operations.outreach.contracts import AudienceView, Draft, TaskView


def senders() -> list[FeedView]:
    """Feeds through which members can be asked to send. Cost: one query."""
    return services.senders()


def audience(feed_id: str) -> AudienceView:
    """Members, groups and tags as last read from the platform. Cost: two queries."""
    return services.audience(feed_id)


def ask_audience(feed_id: str, *, actor: str) -> None:
    """Let a worker read the audience anew. Raises BadMessage for a feed that cannot send."""
    services.ask_audience(feed_id, actor=actor)


def check(feed_id: str, draft: Draft) -> None:
    """Nothing, when the draft can become a task. Raises BadMessage naming the field."""
    services.check(feed_id, draft)


def send(feed_id: str, draft: Draft, *, key: str, actor: str) -> TaskView:
    """Ask a member to send it. The same `key` again is the same task. Raises BadMessage."""
    return services.send(feed_id, draft, key=key, actor=actor)


def take_back(task_id: int, *, actor: str, why: str = "") -> TaskView:
    """Take a task back before it is sent. Raises MessageNotFound, NothingToTakeBack."""
    return services.take_back(task_id, actor=actor, why=why)


def tasks(*, limit: int = 50) -> list[TaskView]:
    """Message tasks, latest first. Cost: two queries."""
    return tasklist.tasks(limit=limit)
