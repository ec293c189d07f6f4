"""Bringing a file, pasted text or an earlier show's sheet into a lineup; what headings mean is remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.lineup import columns, drafts, grids, services
from kaibo.commerce.lineup.contracts import Difference, Draft, Line
from kaibo.commerce.lineup.errors import BadLineup
from kaibo.commerce.lineup.models import KnownColumn, Lineup, Version
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.kit.tables.texts import header_key

MODES = ("replace", "update", "append")


def remembered() -> dict[str, str]:
    """Heading key -> field, as people of the team explained it. Cost: one query."""
    return dict(KnownColumn.objects.values_list("header_key", "field"))


def read(
    show_id: str, *, text: str = "", data: bytes | None = None, name: str = "", chosen: Mapping[int, str] | None = None
) -> Draft:
    """What the sheet would bring; nothing is written. Raises BadFile, BadLineup."""
    for field in (chosen or {}).values():
        if field and field not in columns.TARGETS and not field.startswith("size:"):
            raise BadLineup(_("There is no column %(name)s.") % {"name": field}, field=field)
    found = grids.grids_of(data, name=name) if data is not None else grids.grids_of_text(text)
    return drafts.read_grids(found, remembered=remembered(), chosen=chosen, currency=services.currency_of(show_id))


@transaction.atomic
def take(
    show_id: str, draft: Draft, *, mode: str, act: str, note: str, actor: str
) -> tuple[Version | None, list[Difference]]:
    """Write a draft into the sheet and remember what its headings mean."""
    if mode not in MODES:
        raise BadLineup(_("Replace, update or append?"), field="mode")
    if not draft.lines:
        raise BadLineup(_("No line was found below the headings."), fix=_("Check which column is which."))
    remember_columns(draft, actor=actor)
    outcome = services.change(
        show_id, lambda old: services.merged(old, draft.lines, mode=mode), act=act, actor=actor, note=note
    )
    services.grow_catalog(draft.lines, actor=actor)
    return outcome


def remember_columns(draft: Draft, *, actor: str) -> int:
    """Guessed and chosen headings count as known from now on; how many are new."""
    known = remembered()
    count = 0
    for column in draft.columns:
        key = header_key(column.header)
        is_told = column.certainty == "chosen" or (column.certainty == "guessed" and column.field)
        if not key or not is_told or known.get(key) == column.field or column.field.startswith("size:"):
            continue
        KnownColumn.objects.update_or_create(
            header_key=key,
            defaults={
                "header": column.header[:120],
                "field": column.field,
                "actor": actor,
                "at_us": clock.now_us(),
            },
        )
        before = {"field": known[key]} if key in known else None
        eventlog.audit(actor, "lineup.column_learned", f"column:{column.header}", before=before, after=column.field)
        count += 1
    return count


def copy(show_id: str, *, source_show: str, with_stock: bool, actor: str) -> tuple[Version | None, list[Difference]]:
    """The lines of another show's sheet instead of this one's. Raises BadLineup when it has none."""
    lineup = Lineup.objects.filter(show_id=source_show).first()
    lines = services.lines_of(services.newest(lineup) if lineup else None)
    if not lines:
        raise BadLineup(_("That show has no lineup."), field="source_show")
    return services.change(
        show_id,
        lambda old: services.merged(old, copied(lines, with_stock=with_stock), mode="replace"),
        act="copied",
        actor=actor,
        note=source_show,
    )


def copied(lines: Sequence[Line], *, with_stock: bool) -> list[Line]:
    """The lines with ids of their own; stock and who holds the sample belong to their night."""
    fresh = [replace(line, line_id=drafts.new_id(), sample_holder="") for line in lines]
    return fresh if with_stock else [replace(line, stock=(), cap=None) for line in fresh]
