"""Who did what, when and why."""

import json

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import AuditEntry
from kaibo.kit import clock
from kaibo.kit.money import to_decimal
from kaibo.metrics.words import SETTING_WORDS
from kaibo.web import actors, export, feedwords, words
from kaibo.web.pages import tools

SHOWN = 200
LOOKED = 2000
"""So many rows are counted on the page, and so many are the choices of its filters taken from."""
EXPORTED = 100_000


@tools.page("audit.see")
def audit_page(request: HttpRequest) -> HttpResponseBase:
    """The newest acts, filtered by person, act and thing; exportable."""
    form = request.GET.get("export", "")
    asked = {name: request.GET.get(name) or None for name in ("thing", "act", "actor")}
    entries = eventlog.audit_entries(**asked, limit=EXPORTED if form in export.FORMATS else LOOKED)
    recent = eventlog.audit_entries(limit=LOOKED) if any(asked.values()) else entries
    acts = sorted({entry.act for entry in (*recent, *entries)})
    names = actors.names_of({entry.actor for entry in (*recent, *entries)})
    if form in export.FORMATS:
        return _export(entries, names, form)
    context = {
        "entries": [_line(entry, names) for entry in entries[:SHOWN]],
        "count": len(entries),
        "shown": SHOWN,
        "acts": [{"id": act, "name": words.act_name(act)} for act in acts],
        "actors": sorted(names.items(), key=lambda pair: pair[1]),
        "is_filtered": any(request.GET.get(name) for name in ("act", "actor", "thing")),
    }
    return render(request, "kaibo/audit.html", context)


def _line(entry: AuditEntry, names: dict[str, str]) -> dict[str, object]:
    return {
        "at_us": entry.at_us,
        "actor": names.get(entry.actor, entry.actor),
        "act": words.act_name(entry.act),
        "thing": entry.thing,
        "before": shown(entry.before),
        "after": shown(entry.after),
        "why": entry.why,
    }


FIELDS = {
    "title": gettext_lazy("Title"),
    "name": pgettext_lazy("thing", "Name"),
    "note": gettext_lazy("Note"),
    "username": gettext_lazy("User name"),
    "role": gettext_lazy("Role"),
    "rooms": pgettext_lazy("menu", "Rooms"),
    "platform": gettext_lazy("Platform"),
    "connector": gettext_lazy("Connector"),
    "currency": gettext_lazy("Currency"),
    "kinds": gettext_lazy("Kinds it can report"),
    "targets": gettext_lazy("Targets"),
    "begins_at": gettext_lazy("Begins"),
    "into": gettext_lazy("Into"),
    "events": gettext_lazy("Events"),
    "accepted": gettext_lazy("Accepted"),
    "file": gettext_lazy("File"),
    "shows": pgettext_lazy("menu", "Shows"),
    "list_price_minor": pgettext_lazy("audit", "List price"),
    "live_price_minor": pgettext_lazy("audit", "Live price"),
    "cost_minor": pgettext_lazy("audit", "Cost"),
    "selling_points": pgettext_lazy("audit", "Selling points"),
    "skus": pgettext_lazy("audit", "SKUs"),
    "link_no": pgettext_lazy("audit", "Link"),
    "host_id": pgettext_lazy("audit", "Host"),
    "text": pgettext_lazy("audit", "Text"),
    "at": pgettext_lazy("audit", "At"),
    "state": pgettext_lazy("audit", "State"),
    "version": pgettext_lazy("audit", "Version"),
    "is_enabled": pgettext_lazy("audit", "Switched on"),
    "days": pgettext_lazy("audit", "Days"),
    "cases": pgettext_lazy("audit", "Cases"),
    "link": pgettext_lazy("audit", "Number of the link"),
    "whole": pgettext_lazy("audit", "With inner content"),
    "what": pgettext_lazy("audit", "What"),
    "warned": pgettext_lazy("audit", "Doubtful"),
    "red": pgettext_lazy("audit", "Refused"),
    "texts": pgettext_lazy("audit", "Texts"),
    "value": pgettext_lazy("audit", "Value"),
    "topic": pgettext_lazy("audit", "Topic"),
    "to": pgettext_lazy("audit", "To"),
    "result": pgettext_lazy("audit", "Result"),
    "point": pgettext_lazy("audit", "Point"),
    "plan": pgettext_lazy("audit", "Plan"),
    "person": pgettext_lazy("audit", "Person"),
    "orders": pgettext_lazy("audit", "Orders"),
    "on": pgettext_lazy("audit", "In force from"),
    "lines": pgettext_lazy("audit", "Lines"),
    "left": pgettext_lazy("audit", "Left"),
    "kind": pgettext_lazy("audit", "Kind"),
    "from": pgettext_lazy("audit", "From"),
    "form": pgettext_lazy("audit", "Form"),
    "duty": pgettext_lazy("audit", "Duty"),
    "count": pgettext_lazy("audit", "Number"),
    "author": pgettext_lazy("audit", "Account"),
    "answer": pgettext_lazy("audit", "Answer"),
    "level": pgettext_lazy("audit", "Level"),
    "concern": pgettext_lazy("audit", "Topic"),
    "links": pgettext_lazy("audit", "Links"),
    "show": pgettext_lazy("audit", "Show"),
    "names": pgettext_lazy("audit", "Settings"),
    "code": pgettext_lazy("audit", "Code"),
}
"""Fields of audit rows in words; one that is not here stands as it was written."""


def shown(state: object, field: str = "") -> str:
    """A small JSON value as one line for people: `Title: Evening · Overall ROI: 4.6`."""
    if state is None or state == "":
        return ""
    if isinstance(state, dict):
        lines = (f"{_field(name)}{_(': ')}{shown(value, name) or '—'}" for name, value in state.items())
        return " · ".join(lines) or "—"
    if isinstance(state, list) and all(isinstance(each, str) for each in state):
        return ", ".join(state)
    if isinstance(state, bool):
        return _("yes") if state else _("no")
    if isinstance(state, int | float):
        return _number(state, field)
    if not isinstance(state, str):
        return json.dumps(state, ensure_ascii=False, default=str)
    names = {"role": words.role_name, "platform": words.platform_name, "connector": feedwords.connector_name}
    if (field, state) == ("rooms", "all"):
        return _("all rooms")
    return names.get(field, str)(state)


def _field(name: str) -> str:
    if name in SETTING_WORDS:
        return SETTING_WORDS[name][0 if words.is_chinese() else 1]
    return str(FIELDS.get(name) or words.TARGETS.get(name) or name)


def _number(number: float, field: str) -> str:
    """Money in whole units, shares in percent; a bare amount names no currency, so none is shown."""
    if field.endswith("_minor"):
        return f"{to_decimal(round(number)):,.2f}"
    return f"{number * 100:g}%" if field.endswith("_ratio") else f"{number:,g}" if number < 1e6 else f"{number:,}"


def _export(entries: list[AuditEntry], names: dict[str, str], form: str) -> HttpResponseBase:
    columns = [_("Time"), _("Who"), _("Did what"), _("To what"), _("Before"), _("After"), _("Why")]
    rows = [
        [
            clock.iso(entry.at_us),
            names.get(entry.actor, entry.actor),
            words.act_name(entry.act),
            entry.thing,
            shown(entry.before),
            shown(entry.after),
            entry.why,
        ]
        for entry in entries
    ]
    return export.answer("audit", columns, rows, form)
