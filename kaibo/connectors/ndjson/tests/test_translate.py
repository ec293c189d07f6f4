"""Our own lines, read without a door."""

from pathlib import Path

from kaibo.connectors.api import BadLine, Skipped, translate_file
from kaibo.eventlog.events import PlatformEvent

FIXTURE = Path(__file__).parent.parent / "fixtures" / "broken.ndjson"


def test_it_names_every_broken_line_and_keeps_the_rest() -> None:
    found = list(translate_file("ndjson", FIXTURE))
    good = [one for one in found if isinstance(one, PlatformEvent)]
    assert [(one.event_id, one.kind) for one in good] == [
        ("e1", "comment.posted"),
        ("e15", "unknown"),
        ("e16", "comment.posted"),
    ]
    assert {one.occurred_at for one in good} == {1_795_348_800_000_000}
    assert good[2].viewer_id == "12345678901234567890"  # a number that is an id becomes text
    bad = [one for one in found if isinstance(one, BadLine)]
    assert [(one.line, one.field) for one in bad] == [
        (2, "line"),
        (3, "line"),
        (4, "event_id"),
        (5, "kind"),
        (6, "platform"),
        (7, "room_id"),
        (8, "occurred_at"),
        (9, "quantity"),
        (10, "amount_minor"),
        (11, "currency"),
        (12, "attrs"),
        (13, "text"),
    ]
    assert all(one.problem and one.fix and one.raw for one in bad)
    assert sum(isinstance(one, Skipped) for one in found) == 1
