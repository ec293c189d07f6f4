"""The form of a room: its figures, its pace, its template."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.rounds import queries, texts
from kaibo.commerce.rounds.contracts import FIGURES, MOST_FIGURES, RoundForm
from kaibo.commerce.rounds.errors import BadForm
from kaibo.commerce.rounds.models import Form
from kaibo.eventlog import api as eventlog

LONGEST_TEMPLATE = 2000
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 240


def save(platform: str, room_id: str, form: RoundForm, *, actor: str) -> RoundForm:
    """Keep another form. Raises BadForm with the field."""
    _check_figures(form.figures)
    if not SHORTEST_MINUTES <= form.every_minutes <= LONGEST_MINUTES:
        told = {"low": SHORTEST_MINUTES, "high": LONGEST_MINUTES}
        raise BadForm(_("A round every %(low)s to %(high)s minutes.") % told, fix=_("Write 30."), field="every_minutes")
    if len(form.template) > LONGEST_TEMPLATE:
        raise BadForm(
            _("The text is longer than %(n)s characters.") % {"n": LONGEST_TEMPLATE},
            fix=_("Shorten it."),
            field="template",
        )
    strange = texts.strange_places(form.template)
    if strange:
        raise BadForm(
            _("Nobody knows {%(name)s}.") % {"name": strange[0]},
            fix=_("Use one of the places listed beside the text."),
            field="template",
        )
    with transaction.atomic():
        before = queries.form(platform, room_id)
        Form.objects.update_or_create(
            platform=platform,
            room_id=room_id,
            defaults={
                "figures": list(form.figures),
                "every_minutes": form.every_minutes,
                "template": form.template.strip(),
                "bots": list(form.bots),
            },
        )
        eventlog.audit(
            actor, "round.form_changed", f"room:{platform}/{room_id}", before=_told(before), after=_told(form)
        )
    return queries.form(platform, room_id)


def _check_figures(figures: Sequence[str]) -> None:
    if not 1 <= len(figures) <= MOST_FIGURES:
        raise BadForm(
            _("A round has 1 to %(n)s figures.") % {"n": MOST_FIGURES}, fix=_("Choose fewer."), field="figures"
        )
    if len(set(figures)) != len(figures) or any(name not in FIGURES for name in figures):
        raise BadForm(_("A figure stands twice, or nobody knows it."), fix=_("Choose again."), field="figures")


def _told(form: RoundForm) -> dict[str, object]:
    return {
        "figures": list(form.figures),
        "every_minutes": form.every_minutes,
        "template": form.template,
        "bots": list(form.bots),
    }
