"""The desk's checklist before air: a template per room, ticked per show by somebody at some time."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kaibo.commerce.registers.contracts import ChecklistView, PointView
from kaibo.commerce.registers.errors import BadEntry, NoEntry
from kaibo.commerce.registers.models import Template, Tick
from kaibo.commerce.registers.telling import plain
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

BEFORE_US = 30 * clock.MINUTE_US
STATES = ("open", "fine", "wrong")
MOST_POINTS = 40
LONGEST = 200
PRICES = "prices"
"""The point that fills itself where a feed lists the offers: sheet against what the platform shows."""
DEFAULT = (
    ("links", gettext_lazy("Links in the order of the sheet")),
    (PRICES, gettext_lazy("Prices as in the sheet")),
    ("stock", gettext_lazy("Stock as in the sheet, core sizes there")),
    ("coupons", gettext_lazy("Coupons set and shown")),
    ("insurance", gettext_lazy("Shipping insurance on")),
    ("bags", gettext_lazy("Lucky bags prepared: prize, number, slogan")),
    ("ads", gettext_lazy("Ad plans ready, balance lasts the evening")),
    ("cards", gettext_lazy("Host cards printed or on the prompt")),
    ("phone", gettext_lazy("Spare phone charged, logged in, on another network")),
)
"""Source: what desks go through half an hour before air."""


def template(platform: str, room_id: str) -> list[tuple[str, str]]:
    """(point id, text) of a room; the default list where nobody changed it. Cost: one query."""
    row = Template.objects.filter(platform=platform, room_id=room_id).first()
    if row is None:
        return [(point_id, str(text)) for point_id, text in DEFAULT]
    known = {point_id: str(text) for point_id, text in DEFAULT}
    return [(point_id, text or known.get(point_id, point_id)) for point_id, text in row.points]


def save_template(platform: str, room_id: str, texts: Sequence[tuple[str, str]], *, actor: str) -> None:
    """Other points for every show of a room. An empty id is a new point. Raises BadEntry."""
    points: list[list[str]] = []
    known = {point_id: str(text) for point_id, text in DEFAULT}
    for number, (point_id, text) in enumerate(texts):
        said = text.replace("\x00", "").strip()
        if not said:
            continue
        if len(said) > LONGEST:
            raise BadEntry(
                _("A point is longer than %(n)s characters.") % {"n": LONGEST}, fix=_("Shorten it."), field="text"
            )
        is_default = known.get(point_id) == said  # kept without its text, so that it speaks the reader's language
        points.append([point_id[:64] or f"own-{clock.now_us()}-{number}", "" if is_default else said])
    if not 1 <= len(points) <= MOST_POINTS or len({each[0] for each in points}) != len(points):
        raise BadEntry(_("1 to %(n)s points.") % {"n": MOST_POINTS}, fix=_("Write one point a line."), field="text")
    with transaction.atomic():
        before = template(platform, room_id)
        Template.objects.update_or_create(platform=platform, room_id=room_id, defaults={"points": points})
        eventlog.audit(
            actor,
            "checklist.changed",
            f"room:{platform}/{room_id}",
            before=[text for _id, text in before],
            after=[text for _id, text in template(platform, room_id)],
        )


def tick(show: ShowView, point_id: str, state: str, *, note: str = "", actor: str) -> ChecklistView:
    """Say that a point is fine, wrong or open again. Raises NoEntry, BadEntry."""
    texts = dict(template(show.platform, show.room_id))
    if point_id not in texts:
        raise NoEntry(_("There is no such point."), fix=_("Reload the page."), point_id=point_id)
    if state not in STATES:
        raise BadEntry(_("Fine, wrong or open."), fix=_("Choose one."), field="state")
    if state == "wrong" and not note.strip():
        raise BadEntry(_("What is wrong?"), fix=_("Write it beside the point."), field="note")
    with transaction.atomic():
        row = Tick.objects.select_for_update().filter(show_id=show.show_id, point_id=point_id).first()
        before = None if row is None else {"state": row.state, "note": row.note}
        values = {"state": state, "note": plain(note, 300)}
        if before != values:
            Tick.objects.update_or_create(
                show_id=show.show_id,
                point_id=point_id,
                defaults={**values, "text": texts[point_id], "actor": actor, "at_us": clock.now_us()},
            )
            eventlog.audit(
                actor,
                "checklist.ticked",
                f"show:{show.show_id}",
                before=before,
                after={"point": texts[point_id], **values},
            )
    return checklist(show)


def checklist(show: ShowView) -> ChecklistView:
    """The checklist of a show as it stands. Cost: two queries."""
    ticks = {row.point_id: row for row in Tick.objects.filter(show_id=show.show_id)}
    points = []
    for point_id, text in template(show.platform, show.room_id):
        row = ticks.get(point_id)
        points.append(
            PointView(point_id, text)
            if row is None
            else PointView(point_id, text, row.state, row.note, row.actor, row.at_us)
        )
    counts = {state: sum(1 for each in points if each.state == state) for state in STATES}
    begins = show.planned_at if show.planned_at is not None else show.started_at
    return ChecklistView(show.show_id, tuple(points), None if begins is None else begins - BEFORE_US, counts)
