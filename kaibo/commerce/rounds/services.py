"""Entries of rounds: checked against the rounds around them, recorded once, stated to the log."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.rounds.contracts import FIGURES, Entry, EntryAnswer, FigureProblem
from kaibo.commerce.rounds.errors import NoRound
from kaibo.commerce.rounds.models import Entry as EntryRow
from kaibo.commerce.rounds.models import Round
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView, Provenance
from kaibo.eventlog.errors import LogRefuses
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock

CONNECTOR = "rounds"
KINDS = ("figure.reported",)
EARLY_US = 5 * clock.MINUTE_US
LATE_US = 15 * clock.DAY_US
"""Figures settle for days after the show; a round after that belongs to no evening."""
AHEAD_US = 2 * clock.MINUTE_US
LARGEST = 10**15


def feed_of(platform: str) -> FeedView:
    """The local feed through which rounds speak."""
    return eventlog.local_feed(CONNECTOR, platform, kinds=KINDS)


def record(show: ShowView, entry: Entry, *, actor: str) -> EntryAnswer:
    """What became of an entry; sending it again changes nothing and answers the same."""
    refusal = _refusal(show, entry)
    if refusal is not None:
        return EntryAnswer(entry.entry_id, "refused", (), *refusal)
    if Round.objects.filter(show_id=show.show_id, round_id=entry.round_id, withdrawn_us__isnull=False).exists():
        return EntryAnswer(entry.entry_id, "refused", (), _("The round was withdrawn."), _("Type it as a new round."))
    with transaction.atomic():
        row, is_new = _entry_row(show, entry, actor=actor)
    problems = tuple(FigureProblem(**each) for each in row.problems)
    if not row.is_logged and row.stated:
        _state(show, row)
    if not is_new:
        return EntryAnswer(entry.entry_id, "known", problems)
    return EntryAnswer(entry.entry_id, "recorded" if row.stated else "refused", problems)


def withdraw(show: ShowView, round_id: str, *, why: str, actor: str) -> None:
    """Take a whole round back, for one that was typed into the wrong show. Raises NoRound."""
    row = Round.objects.filter(show_id=show.show_id, round_id=round_id, withdrawn_us__isnull=True).first()
    if row is None:
        raise NoRound(_("There is no such round."), round_id=round_id)
    eventlog.retract(ingest_id=_ingest(row), actor=actor, why=why or "round withdrawn")
    with transaction.atomic():
        row.withdrawn_us = clock.now_us()
        row.save(update_fields=["withdrawn_us"])
        eventlog.audit(actor, "round.withdrawn", f"show:{show.show_id}", before=dict(row.values), why=why)


def _refusal(show: ShowView, entry: Entry) -> tuple[str, str] | None:
    """(problem, fix) of an entry that cannot be."""
    now = clock.now_us()
    if not (8 <= len(entry.entry_id) <= 64 and 8 <= len(entry.round_id) <= 64):
        return _("The round has no id."), _("Reload the page.")
    if show.started_at is None:
        return _("The show is not on air."), _("Start it first.")
    if not entry.values:
        return _("The round is empty."), _("Type at least one figure.")
    if entry.as_of_us < show.started_at - EARLY_US or entry.as_of_us > (show.ended_at or now) + LATE_US:
        return _("The round lies outside the show."), _("Check the clock of this device.")
    if entry.as_of_us > now + AHEAD_US:
        return _("The round lies in the future."), _("Check the clock of this device.")
    return None


def _entry_row(show: ShowView, entry: Entry, *, actor: str) -> tuple[EntryRow, bool]:
    """The entry's row, and whether it is new. Must run inside a transaction."""
    now = clock.now_us()
    made, _is_first = Round.objects.get_or_create(
        show_id=show.show_id,
        round_id=entry.round_id,
        defaults={"as_of_us": min(entry.as_of_us, now), "received_us": now, "actor": actor},
    )
    found = Round.objects.select_for_update().get(pk=made.pk)  # two devices correct one round: one after the other
    known = EntryRow.objects.filter(round=found, entry_id=entry.entry_id).first()
    if known is not None:
        return known, False
    stated, problems = checked(found, entry.values)
    stated = {name: value for name, value in stated.items() if found.values.get(name) != value}
    before = {name: found.values[name] for name in stated if name in found.values}
    row = EntryRow.objects.create(
        round=found,
        entry_id=entry.entry_id,
        number=found.entries.count() + 1,
        received_us=now,
        actor=actor,
        stated=stated,
        problems=problems,
    )
    found.values = {**found.values, **stated}
    if before:
        found.corrected_us, found.corrected_by = now, actor
    found.save(update_fields=["values", "corrected_us", "corrected_by"])
    if stated:
        act = "round.corrected" if before else "round.recorded"
        eventlog.audit(actor, act, f"show:{show.show_id}", before=before or None, after=stated)
    return row, True


def checked(found: Round, values: Mapping[str, int]) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """The figures that can be, and what is wrong with the others. Cost: one query."""
    others = list(
        Round.objects.filter(show_id=found.show_id, withdrawn_us__isnull=True)
        .exclude(pk=found.pk)
        .order_by("as_of_us", "id")
    )
    before = [each for each in others if each.as_of_us <= found.as_of_us]
    after = [each for each in others if each.as_of_us > found.as_of_us]
    stated, problems = {}, []
    for name, value in values.items():
        problem = _problem(name, value, before=before, after=after)
        if problem is None:
            stated[name] = value
        else:
            problems.append({"figure": name, "value": value, **problem})
    return stated, problems


def _problem(name: str, value: int, *, before: list[Round], after: list[Round]) -> dict[str, Any] | None:
    kind = FIGURES.get(name)
    if kind is None:
        return {"problem": _("Nobody knows this figure."), "fix": _("Reload the page.")}
    if not 0 <= value <= LARGEST:
        return {"problem": _("This cannot be."), "fix": _("Type the figure again.")}
    if kind.basis != "cumulative":
        return None
    last = next((each for each in reversed(before) if name in each.values), None)
    if last is not None and value < last.values[name]:
        return {
            "problem": _("A cumulative figure never falls."),
            "fix": _("Check it; if the earlier value was wrong, correct that round."),
            "known_value": last.values[name],
            "known_us": last.as_of_us,
        }
    following = next((each for each in after if name in each.values), None)
    if following is not None and value > following.values[name]:
        return {
            "problem": _("A later round has a smaller value."),
            "fix": _("Check it; if the later value was wrong, correct that round."),
            "known_value": following.values[name],
            "known_us": following.as_of_us,
        }
    return None


def _ingest(row: Round) -> str:
    return f"round-{row.round_id}"


def _state(show: ShowView, row: EntryRow) -> None:
    """Hand the figures to the log and remember that they are there."""
    log = eventlog.open_log()
    try:
        told = Provenance(feed_of(show.platform).id, ingest_id=_ingest(row.round))
        receipt = log.append_events(list(events_of_entry(show, row)), provenance=told)
    finally:
        log.close()
    if receipt.rejected:
        raise LogRefuses(f"{receipt.details[0].field}: {receipt.details[0].problem}", fix=receipt.details[0].fix)
    row.is_logged = True
    row.save(update_fields=["is_logged"])


def events_of_entry(show: ShowView, row: EntryRow) -> list[PlatformEvent]:
    """One event per figure. A correction has the same instant and an id that sorts later: the later one stands."""
    return [
        PlatformEvent(
            event_id=f"round:{row.round.round_id}:{name}:{row.number:04d}",
            kind="figure.reported",
            platform=show.platform,
            room_id=show.room_id,
            show_id=show.show_id,
            occurred_at=row.round.as_of_us,
            attrs={"figure": name, "value": value, "basis": FIGURES[name].basis, "origin": "typed"},
        )
        for name, value in row.stated.items()
    ]
