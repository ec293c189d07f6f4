"""Delivers commands of the outbox through `actions.py`; asks back before it asks twice; follows what became of them."""

import importlib
import logging
import threading
from collections.abc import Collection, Mapping
from typing import Any, Protocol, cast

from kaibo.connectors import pollworker, registry
from kaibo.connectors.calling import BAD_TOKEN, TOO_FAST, PlatformFault
from kaibo.connectors.contracts import ConfigProblem, Ok, UnknownConnector
from kaibo.connectors.polling import Line
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.errors import UnknownFeed
from kaibo.eventlog.outbox import DELIVER, CommandView
from kaibo.eventlog.work import GiveUp, Run, task
from kaibo.kit.clock import DAY_US, MINUTE_US, now_us

log = logging.getLogger("kaibo.connectors")

UNCERTAIN = frozenset(("no_answer", "platform_down"))
"""Codes after which nobody knows whether the platform did it."""
SETTLE_US = 2 * MINUTE_US
"""So long after it was asked a platform may not list yet what it took; a call itself ends within half a minute."""
FOLLOW_US = 14 * DAY_US
"""Members may confirm a task for two weeks."""


class Unsettled(Exception):
    """What the platform made of the last call is not known yet: tried again."""


class Actions(Protocol):
    """What `actions.py` of a connector offers; it calls once and never repeats by itself."""

    ACTIONS: tuple[str, ...]

    def check(self, action: str, args: Mapping[str, Any]) -> Ok | ConfigProblem:
        """Whether the platform can be asked for this. Pure."""
        ...

    def perform(self, action: str, args: Mapping[str, Any], line: Line) -> dict[str, Any]:
        """Ask once. Raises PlatformFault."""
        ...

    def find(
        self, action: str, args: Mapping[str, Any], line: Line, *, since_us: int, known: Collection[str]
    ) -> dict[str, Any] | None:
        """The answer of a call that was lost. Raises PlatformFault."""
        ...

    def follow(self, args: Mapping[str, Any], answer: Mapping[str, Any], line: Line) -> dict[str, int]:
        """What became of it. Raises PlatformFault."""
        ...

    def audience(self, line: Line) -> dict[str, Any]:
        """Who can be written to. Raises PlatformFault."""
        ...


def actions_of(connector_id: str) -> Actions | None:
    """The actions of a connector, None where it only reads."""
    manifest = registry.manifest_of(connector_id)
    if not manifest.actions:
        return None
    return cast(Actions, importlib.import_module(f"kaibo.connectors.{connector_id}.actions"))


def line_to(feed_id: str) -> Line:
    """The line of a feed that may act. Raises UnknownFeed, PlatformRefused where a setting is missing."""
    feed = eventlog.feed(feed_id)
    return pollworker.line_of(feed, pollworker.settings_of(feed), threading.Event())


@task(DELIVER, tries=9, limit_seconds=180)
def deliver(run: Run, *, command_id: int) -> str | None:
    """Ask the platform for one command, once."""
    del run
    one = eventlog.outbox.command(command_id)
    if one.state not in eventlog.outbox.OPEN:
        return one.state
    actions = actions_of(one.connector)
    if actions is None:
        raise GiveUp(f"{one.connector} cannot be asked to do anything")
    line = line_to(one.feed_id)
    is_ours = _may_ask(one, actions, line) if one.state == "waiting" else _may_ask_again(one, actions, line)
    if not is_ours:
        return "settled meanwhile"
    try:
        answer = actions.perform(one.action, one.args, line)
    except PlatformFault as fault:
        return _not_taken(one, fault)
    eventlog.outbox.answered(one.id, answer)
    return "accepted"


def _may_ask(one: CommandView, actions: Actions, line: Line) -> bool:
    """Whether a command that was never asked is ours to ask; one that waits long may stand in restored records, whose
    platform knows it already. Raises Unsettled.
    """
    is_late = now_us() - one.created_at > SETTLE_US
    found = _found(one, actions, line, since_us=one.created_at) if is_late else None
    is_ours = eventlog.outbox.begin(one.id)
    if is_ours and found is not None:
        eventlog.outbox.answered(one.id, found)
    return is_ours and found is None


def _may_ask_again(one: CommandView, actions: Actions, line: Line) -> bool:
    """Whether the platform knows nothing of the last call, so that it is ours to repeat. Raises Unsettled."""
    sent_at = one.sent_at or one.created_at
    found = _found(one, actions, line, since_us=sent_at)
    if found is not None:
        eventlog.outbox.answered(one.id, found)
        return False
    if now_us() - sent_at < SETTLE_US:
        raise Unsettled("the platform does not list the last call; it is asked once more before it is repeated")
    return eventlog.outbox.begin_again(one.id, sent_at=sent_at)


def _found(one: CommandView, actions: Actions, line: Line, *, since_us: int) -> dict[str, Any] | None:
    """What the platform made of a call since then. Raises Unsettled where it does not say."""
    others = eventlog.outbox.commands(feed_id=one.feed_id, action=one.action, limit=1000)
    known = {str(other.answer["msgid"]) for other in others if other.id != one.id and other.answer.get("msgid")}
    try:
        return actions.find(one.action, one.args, line, since_us=since_us, known=known)
    except PlatformFault as fault:
        eventlog.outbox.note_problem(one.id, code=fault.code, problem=fault.sentence)
        raise Unsettled(f"whether the last call arrived cannot be asked: {fault.sentence}") from fault


def _not_taken(one: CommandView, fault: PlatformFault) -> str:
    """Write down why. Raises Unsettled where the same may be right later."""
    if fault.code in UNCERTAIN:
        eventlog.outbox.note_problem(one.id, code=fault.code, problem=fault.sentence)
        raise Unsettled(fault.sentence) from fault
    if fault.code in (BAD_TOKEN, TOO_FAST):
        eventlog.outbox.note_problem(one.id, code=fault.code, problem=fault.sentence)
        eventlog.outbox.put_back(one.id)
        raise Unsettled(fault.sentence) from fault
    eventlog.outbox.refused(one.id, code=fault.code, problem=fault.sentence)
    return f"refused: {fault.sentence}"


@task("outbox.follow", cron="*/5 * * * *", is_long=True, limit_seconds=1800)
def follow(run: Run) -> str | None:
    """Ask what became of accepted commands of the last two weeks, until they are complete."""
    del run
    count = 0
    for one in eventlog.outbox.commands(state="accepted", since_us=now_us() - FOLLOW_US, limit=1000):
        if "msgid" in one.answer and not _is_complete(one):
            count += _follow(one)
    return f"{count} commands"


def _is_complete(one: CommandView) -> bool:
    asked = one.progress.get("asked")
    return bool(asked) and one.progress.get("sent") == asked


def _follow(one: CommandView) -> int:
    try:
        actions = actions_of(one.connector)
        if actions is None:
            return 0
        eventlog.outbox.note_progress(one.id, actions.follow(one.args, one.answer, line_to(one.feed_id)))
    except (PlatformFault, UnknownConnector, UnknownFeed) as fault:
        log.warning("what became of command %d cannot be asked: %s", one.id, fault.sentence)
        return 0
    return 1
