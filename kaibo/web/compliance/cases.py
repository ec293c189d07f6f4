"""Suspected violations: the list with its clock, one case, the acts on it, what an inspector is handed."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaibo.commerce.shows import api as shows
from kaibo.commerce.team import api as team
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.kit.errors import NotFound
from kaibo.metrics.export import Cell
from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import CaseView, Evidence, Scene, SoundState, SoundView
from kaibo.web import actors, export, sound
from kaibo.web.compliance import access, handover, words
from kaibo.web.pages import tools

FILTERS = ("running", "open", "confirmed", "handled", "dismissed", "appealed", "withdrawn")
CHAIN_ROWS = 5000
"""Up to so many rows the chain is read at every look at the page; longer ones, and the kept sound, on request."""
PLAYED_BEFORE_SECONDS = 3.0
"""The player stands so long before the words; what was kept of the time before lies to its left."""


@tools.page("case.see")
def case_list(request: HttpRequest) -> HttpResponseBase:
    """`/compliance/cases/`: cases on the clock first; `?state=`, `?show=`, `?rule=` filter, `?export=` a table."""
    state = request.GET.get("state", "running")
    show_id, rule = request.GET.get("show") or None, request.GET.get("rule", "")
    state = state if state in FILTERS else ""
    show = tools.show_or_404(request, show_id, "case.see") if show_id else None
    may_rule = team.may(request.user, "case.rule")
    found = access.my_cases(request, show_id=show_id, state=state, rule=rule, limit=5000)
    if (form := request.GET.get("export", "")) in export.FORMATS:
        return export.answer("cases", _columns(), _rows(found), form)
    if state in {"", "running", "open"}:
        found.sort(key=lambda view: (not view.is_running, view.due_us))
    names = actors.names_of({view.owner for view in found if view.owner})
    context = {
        "cases": [_line(view, names) for view in found[:300]],
        "count": len(found),
        "state": state,
        "states": [("running", _("On the clock")), *((code, words.CASE_STATES[code]) for code in FILTERS[1:])],
        "show": show,
        "rule": rule,
        "rate": compliance.spoken_rate(show_id) if show or may_rule else None,
        "comment_rate": compliance.spoken_rate(show_id, scene=Scene.COMMENT) if show or may_rule else None,
        "may_hand_over": may_rule,
    }
    return render(request, "kaibo/compliance/cases.html", context)


def _show(show_id: str) -> Any:
    try:
        return shows.show(show_id)
    except NotFound:
        return None


def _line(view: CaseView, names: dict[str, str]) -> dict[str, Any]:
    return {
        "case": view,
        "scene": words.of(words.SCENES, view.scene),
        "state": words.of(words.CASE_STATES, view.state),
        "state_class": words.CASE_CLASS.get(view.state, ""),
        "category": words.of(words.CATEGORIES, view.category),
        "action": words.of(words.ACTIONS, view.action),
        "action_class": words.ACTION_CLASS[view.action],
        "owner": names.get(view.owner, view.owner),
        "is_late": view.is_running and view.due_us < clock.now_us(),
    }


def _columns() -> list[str]:
    return [
        _("Case"), _("Show"), _("Scene"), _("Rule"), _("Finding"), _("In context"), _("Law"), _("State"), _("Opened"),
        _("Due"), _("Owner"), _("Findings"),
    ]  # fmt: skip


def _rows(found: list[CaseView]) -> Iterator[list[Cell]]:
    names = actors.names_of({view.owner for view in found if view.owner})
    for view in found:
        line = _line(view, names)
        yield [
            view.id, view.show_id, line["scene"], view.rule, line["action"], view.excerpt, view.article, line["state"],
            clock.iso(view.opened_us), clock.iso(view.due_us), line["owner"], view.hits,
        ]  # fmt: skip


@tools.page("case.see")
def case_page(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """One case: evidence in context, law, history, what can be done now."""
    view = access.case_or_404(request, case_id)
    names = actors.names_of({view.owner, *(step.actor for step in view.steps)} - {""})
    may_act = team.may(request.user, "case.act", platform=view.platform, room_id=view.room_id)
    steps = [_open_step(name) for name, step in compliance.STEPS.items() if view.state in step.come_from]
    context = {
        "case": view,
        "line": _line(view, names),
        "show": _show(view.show_id) if view.show_id else None,
        "evidence": [_evidence(one) for one in view.evidence[:100]],
        "steps": [
            {
                "step": step,
                "by": names.get(step.actor, step.actor)
                if step.actor.startswith("user:")
                else actors.names_of({step.actor})[step.actor],
                "name": words.of(words.STEPS, step.kind),
            }
            for step in view.steps
        ],
        "open_steps": sorted(steps, key=lambda one: not one["is_first"]) if may_act else [],
        "may_act": may_act,
    }
    return render(request, "kaibo/compliance/case.html", context)


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "one": one,
        "before": one.text[: one.start],
        "after": one.text[one.end :],
        "view": words.of(words.VIEWS, one.view),
        "sound": _sound(one.sound),
        "tried": [{"name": words.of(words.EXEMPTIONS, each.name), "each": each} for each in one.exemptions],
    }


def _sound(view: SoundView | None) -> dict[str, Any] | None:
    """Where the words lie and what can be heard of them."""
    if view is None:
        return None
    return {
        "view": view,
        "is_here": view.state != SoundState.ABSENT,
        "at": words.clock_of(view.start_seconds),
        "lead": f"{view.lead_seconds:.0f}",
        "begin": f"{max(0.0, view.lead_seconds - PLAYED_BEFORE_SECONDS):.1f}",
    }


def _open_step(name: str) -> dict[str, Any]:
    labels = {
        "confirm": _("Confirm the violation"),
        "dismiss": _("False alarm"),
        "handle": _("Handled"),
        "appeal": _("Appeal"),
        "uphold": _("Uphold it"),
        "overturn": _("Overturn it"),
        "reopen": _("Open again"),
    }
    hints = {
        "dismiss": _("Why it is none: three with the same words around propose an allowed context."),
        "handle": _("What was done: corrected on air, muted, product taken down, talk with the host …"),
        "appeal": _("What speaks against it."),
    }
    return {
        "name": name,
        "label": labels[name],
        "hint": hints.get(name, ""),
        "needs_why": compliance.STEPS[name].needs_why,
        "is_first": name in {"confirm", "handle", "uphold"},
    }


@tools.page("case.see", methods=("POST",))
def case_take(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Take a case."""
    access.case_or_404(request, case_id, "case.act")
    work = lambda: compliance.acknowledge(case_id, actor=tools.actor(request))  # noqa: E731
    return tools.act(request, work, done=_("It is taken."), back=reverse("case", args=[case_id]))


@tools.page("case.see", methods=("POST",))
def case_step(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """One step further."""
    access.case_or_404(request, case_id, "case.act")

    def work() -> None:
        name, why = request.POST.get("step", ""), request.POST.get("why", "")
        compliance.take_step(case_id, name, why=why, actor=tools.actor(request))

    return tools.act(request, work, done=_("Noted in the chain."), back=reverse("case", args=[case_id]))


@tools.page("case.see", methods=("POST",))
def case_recording(request: HttpRequest, case_id: int, hit_id: int) -> HttpResponseBase:
    """Say where the sound or clip of a finding lies."""
    view = access.case_or_404(request, case_id, "case.act")
    back = reverse("case", args=[case_id])

    def work() -> None:
        known = {one.id for one in view.evidence}
        compliance.note_recording(
            hit_id if hit_id in known else 0, request.POST.get("recording", ""), actor=tools.actor(request)
        )

    return tools.act(request, work, done=_("Noted in the chain."), back=back)


@tools.page("case.see")
def case_sound(request: HttpRequest, case_id: int, hit_id: int) -> HttpResponseBase:
    """`/compliance/cases/<id>/hits/<n>/sound.wav`: the words of a finding; `?wide=1` a minute to each side."""
    view = access.case_or_404(request, case_id)
    one = next((one for one in view.evidence if one.id == hit_id), None)
    if one is None:
        raise NotFound(_("There is no such finding."))
    is_wide = request.GET.get("wide") == "1"
    data = compliance.read_sound(one.id, one.noted or one.recording, is_wide=is_wide)
    return sound.answer(request, data, name=f"case-{case_id}-{hit_id}.wav")


@tools.page("case.rule")
def measures_page(request: HttpRequest) -> HttpResponseBase:
    """`/compliance/rules/`: how right each rule is, proposed contexts, the state of the chain."""
    proposals = compliance.proposals()
    names = actors.names_of({one.actor for one in proposals if one.actor})
    rows, reads = compliance.chain_rows(), bool(request.GET.get("verify"))
    context = {
        "measures": compliance.measures(),
        "proposals": [{"one": one, "by": names.get(one.actor, one.actor)} for one in proposals],
        "verdict": compliance.verify_chain(reads_clips=reads) if rows <= CHAIN_ROWS or reads else None,
        "chain_rows": rows,
    }
    return render(request, "kaibo/compliance/rules.html", context)


@tools.page("case.rule", methods=("POST",))
def proposal_decide(request: HttpRequest, proposal_id: int) -> HttpResponseBase:
    """Accept or refuse a proposed context."""

    def work() -> None:
        compliance.decide_proposal(
            proposal_id,
            is_accepted=request.POST.get("decision") == "accept",
            why=request.POST.get("why", ""),
            actor=tools.actor(request),
        )

    done = _("Decided; the rules hold from now on.")
    return tools.act(request, work, done=done, back=reverse("compliance_rules"))


@tools.page("case.rule", methods=("POST",))
def hand_over(request: HttpRequest) -> HttpResponseBase:
    """`/compliance/export.zip`: cases, evidence and chain for an inspector, of one show or of all."""
    show_id = request.POST.get("show") or None
    found = [compliance.case(view.id) for view in access.my_cases(request, show_id=show_id, limit=100_000)]
    body = handover.pack(found)
    eventlog.audit(tools.actor(request), "case.handed_over", f"show:{show_id or '*'}", after={"cases": len(found)})
    response = HttpResponse(body, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="kaibo-cases-{show_id or "all"}.zip"'
    return response
