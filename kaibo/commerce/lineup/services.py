"""The rules of the sheet: every act is one transaction, one new version and one audit row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.catalog import api as catalog
from kaibo.commerce.catalog.contracts import Sighting, SkuView
from kaibo.commerce.lineup import stored
from kaibo.commerce.lineup.cells import EMPTY_VALUES, read_cell
from kaibo.commerce.lineup.contracts import FIELDS, Difference, Line, Rules
from kaibo.commerce.lineup.errors import BadLineup, LineupConflict, NothingToUndo
from kaibo.commerce.lineup.models import Lineup, Version
from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env
from kaibo.kit.errors import NotFound
from kaibo.kit.tables.texts import BadCell, clean

MOST_LINES = 1000
TOLD = 60


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell as it was typed."""

    line_id: str
    field: str
    text: str


def thing(show_id: str) -> str:
    """How audit rows name the sheet."""
    return f"lineup:{show_id}"


def currency_of(show_id: str) -> str:
    """The currency of the show's room, the team's where the room is not known."""
    show = shows.show(show_id)
    try:
        return rooms.room(show.platform, show.room_id).currency
    except NotFound:
        return env.read("KAIBO_CURRENCY")


def newest(lineup: Lineup) -> Version | None:
    """The version that counts."""
    return lineup.versions.order_by("-number").first()


def lines_of(version: Version | None) -> tuple[Line, ...]:
    """Lines of a version; a sheet without one is empty."""
    return () if version is None else tuple(stored.unpack(each) for each in version.lines)


def _held(show_id: str) -> tuple[Lineup, Version | None]:
    """The sheet, held until the transaction ends so that two saves follow each other."""
    Lineup.objects.get_or_create(show_id=show_id)
    lineup = Lineup.objects.select_for_update().get(show_id=show_id)
    return lineup, newest(lineup)


@transaction.atomic
def change(
    show_id: str,
    make: Callable[[tuple[Line, ...]], Sequence[Line]],
    *,
    act: str,
    actor: str,
    note: str = "",
    content_of: int | None = None,
    before: int | None = None,
) -> tuple[Version | None, list[Difference]]:
    """A new version with the lines that `make` returns; without a difference nothing is written."""
    currency = currency_of(show_id)
    lineup, current = _held(show_id)
    old = lines_of(current)
    new = tuple(make(old))
    if len(new) > MOST_LINES:
        raise BadLineup(_("More than %(n)s lines.") % {"n": MOST_LINES}, fix=_("Keep the links of this show only."))
    found = stored.differences(old, new, currency=currency)
    if not found:
        return current, []
    number = current.number + 1 if current else 1
    version = Version.objects.create(
        lineup=lineup,
        number=number,
        content_of=number if content_of is None else content_of,
        before=before if before is not None else (current.content_of if current else 0),
        act=act,
        actor=actor,
        at_us=clock.now_us(),
        changed=len(found),
        line_count=len(new),
        note=note[:200],
        lines=[stored.pack(line) for line in new],
    )
    eventlog.audit(actor, f"lineup.{act}", thing(show_id), after=_told(number, found), why=note)
    return version, found


def _told(number: int, found: Sequence[Difference]) -> dict[str, Any]:
    """The differences as an audit row keeps them: the first ones in full, then how many more."""
    rows = [
        {
            "line": each.link_no or each.title or each.line_id,
            "kind": each.kind,
            **{cell.field: [cell.before[:200], cell.after[:200]] for cell in each.changes},
        }
        for each in found[:TOLD]
    ]
    return {"version": number, "changed": len(found), "lines": rows}


def save(
    show_id: str,
    *,
    base: int,
    edits: Iterable[Edit],
    order: Sequence[str] | None,
    removed: Iterable[str],
    actor: str,
) -> tuple[Version | None, list[Difference]]:
    """Cells typed, lines added, removed and moved since version `base`. Raises LineupConflict for a cell that
    somebody else changed meanwhile.
    """
    currency = currency_of(show_id)
    cells, gone = list(edits), set(removed)
    wrong = [each.field for each in cells if each.field not in FIELDS]
    if wrong:
        raise BadLineup(_("There is no column %(name)s.") % {"name": wrong[0]}, field=wrong[0])

    def make(old: tuple[Line, ...]) -> Sequence[Line]:
        _refuse_overwriting(show_id, base, old, cells, currency)
        lines = {line.line_id: line for line in old if line.line_id not in gone}
        for each in cells:
            if each.line_id in gone or not _is_id(each.line_id):
                continue
            line = lines.get(each.line_id) or Line(each.line_id)
            lines[each.line_id] = typed(line, each.field, each.text, currency=currency)
        for line_id in order or ():
            if _is_id(line_id) and line_id not in gone:
                lines.setdefault(line_id, Line(line_id))
        if order is None:
            return list(lines.values())
        place = {line_id: at for at, line_id in enumerate(order)}
        return sorted(lines.values(), key=lambda line: place.get(line.line_id, len(place)))

    version, found = change(show_id, make, act="typed", actor=actor)
    touched = {each.line_id for each in found}
    grow_catalog([line for line in lines_of(version) if line.line_id in touched and line.title], actor=actor)
    return version, found


def _is_id(line_id: str) -> bool:
    return 4 <= len(line_id) <= 32 and line_id.isalnum()


def typed(line: Line, field: str, text: str, *, currency: str) -> Line:
    """The line with one cell as typed; what cannot be read is kept as refused text."""
    refused = {name: kept for name, kept in line.refused.items() if name != field}
    try:
        value = read_cell(field, text, currency=currency)
    except BadCell:
        value = EMPTY_VALUES.get(field, "")
        refused[field] = clean(text)[:400]
    values: dict[str, Any] = {field: value, "refused": refused}
    return replace(line, **values)


def _refuse_overwriting(show_id: str, base: int, now: tuple[Line, ...], cells: Sequence[Edit], currency: str) -> None:
    """Somebody else's cell is not written over unseen."""
    version = Version.objects.filter(lineup__show_id=show_id, number=base).first()
    then = {line.line_id: line for line in lines_of(version)}
    for line in now:
        for each in (cell for cell in cells if cell.line_id == line.line_id):
            seen = then.get(line.line_id)
            theirs = stored.shown(line, each.field, currency=currency)
            mine = stored.shown(typed(line, each.field, each.text, currency=currency), each.field, currency=currency)
            if seen is not None and theirs not in {stored.shown(seen, each.field, currency=currency), mine}:
                raise LineupConflict(
                    _("Somebody changed this cell meanwhile: it now says “%(theirs)s”.") % {"theirs": theirs[:60]},
                    fix=_("Look at it, then type yours again."),
                    line_id=line.line_id,
                    field=each.field,
                    theirs=theirs,
                )


def undo(show_id: str, *, actor: str) -> tuple[Version | None, list[Difference]]:
    """Back to the content before the last act; again goes one further. Raises NothingToUndo."""
    lineup = Lineup.objects.filter(show_id=show_id).first()
    current = newest(lineup) if lineup else None
    if lineup is None or current is None or current.content_of == 0:
        raise NothingToUndo(_("There is nothing to undo."))
    target = lineup.versions.filter(number=current.before).first() if current.before else None
    return change(
        show_id,
        lambda _old: lines_of(target),
        act="undone",
        actor=actor,
        note=str(current.content_of),
        content_of=target.content_of if target else 0,
        before=target.before if target else 0,
    )


def restore(show_id: str, number: int, *, actor: str) -> tuple[Version | None, list[Difference]]:
    """The lines of an earlier version again. Raises BadLineup for a version that does not exist."""
    target = Version.objects.filter(lineup__show_id=show_id, number=number).first()
    if target is None:
        raise BadLineup(_("There is no version %(n)s.") % {"n": number}, field="number")
    return change(show_id, lambda _old: lines_of(target), act="restored", actor=actor, note=str(number))


@transaction.atomic
def set_rules(show_id: str, rules: Rules, *, actor: str) -> Rules:
    """Other limits for the checks of this sheet. Raises BadLineup."""
    if not 0 <= rules.minutes_tolerance_ratio <= 1:
        raise BadLineup(_("The tolerance is a share between 0 and 100 %."), field="minutes_tolerance_ratio")
    if rules.giveaway_loss_minor is not None and rules.giveaway_loss_minor < 0:
        raise BadLineup(_("An amount cannot be negative."), field="giveaway_loss_minor")
    lineup, _current = _held(show_id)
    new = {
        "core_sizes": [size.strip().upper()[:12] for size in rules.core_sizes if size.strip()][:12],
        "giveaway_loss_minor": rules.giveaway_loss_minor,
        "minutes_tolerance_ratio": rules.minutes_tolerance_ratio,
    }
    if new != lineup.rules:
        eventlog.audit(actor, "lineup.rules_set", thing(show_id), before=lineup.rules or None, after=new)
        lineup.rules = new
        lineup.save(update_fields=["rules"])
    return stored.unpack_rules(new)


def grow_catalog(lines: Iterable[Line], *, actor: str) -> int:
    """What lines with a style number state about products; refused cells state nothing."""
    sightings = [
        Sighting(
            style_no=line.style_no,
            title=line.title,
            skus=tuple(SkuView(each.colour, each.size) for each in line.stock if each.colour or each.size),
            list_price_minor=line.list_price_minor,
            floor_price_minor=line.floor_price_minor,
            cost_minor=line.cost_minor,
            selling_points=line.points,
        )
        for line in lines
        if line.style_no
    ]
    return catalog.remember(sightings, actor=actor) if sightings else 0


def merged(old: Sequence[Line], new: Sequence[Line], *, mode: str) -> list[Line]:
    """Lines of a file beside those of the sheet: replace, append, or update what the file states.

    Shape: a line is known again by its link number, else by its style number, and keeps its id.
    """
    if mode == "append":
        return [*old, *new]
    free = list(old)
    matched: list[tuple[Line, Line | None]] = []
    for line in new:
        twin = next((each for each in free if _is_same(each, line)), None)
        if twin is not None:
            free.remove(twin)
        matched.append((line, twin))
    if mode == "replace":
        return [replace(line, line_id=twin.line_id) if twin else line for line, twin in matched]
    updates = {twin.line_id: line for line, twin in matched if twin}
    kept = [_updated(line, updates[line.line_id]) if line.line_id in updates else line for line in old]
    return kept + [line for line, twin in matched if twin is None]


def _is_same(one: Line, other: Line) -> bool:
    if one.style_no and other.style_no:
        return one.style_no == other.style_no and (one.link_no == other.link_no or not (one.link_no and other.link_no))
    return bool(one.link_no) and one.link_no == other.link_no


def _updated(line: Line, news: Line) -> Line:
    said: Mapping[str, Any] = {
        name: getattr(news, name) for name in FIELDS if getattr(news, name) not in ("", None, ())
    }
    refused = {**{name: text for name, text in line.refused.items() if name not in said}, **news.refused}
    return replace(line, **said, refused=refused)
