"""How a feed is: what it asks its platform for, what waits in its inbox, how much of a show it covers."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kaibo.commerce.shows.contracts import ShowView
from kaibo.connectors import api as connectors
from kaibo.connectors.api import UnknownConnector
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView, PollView
from kaibo.kit.clock import MICROS
from kaibo.operations.imports import api as imports
from kaibo.operations.imports.contracts import FetchedView, TableState
from kaibo.web import feedwords
from kaibo.web.imports import words as import_words

FILES = 5


@dataclass(frozen=True, slots=True)
class PollLine:
    """A poll with its light: good, bad (fails), idle (never asked yet). `problem` is in the reader's language."""

    name: str
    light: str
    poll: PollView
    lag_seconds: float | None
    problem: str


@dataclass(frozen=True, slots=True)
class CoverLine:
    """How much of a show a feed covers, and the time it was silent."""

    show: ShowView
    covered: str
    gap_seconds: float
    gaps: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that the feed fetched: when, and what became of it in words."""

    name: str
    received_at: int
    state: str
    is_bad: bool
    says: str


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """Everything the page of a feed says beside its own numbers."""

    hook: str
    is_connector: bool
    polls: list[PollLine]
    inbox: list[tuple[str, int, bool]]  # state in words, deliveries, whether it is a bad one
    failed: list[str]
    cover: list[CoverLine]
    files: list[FileLine]


def health(feed: FeedView, shows: list[ShowView], *, now_us: int) -> FeedHealth:
    """The health of one feed. Cost: six queries, those of coverage per show, two per file."""
    states = eventlog.inbox.counts(feed_id=feed.id)
    failed = [one.reason for one in eventlog.inbox.items(state="failed", feed_id=feed.id, limit=5)]
    unique = {show.show_id: show for show in shows}
    is_known, hook = False, ""
    try:
        manifest = connectors.connector(feed.connector)
        is_known = bool(connectors.feed_settings(feed.connector))
        hook = f"/hooks/{feed.connector}/{feed.id}" if manifest.transport == "push" else ""
    except UnknownConnector:
        pass
    return FeedHealth(
        hook=hook,
        is_connector=is_known,
        polls=[_line(feed, one, now_us) for one in eventlog.polls.polls(feed.id) if one.tried_at is not None],
        inbox=[(_state(state), number, state == "failed") for state, number in states.items()],
        failed=failed,
        files=[_file(one) for one in imports.fetched(feed.id, limit=FILES)],
        cover=[line for show in unique.values() if (line := _cover(feed, show, now_us)) is not None],
    )


def poll_name(name: str) -> str:
    """What a poll asks for, in words."""
    names = {
        "orders": _("Orders"),
        "after_sales": _("After-sales"),
        "live": _("Live dashboard"),
        "rooms": _("Reports of rooms"),
        "uni": _("Whole-room reports"),
        "plans": _("Reports of plans"),
        "hours": _("Hourly reports"),
        "room": _("Messages of the room"),
        "tasks": _("Push tasks"),
        "lost": _("What could not be pushed"),
        "totals": _("Totals of the room"),
        "groups": _("Groups"),
        "statistics": _("Group statistics"),
        "messages": _("Group messages"),
        "contacts": _("Contacts"),
        "settlements": _("Settlement files"),
    }
    return names.get(name, name)


def _state(state: str) -> str:
    names = {"waiting": _("waiting"), "translated": _("read"), "failed": _("unreadable")}
    return names.get(state, state)


def _line(feed: FeedView, poll: PollView, now_us: int) -> PollLine:
    lag = None if poll.succeeded_at is None else (now_us - poll.succeeded_at) / MICROS
    light = "bad" if poll.failures else "idle" if poll.succeeded_at is None else "good"
    said = connectors.error_sentence(feed.connector, poll.code, get_language() or "") if poll.failures else ""
    return PollLine(poll_name(poll.name), light, poll, lag, said or poll.problem)


def _file(one: FetchedView) -> FileLine:
    table = one.table
    if table is None:
        return FileLine(one.file_name, one.received_at, _("fetched, waits for the import"), False, "")
    is_bad = table.state in {TableState.REFUSED, TableState.UNCLEAR, TableState.FAILED}
    says = " ".join(part for part in (table.problem, table.fix) if part)
    if table.state == TableState.COMPLETE:
        left = [f"{import_words.reason(name)} {number}" for name, number in table.report.get("by_reason", {}).items()]
        says = " · ".join([_("%(count)s new") % {"count": table.report.get("accepted", 0)}, *left])
    return FileLine(one.file_name, one.received_at, import_words.state(table.state), is_bad, says)


def _cover(feed: FeedView, show: ShowView, now_us: int) -> CoverLine | None:
    shares = {one.feed_id: one for one in eventlog.shares(show.show_id, now_us=now_us)}
    found = shares.get(feed.id)
    if found is None:
        return None
    covered = feedwords.covered(found) or "—"
    return CoverLine(show, covered, found.gap_us / MICROS, found.count_gaps, found.is_open)
