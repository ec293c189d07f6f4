"""Who did what, when and why."""

import json

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from kaibo.commerce.team import api as team
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import AuditEntry
from kaibo.kit import clock
from kaibo.web import export, words
from kaibo.web.pages import tools

SHOWN = 200
EXPORTED = 100_000


@tools.page("audit.see")
def audit_page(request: HttpRequest) -> HttpResponseBase:
    """The newest acts, filtered by person, act and thing; exportable."""
    form = request.GET.get("export", "")
    entries = eventlog.audit_entries(
        thing=request.GET.get("thing") or None, limit=EXPORTED if form in export.FORMATS else 2000
    )
    acts = sorted({entry.act for entry in entries})
    names = team.names_of({entry.actor for entry in entries})
    entries = _filtered(request, entries)
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


def _filtered(request: HttpRequest, entries: list[AuditEntry]) -> list[AuditEntry]:
    act, actor = request.GET.get("act", ""), request.GET.get("actor", "")
    return [entry for entry in entries if (not act or entry.act == act) and (not actor or entry.actor == actor)]


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


def shown(state: object) -> str:
    """A small JSON value as one line for people: `title: Evening · roas: 4.6`."""
    if state is None or state == "":
        return ""
    if isinstance(state, dict):
        return " · ".join(f"{name}: {shown(value) or '—'}" for name, value in state.items()) or "—"
    return state if isinstance(state, str) else json.dumps(state, ensure_ascii=False, default=str)


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
