"""The tables of the feeds page as files."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kaibo.eventlog.contracts import Gap, QuarantinedView
from kaibo.kit import clock
from kaibo.metrics.export import Cell, Table
from kaibo.warehouse.contracts import SetAside, Unmatched
from kaibo.web import feedwords, words

if TYPE_CHECKING:
    from kaibo.web.pages.feeds import FeedLine

EXPORTED = 100_000


def of_feeds(lines: "Iterable[FeedLine]") -> Table:
    """Every feed with its health; times UTC, the lag in seconds."""
    columns = [_("Feed"), "id", _("Platform"), pgettext("menu", "Rooms"), _("State"), _("Last event")]
    columns += [_("Lag"), _("Covered"), _("Gaps"), _("Accepted"), _("Duplicates"), _("Rejected")]
    lights = {"good": _("speaks"), "bad": _("silent"), "off": _("disabled"), "idle": _("nothing on air")}
    rows = [
        [
            feedwords.feed_name(line.feed.name),
            line.feed.id,
            words.platform_name(line.feed.platform),
            ", ".join(line.feed.rooms),
            lights[line.light],
            clock.iso(line.feed.last_event_at) if line.feed.last_event_at else None,
            None if line.lag_seconds is None else round(line.lag_seconds, 1),
            None if line.share is None or line.share.ratio is None else round(line.share.ratio, 4),
            None if line.share is None else line.share.count_gaps,
            line.feed.accepted,
            line.feed.duplicates,
            line.feed.rejected,
        ]
        for line in lines
    ]
    return Table("feeds", columns, rows)


def of_coverage(shows: Iterable[tuple[str, list[dict[str, Any]]]]) -> Table:
    """Which feed reports which kind of which show on air, and how many came."""
    columns = [_("Show"), _("Kind of event"), "id", _("Declared by"), _("Events")]
    rows = [
        [title, words.kind_name(row["kind"]), row["kind"], ", ".join(row["feeds"]), row["seen"]]
        for title, found in shows
        for row in found
    ]
    return Table("coverage", columns, rows)


def of_kinds(seen: Mapping[str, int], declared: Iterable[str]) -> Table:
    """What the feeds of one show report; a declared kind that nobody sent is 0."""
    counts = {**dict.fromkeys(declared, 0), **seen}
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    rows: list[list[Cell]] = [[words.kind_name(kind), kind, count] for kind, count in ordered]
    return Table("kinds", [_("Kind of event"), "id", _("Events")], rows)


def of_unmatched(found: Iterable[Unmatched]) -> Table:
    """Events of orders nobody reported; amounts in minor units, times UTC."""
    columns = [_("Time"), _("Kind of event"), "id", _("Order"), _("Amount"), _("Reason")]
    rows: list[list[Cell]] = [
        [clock.iso(one.at_us), words.kind_name(one.kind), one.event_id, one.order_id, one.amount_minor, one.reason]
        for one in found
    ]
    return Table("unmatched", columns, rows)


def of_batches(found: Iterable[SetAside]) -> Table:
    """Batches of the log that could not be counted."""
    columns = [_("Time"), _("Batch that could not be counted"), _("Events"), _("Tries"), _("Reason")]
    rows: list[list[Cell]] = [
        [clock.iso(one.at_us), f"{one.path} {one.from_seq}-{one.to_seq}", one.events, one.tries, one.reason]
        for one in found
    ]
    return Table("batches", columns, rows)


def of_gaps(found: Iterable[Gap]) -> Table:
    """Spans in which a feed missed events; times UTC, an open end empty."""
    columns = [pgettext("time", "From"), pgettext("time", "To"), _("Reason")]
    rows: list[list[Cell]] = [
        [clock.iso(one.from_us), clock.iso(one.to_us) if one.to_us else None, words.gap_reason(one.reason)]
        for one in found
    ]
    return Table("gaps", columns, rows)


def of_quarantine(found: Iterable[QuarantinedView]) -> Table:
    """Lines that were set aside, as they were received."""
    columns = [_("Time"), _("Line"), _("Field"), _("Problem"), _("Fix")]
    rows = [[clock.iso(one.at_us), one.raw.decode(errors="replace"), one.field, one.problem, one.fix] for one in found]
    return Table("quarantine", columns, rows)
