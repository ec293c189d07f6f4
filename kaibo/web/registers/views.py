"""The pages of the registers: before air, and on air; plain forms that also work without scripts."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import ChecklistView, ShiftView
from kaibo.commerce.shows.contracts import ShowView
from kaibo.commerce.team import api as team
from kaibo.kit import clock, env
from kaibo.kit.errors import NotFound
from kaibo.kit.money import show_money
from kaibo.metrics import api as metrics
from kaibo.web import actors, export
from kaibo.web.lineup.shape import comparison_table
from kaibo.web.pages import tools
from kaibo.web.registers import acts, found, words
from kaibo.web.rounds.posting import currency_of

SHOWN_DIFFERENCES = 12


@tools.page("show.see", methods=("GET", "HEAD", "POST"))
def before_page(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """`/shows/<id>/before/`: the checklist and the shifts."""
    show = tools.show_or_404(request, show_id)
    if request.method == "POST":
        return _act(request, show, reverse("before_air", args=(show_id,)), {"tick", "template", "shift"})
    checklist = registers.checklist(show)
    shifts = registers.shifts(show_id, duties=found.duties(show))
    comparison = found.comparison(show_id)
    if comparison is not None and request.GET.get("export", "") in export.FORMATS:
        tools.require(request, "show.export", platform=show.platform, room_id=show.room_id)
        table = comparison_table(comparison, currency_of(show))
        return export.table_answer(f"{show_id}-differences", table, request.GET["export"])
    names = actors.names_of({point.actor for point in checklist.points if point.actor})
    context = {
        **_frame(request, show),
        "checklist": checklist,
        "points": [
            {"point": point, "by": names.get(point.actor, point.actor), "is_prices": point.point_id == "prices"}
            for point in checklist.points
        ],
        "is_late": _is_late(checklist, show),
        "comparison": comparison,
        "differences": differences(comparison, currency_of(show)) if comparison else [],
        "more": max(0, len(comparison.differences) - SHOWN_DIFFERENCES) if comparison else 0,
        "shifts": [_shift(each) for each in shifts],
        "blank": ShiftView(show_id, acts.new_id(), "", "host", None, None, None, None, "planned"),
        "duties": words.DUTIES,
        "template": "\n".join(point.text for point in checklist.points),
    }
    return render(request, "kaibo/registers/before.html", context)


@tools.page("show.see", methods=("GET", "HEAD", "POST"))
def register_page(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """`/shows/<id>/registers/`: changes, ad log, give-aways, violations."""
    show = tools.show_or_404(request, show_id)
    if request.method == "POST":
        return _act(request, show, reverse("registers", args=(show_id,)), {"change", "ad", "give", "violation"})
    now = clock.now_us()
    changes = registers.changes(show_id, now_us=now)
    log = registers.ad_log(show_id)
    given = registers.give_aways(show_id)
    violations = registers.violations(show_id)
    who = {each.entered_by for each in changes} | {each.made_by for each in changes}
    who |= {each.checked_by for each in changes} | {each.reverted_by for each in changes}
    who |= {each.actor for each in log} | {each.actor for each in violations}
    facts = metrics.facts_of(show_id, now_us=now)
    loss, unstated = registers.running_loss(given)
    context = {
        **_frame(request, show),
        "now": now,
        "by": actors.names_of({actor for actor in who if actor}),
        "me": tools.actor(request),
        "changes": changes,
        "change_states": words.CHANGE_STATES,
        "change_kinds": words.CHANGE_KINDS,
        "log": log,
        "results": found.results(facts, log),
        "adjustments": words.ADJUSTMENTS,
        "plans": list(dict.fromkeys(each.plan for each in log))[:8],
        "given": given,
        "given_log": registers.give_away_entries(show_id)[:20],
        "loss": show_money(loss, currency_of(show)) if given else "",
        "unstated": unstated,
        "violations": violations,
        "measures": words.MEASURES,
        "violation_states": words.VIOLATION_STATES,
        "links": [line for line in lineups.lineup(show_id).lines if line.link_no],
        "hosts": list(dict.fromkeys(duty.person for duty in reversed(found.duties(show))))[:6],
        "ids": {name: acts.new_id() for name in ("change", "ad", "give", "violation")},
    }
    return render(request, "kaibo/registers/page.html", context)


@tools.page("show.see")
def violation_file(request: HttpRequest, show_id: str, file_id: int) -> HttpResponseBase:
    """`/shows/<id>/registers/files/<n>/`: a file of a violation, never run by the browser."""
    tools.show_or_404(request, show_id)
    view, data = registers.violation_file(show_id, file_id)
    answer = HttpResponse(data, content_type=view.kind)
    is_shown = view.kind.startswith("image/")
    answer["Content-Disposition"] = content_disposition_header(not is_shown, view.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def differences(comparison: Any, currency: str) -> list[dict[str, Any]]:
    """Differences in words, the first of them."""

    def text(kind: str, value: int | str) -> str:
        return show_money(value, currency) if kind == "price" and isinstance(value, int) else str(value)

    return [
        {
            "kind": words.DIFFERENCES[each.kind],
            "link_no": each.link_no,
            "title": each.title,
            "sheet": text(each.kind, each.sheet),
            "listed": text(each.kind, each.listed),
        }
        for each in comparison.differences[:SHOWN_DIFFERENCES]
    ]


def _act(request: HttpRequest, show: ShowView, back: str, allowed: set[str]) -> HttpResponseBase:
    name = str(request.POST.get("act") or "")
    if name not in allowed:
        raise NotFound("there is no such act", fix="reload the page")
    tools.require(request, acts.NEEDS[name], platform=show.platform, room_id=show.room_id)
    anchor = "" if name == "tick" else f"#{name}"
    return tools.act(
        request,
        lambda: acts.ACTS[name](request, show, tools.actor(request)),
        done=words.done()[name],
        back=f"{back}{anchor}",
    )


def _frame(request: HttpRequest, show: ShowView) -> dict[str, Any]:
    place = {"platform": show.platform, "room_id": show.room_id}
    return {
        "show": show,
        "may": {
            name: team.may(request.user, need, **place)
            for name, need in {**acts.NEEDS, "export": "show.export"}.items()
        },
        "currency": currency_of(show),
        "zone": str(env.zone()),
    }


def _is_late(checklist: ChecklistView, show: ShowView) -> bool:
    """Whether it should be through by now."""
    is_open = checklist.counts.get("open", 0) > 0
    return is_open and show.started_at is None and checklist.due_us is not None and clock.now_us() > checklist.due_us


def _shift(shift: ShiftView) -> dict[str, Any]:
    return {
        "shift": shift,
        "duty": words.DUTIES[shift.duty],
        "origin": words.ORIGINS[shift.origin],
        "hours": None if shift.worked_us is None else shift.worked_us / clock.HOUR_US,
    }
