"""The rules of the shows module: every act is one transaction and leaves an audit row."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import queries
from kaibo.commerce.shows.contracts import TARGETS, ShowStatus
from kaibo.commerce.shows.errors import BadShow, ShowConflict, ShowNotFound
from kaibo.commerce.shows.models import Show
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import RoomWindow
from kaibo.kit import clock, env

ADOPTER = "system:shows"


def get(show_id: str) -> Show:
    """The row; a show that arrived as an event is adopted. Raises ShowNotFound."""
    row = Show.objects.filter(show_id=show_id).first()
    if row is None and eventlog.windows(show_id=show_id):
        adopt()
        row = Show.objects.filter(show_id=show_id).first()
    if row is None:
        raise ShowNotFound(_("There is no such show."), show_id=show_id)
    return row


def status(row: Show, *, now_us: int) -> ShowStatus:
    """Where the show stands now."""
    return queries.status_of(queries.windows_by_show(row.show_id).get(row.show_id), now_us=now_us)


@transaction.atomic
def create(
    platform: str,
    room_id: str,
    *,
    title: str,
    planned_at: int | None,
    planned_end_at: int | None,
    targets: Mapping[str, float],
    actor: str,
) -> Show:
    """A show that begins now (no plan) or at the planned time; its room window opens with it."""
    if planned_at is not None and planned_end_at is not None and planned_end_at <= planned_at:
        raise BadShow(_("The show would end before it begins."), fix=_("Give a later end."), field="planned_end_at")
    now = clock.now_us()
    begins_at = now if planned_at is None else planned_at
    room = rooms.ensure_room(platform, room_id, actor=actor)
    row = Show.objects.create(
        show_id=_new_id(platform, room_id, begins_at),
        platform=platform,
        room_id=room_id,
        title=title.strip() or _title(room.title, begins_at),
        planned_at=planned_at,
        planned_end_at=planned_end_at,
        targets=_checked(targets),
        created_by=actor,
    )
    _open(row, from_us=begins_at, to_us=None, actor=actor)
    after = {"title": row.title, "begins_at": clock.iso(begins_at), "targets": row.targets}
    eventlog.audit(actor, "show.created", thing_of(row), after=after)
    return row


@transaction.atomic
def ensure(
    show_id: str,
    *,
    platform: str,
    room_id: str,
    title: str | None,
    started_at: int | None,
    ended_at: int | None,
    actor: str,
) -> Show:
    """The show with this id, made when new; a window that is missing is opened."""
    row = Show.objects.filter(show_id=show_id).first()
    if row is not None and (row.platform, row.room_id) != (platform, room_id):
        raise ShowConflict(_("This show id belongs to another room."), fix=_("Use another show id."), show_id=show_id)
    if row is None:
        room = rooms.ensure_room(platform, room_id, actor=actor)
        begins_at = clock.now_us() if started_at is None else started_at
        row = Show.objects.create(
            show_id=show_id,
            platform=platform,
            room_id=room_id,
            title=(title or "").strip() or _title(room.title, begins_at),
            created_by=actor,
        )
        eventlog.audit(actor, "show.created", thing_of(row), after={"title": row.title})
    if started_at is not None and not eventlog.windows(show_id=show_id):
        _open(row, from_us=started_at, to_us=ended_at, actor=actor)
    return row


def adopt() -> list[Show]:
    """Rows for shows that are known only from their windows (they arrived as show.started).

    Cost: two queries and no transaction while there is nothing to adopt: the server asks every second.
    """
    spans = queries.windows_by_show()
    known = set(Show.objects.filter(show_id__in=list(spans)).values_list("show_id", flat=True))
    made = [_adopted(show_id, window) for show_id, window in spans.items() if show_id not in known]
    return [row for row in made if row is not None]


@transaction.atomic
def _adopted(show_id: str, window: RoomWindow) -> Show | None:
    room = rooms.ensure_room(window.platform, window.room_id, actor=ADOPTER)
    about = {
        "platform": window.platform,
        "room_id": window.room_id,
        "title": _title(room.title, window.from_us),
        "created_by": ADOPTER,
    }
    row, is_new = Show.objects.get_or_create(show_id=show_id, defaults=about)
    if not is_new:
        return None  # another process was faster
    eventlog.audit(ADOPTER, "show.adopted", thing_of(row), after={"title": row.title})
    return row


@transaction.atomic
def rename(show_id: str, title: str, *, actor: str) -> Show:
    """Another title."""
    row = get(show_id)
    new = title.strip()
    if not new or len(new) > 200:
        raise BadShow(_("A title has 1 to 200 characters."), field="title")
    if new != row.title:
        eventlog.audit(actor, "show.renamed", thing_of(row), before=row.title, after=new)
        row.title = new
        row.save(update_fields=["title"])
    return row


@transaction.atomic
def start(show_id: str, *, actor: str, at_us: int | None) -> Show:
    """Go on air now instead of at the planned time."""
    row = get(show_id)
    now = clock.now_us()
    _refuse_hidden(row)
    if status(row, now_us=now) is not ShowStatus.PLANNED:
        raise ShowConflict(_("The show has already begun."), show_id=show_id)
    from_us = now if at_us is None else at_us
    _open(row, from_us=from_us, to_us=None, actor=actor)
    eventlog.audit(actor, "show.started", thing_of(row), after=clock.iso(from_us))
    return row


@transaction.atomic
def end(show_id: str, *, actor: str, at_us: int | None, why: str) -> Show:
    """Close the room window: later events of the room belong to no show, or to the next."""
    row = get(show_id)
    now = clock.now_us()
    state = status(row, now_us=now)
    if state is ShowStatus.PLANNED:
        raise ShowConflict(_("The show has not begun."), fix=_("Delete it if it is not needed."), show_id=show_id)
    if state is ShowStatus.ENDED:
        raise ShowConflict(_("The show has already ended."), show_id=show_id)
    to_us = now if at_us is None else at_us
    for window in eventlog.windows(show_id=show_id):
        if window.to_us is None or window.to_us > to_us:
            ends_at = max(to_us, window.from_us + 1)
            eventlog.open_window(window.platform, window.room_id, show_id, from_us=window.from_us, to_us=ends_at)
    eventlog.audit(actor, "show.ended", thing_of(row), before="on_air", after=clock.iso(to_us), why=why)
    return row


@transaction.atomic
def set_targets(show_id: str, targets: Mapping[str, float | None], *, actor: str) -> Show:
    """Change the named targets; None takes one away, the others stay."""
    row = get(show_id)
    merged = {**row.targets, **{name: value for name, value in targets.items() if value is not None}}
    for name, value in targets.items():
        if value is None:
            merged.pop(name, None)
    new = _checked(merged)
    if new != row.targets:
        eventlog.audit(actor, "show.targets_set", thing_of(row), before=row.targets, after=new)
        row.targets = new
        row.save(update_fields=["targets"])
    return row


@transaction.atomic
def delete(show_id: str, *, actor: str, why: str) -> Show:
    """Hide the show; its events and numbers stay and `restore` brings it back."""
    row = get(show_id)
    _refuse_hidden(row)
    now = clock.now_us()
    state = status(row, now_us=now)
    if state is ShowStatus.ON_AIR:
        raise ShowConflict(_("The show is on air."), fix=_("End it first, then delete it."), show_id=show_id)
    if state is ShowStatus.PLANNED:
        # a plan that stays open would catch the room's events for a show nobody sees
        eventlog.drop_window(show_id)
    row.deleted_at = now
    row.save(update_fields=["deleted_at"])
    eventlog.audit(actor, "show.deleted", thing_of(row), before=state.value, after="deleted", why=why)
    return row


def restore(show_id: str, *, actor: str) -> Show:
    """Undo a deletion or a merge."""
    row = get(show_id)
    if row.merged_into:
        return _unmerge(row, actor=actor)
    return row if row.deleted_at is None else _show_again(row, actor=actor)


@transaction.atomic
def _show_again(row: Show, *, actor: str) -> Show:
    if row.planned_at is not None and row.planned_at > clock.now_us():
        _open(row, from_us=row.planned_at, to_us=None, actor=actor)
    row.deleted_at = None
    row.save(update_fields=["deleted_at"])
    eventlog.audit(actor, "show.restored", thing_of(row), before="deleted", after="visible")
    return row


def merge(show_id: str, *, into: str, actor: str, why: str) -> Show:
    """Give every event of one show to another of the same room, and hide the empty one.

    Not one transaction: moving events appends to the log, perhaps in another process, which needs the records
    itself. Moving is repeatable, so a crash in between is healed by merging again.
    """
    row, target = get(show_id), get(into)
    if row.pk == target.pk:
        raise ShowConflict(_("A show cannot be merged into itself."), show_id=show_id)
    if (row.platform, row.room_id) != (target.platform, target.room_id):
        raise ShowConflict(_("Only shows of one room can be merged."), show_id=show_id, into=into)
    _refuse_hidden(row)
    _refuse_hidden(target)
    if status(row, now_us=clock.now_us()) is ShowStatus.ON_AIR:
        raise ShowConflict(_("The show is on air."), fix=_("End it first, then merge it."), show_id=show_id)
    if not row.merge_undo:  # else an attempt before this one was cut off: its windows are the true ones
        before = [*eventlog.windows(show_id=show_id), *eventlog.windows(show_id=into)]
        row.merge_undo = {"into": into, "since_us": clock.now_us(), "windows": [asdict(window) for window in before]}
        row.save(update_fields=["merge_undo"])
    moved = eventlog.rebind(show_id, into=into, actor=actor, why=why)
    with transaction.atomic():
        row.deleted_at = clock.now_us()
        row.merged_into = into
        row.save(update_fields=["deleted_at", "merged_into"])
        eventlog.audit(actor, "show.merged", thing_of(row), after={"into": into, "events": moved}, why=why)
    return target


def _unmerge(row: Show, *, actor: str) -> Show:
    """Give the events back that the merge moved. Repeatable, like the merge: a crash in between is healed by again."""
    into, known = row.merged_into, row.merge_undo
    if not known:
        raise ShowConflict(
            _("The show was merged; its events now belong to the other one."), show_id=row.show_id, into=into
        )
    target = Show.objects.filter(show_id=into).first()
    if target is not None and target.merged_into:
        raise ShowConflict(_("The other show was merged as well."), fix=_("Undo that merge first."), show_id=into)
    windows = [RoomWindow(**one) for one in known["windows"]]
    _refuse_taken(windows, {row.show_id, into})
    moved = eventlog.unbind(row.show_id, out_of=into, since_us=known["since_us"], windows=windows, actor=actor)
    with transaction.atomic():
        row.deleted_at, row.merged_into, row.merge_undo = None, "", {}
        row.save(update_fields=["deleted_at", "merged_into", "merge_undo"])
        eventlog.audit(actor, "show.unmerged", thing_of(row), before={"into": into}, after={"events": moved})
    return row


def _refuse_taken(wanted: Sequence[RoomWindow], own: Collection[str]) -> None:
    """Raises ShowConflict when a third show has taken the time meanwhile."""
    for other in eventlog.windows():
        for one in wanted:
            is_there = (other.platform, other.room_id) == (one.platform, one.room_id) and other.show_id not in own
            is_then = other.from_us < (one.to_us or 2**62) and one.from_us < (other.to_us or 2**62)
            if is_there and is_then:
                title = Show.objects.filter(show_id=other.show_id).values_list("title", flat=True).first()
                raise ShowConflict(
                    _("At that time the room is in “%(show)s”.") % {"show": title or other.show_id},
                    show_id=other.show_id,
                )


def _open(row: Show, *, from_us: int, to_us: int | None, actor: str) -> None:
    """Open the show's window between its neighbours in the room.

    A room is in one show at a time: an open end reaches to the next planned show, and the open end of a show
    before is cut at this beginning. Raises ShowConflict when another show has fixed that time for itself.
    """
    others = [
        window
        for window in eventlog.windows()
        if (window.platform, window.room_id) == (row.platform, row.room_id) and window.show_id != row.show_id
    ]
    if to_us is None:
        to_us = min((window.from_us for window in others if window.from_us > from_us), default=None)
    for window in others:
        is_before = window.from_us < from_us
        if window.to_us is None and is_before and from_us > clock.now_us():
            eventlog.open_window(window.platform, window.room_id, window.show_id, from_us=window.from_us, to_us=from_us)
            thing = f"show:{window.show_id}"
            eventlog.audit(actor, "show.end_set", thing, after=clock.iso(from_us), why=f"next: {row.title}")
        elif (window.to_us is None or window.to_us > from_us) and (to_us is None or window.from_us < to_us):
            title = Show.objects.filter(show_id=window.show_id).values_list("title", flat=True).first()
            raise ShowConflict(
                _("At that time the room is in “%(show)s”.") % {"show": title or window.show_id},
                fix=_("End that show first, or choose another time."),
                show_id=window.show_id,
            )
    eventlog.open_window(row.platform, row.room_id, row.show_id, from_us=from_us, to_us=to_us)


def thing_of(row: Show) -> str:
    """How audit rows name a show."""
    return f"show:{row.show_id}"


def _refuse_hidden(row: Show) -> None:
    if row.deleted_at is not None:
        raise ShowConflict(_("The show is deleted."), fix=_("Restore it first."), show_id=row.show_id)


def _checked(targets: Mapping[str, float]) -> dict[str, float]:
    for name, value in targets.items():
        if name not in TARGETS:
            raise BadShow(_("Unknown target."), fix=", ".join(TARGETS), field=name)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise BadShow(_("A target is a number above zero."), fix=_("Leave it empty for no target."), field=name)
    return {name: targets[name] if name == "roas" else round(targets[name]) for name in TARGETS if name in targets}


def _title(room_title: str, begins_at: int) -> str:
    local = clock.to_datetime(begins_at).astimezone(env.zone())
    return f"{room_title} {local:%m-%d %H:%M}"


def _new_id(platform: str, room_id: str, begins_at: int) -> str:
    local = clock.to_datetime(begins_at).astimezone(env.zone())
    return f"{platform}-{room_id}-{local:%Y%m%d-%H%M}-{secrets.token_hex(2)}"
