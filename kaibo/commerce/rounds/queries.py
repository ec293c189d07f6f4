"""The reads of the rounds module."""

from kaibo.commerce.rounds.contracts import FIGURES, RoundDue, RoundForm, RoundView
from kaibo.commerce.rounds.models import Form, Round
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.kit import clock


def form(platform: str, room_id: str) -> RoundForm:
    """The form of a room; the default one where nobody changed it. Cost: one query."""
    row = Form.objects.filter(platform=platform, room_id=room_id).first()
    if row is None:
        return RoundForm()
    return RoundForm(tuple(row.figures), row.every_minutes, row.template, tuple(row.bots))


def rounds(show_id: str) -> list[RoundView]:
    """Rounds in order of time, withdrawn ones left out. Cost: one query."""
    rows = Round.objects.filter(show_id=show_id, withdrawn_us__isnull=True).order_by("as_of_us", "id")
    last: dict[str, int] = {}
    found: list[RoundView] = []
    for row in rows:
        if not row.values:
            continue
        differences = {
            name: (value - last[name] if name in last else None)
            for name, value in row.values.items()
            if FIGURES[name].basis == "cumulative"
        }
        last |= row.values
        found.append(
            RoundView(
                row.round_id,
                len(found) + 1,
                row.as_of_us,
                row.received_us,
                row.actor,
                dict(row.values),
                differences,
                row.corrected_us,
                row.corrected_by,
            )
        )
    return found


def due(show: ShowView, *, now_us: int) -> RoundDue | None:
    """When the next round of a show is due; None unless it is on air. Cost: two queries."""
    if show.status is not ShowStatus.ON_AIR or show.started_at is None:
        return None
    every = form(show.platform, show.room_id).every_minutes * clock.MINUTE_US
    last = (
        Round.objects.filter(show_id=show.show_id, withdrawn_us__isnull=True)
        .exclude(values={})
        .order_by("-as_of_us")
        .values_list("as_of_us", flat=True)
        .first()
    )
    due_us = (show.started_at if last is None else last) + every
    return RoundDue(due_us, last, now_us >= due_us)
