"""The reads of the lineup module."""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from kaibo.commerce.lineup import services, stored
from kaibo.commerce.lineup.contracts import Line, LineupView, VersionView
from kaibo.commerce.lineup.errors import BadLineup
from kaibo.commerce.lineup.models import Lineup, Version


def lineup(show_id: str) -> LineupView:
    """The newest version. Cost: two queries."""
    row = Lineup.objects.filter(show_id=show_id).first()
    if row is None:
        return LineupView(show_id, 0)
    version = services.newest(row)
    return LineupView(
        show_id,
        version.number if version else 0,
        services.lines_of(version),
        stored.unpack_rules(row.rules),
        row.published_version,
        row.published_at,
        can_undo=version is not None and version.content_of > 0,
    )


def lines_at(show_id: str, number: int) -> tuple[Line, ...]:
    """Lines of one version. Cost: one query."""
    if number == 0:
        return ()
    version = Version.objects.filter(lineup__show_id=show_id, number=number).first()
    if version is None:
        raise BadLineup(_("There is no version %(n)s.") % {"n": number}, field="number")
    return services.lines_of(version)


def versions(show_id: str, *, limit: int) -> list[VersionView]:
    """Versions without their lines, the latest first. Cost: one query."""
    rows = Version.objects.filter(lineup__show_id=show_id).order_by("-number").defer("lines")[:limit]
    return [VersionView(row.number, row.act, row.actor, row.at_us, row.changed, row.note) for row in rows]


def sizes() -> dict[str, int]:
    """Lines of the newest version by show, shows without lines left out. Cost: one query."""
    last = Version.objects.filter(lineup=OuterRef("lineup")).order_by("-number").values("number")[:1]
    rows = Version.objects.filter(number=Subquery(last), line_count__gt=0)
    return dict(rows.values_list("lineup__show_id", "line_count"))
