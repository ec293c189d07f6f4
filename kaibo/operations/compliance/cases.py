"""Suspected violations: opened by findings, taken, decided, handled, appealed. Every step is a row of the chain."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import HOUR_US, MINUTE_US, now_us
from kaibo.kit.logfields import about
from kaibo.operations.compliance import allowances, chain, sounds, tally
from kaibo.operations.compliance.contracts import Action, CaseState, Scene
from kaibo.operations.compliance.errors import BadText, CaseMoved, CaseNotFound
from kaibo.operations.compliance.models import Case, Hit
from kaibo.operations.compliance.queries import LEAST_SPOKEN

log = logging.getLogger("kaibo.operations")

SYSTEM = "system:proctor"
CLOCK_US = 24 * HOUR_US
"""A violation is handled within 24 hours. Source: the house's requirement M04."""
WAVE_US = 10 * MINUTE_US
"""The same rule within ten minutes is one matter: a wave of spam, a host who repeats a word."""


@dataclass(frozen=True, slots=True)
class Step:
    """A way from one state to another: what it is called, from where, whether it must be explained."""

    name: str
    come_from: frozenset[CaseState]
    to: CaseState
    needs_why: bool = True


def _step(name: str, come_from: Sequence[CaseState], to: CaseState, *, needs_why: bool = True) -> Step:
    return Step(name, frozenset(come_from), to, needs_why)


_STATE = CaseState
STEPS = {
    one.name: one
    for one in (
        _step("confirm", [_STATE.OPEN], _STATE.CONFIRMED, needs_why=False),
        _step("dismiss", [_STATE.OPEN, _STATE.CONFIRMED], _STATE.DISMISSED),
        _step("handle", [_STATE.CONFIRMED], _STATE.HANDLED),
        _step("appeal", [_STATE.CONFIRMED, _STATE.HANDLED], _STATE.APPEALED),
        _step("uphold", [_STATE.APPEALED], _STATE.CONFIRMED),
        _step("overturn", [_STATE.APPEALED], _STATE.DISMISSED),
        _step("reopen", [_STATE.DISMISSED, _STATE.HANDLED], _STATE.OPEN),
    )
}


def makes_case(hit: Hit) -> bool:
    """Whether a finding is a matter for a person, or only counted."""
    if hit.action == Action.BLOCK:
        return True
    return hit.scene == Scene.SPEECH and hit.action == Action.WARN and hit.severity >= LEAST_SPOKEN


def attach(hits: Sequence[Hit]) -> list[Case]:
    """Bring new findings to their cases, opening those that are missing; inside the proctor's transaction."""
    touched: dict[int, Case] = {}
    for hit in sorted(hits, key=lambda one: (one.at_us, one.pk)):
        case = _case_of(hit)
        hit.case = case
        hit.save(update_fields=["case"])
        chain.append(case, "hit", {"hit": hit.pk, **chain.hit_body(hit)}, actor=SYSTEM)
        case.hits += 1
        case.last_hit_us = max(case.last_hit_us, hit.at_us)
        case.changed_us = now_us()
        case.save(update_fields=["hits", "last_hit_us", "changed_us"])
        touched[case.pk] = case
        if case.hits <= sounds.MOST_CLIPS:
            sounds.ask(hit, hit.recording)
    for show_id in {case.show_id for case in touched.values()}:
        eventlog.notices.tell("show", show_id)
    return list(touched.values())


def _case_of(hit: Hit) -> Case:
    wave = Case.objects.filter(
        platform=hit.platform, room_id=hit.room_id, show_id=hit.show_id, scene=hit.scene, rule=hit.rule,
        state=CaseState.OPEN, last_hit_us__gte=hit.at_us - WAVE_US, last_hit_us__lte=hit.at_us + WAVE_US,
    )  # fmt: skip
    if case := wave.order_by("-pk").first():
        return case
    now = now_us()
    case = Case.objects.create(
        show_id=hit.show_id,
        platform=hit.platform,
        room_id=hit.room_id,
        scene=hit.scene,
        rule=hit.rule,
        category=hit.category,
        action=hit.action,
        severity=hit.severity,
        article=hit.article,
        suggestion=hit.suggestion,
        matched=hit.matched,
        excerpt=excerpt(hit),
        opened_us=now,
        due_us=now + CLOCK_US,
        last_hit_us=hit.at_us,
        changed_us=now,
    )
    body = {"state": case.state, "rule": case.rule, "scene": case.scene, "room": f"{case.platform}/{case.room_id}"}
    chain.append(case, "opened", body, actor=SYSTEM)
    named = about(case=case.pk, event_id=hit.event_id, show=hit.show_id)
    transaction.on_commit(lambda: log.info("case %d is opened by rule %s", case.pk, case.rule, extra=named))
    return case


def excerpt(hit: Hit) -> str:
    """The finding with some words around it."""
    start, end = max(0, hit.start - 20), hit.end + 20
    said = hit.text[start:end].replace("\n", " ")
    return f"{'…' if start else ''}{said}{'…' if end < len(hit.text) else ''}"[:200]


def acknowledge(case_id: int, *, actor: str) -> str:
    """Take a case; who has it now. The first one to press has it. Raises CaseNotFound."""
    now = now_us()
    with transaction.atomic():
        free = Case.objects.filter(pk=case_id, owner="")
        if free.update(owner=actor, acknowledged_us=now, changed_us=now):
            case = _case(case_id)
            chain.append(case, "step", {"state": case.state, "act": "acknowledge", "why": ""}, actor=actor)
            eventlog.notices.tell("show", case.show_id)
            eventlog.audit(actor, "case.acknowledged", f"case:{case_id}")
    return _case(case_id).owner


def take_step(case_id: int, name: str, *, why: str = "", actor: str) -> CaseState:
    """Confirm, dismiss, handle, appeal, uphold, overturn or reopen. Raises CaseNotFound, CaseMoved, BadText."""
    step = STEPS.get(name)
    if step is None:
        raise BadText(_("There is no such step."), fix=", ".join(STEPS), field="step")
    if step.needs_why and not why.strip():
        raise BadText(_("Every step has to be explained."), fix=_("Say why."), field="why")
    case = _case(case_id)
    now = now_us()
    stamps: dict[str, int | None] = {"changed_us": now}
    if step.to in {CaseState.CONFIRMED, CaseState.DISMISSED}:
        stamps["decided_us"] = now
    if step.to == CaseState.HANDLED:
        stamps["handled_us"] = now
    if step.to == CaseState.APPEALED:
        stamps["appealed_us"] = now
    if step.name == "reopen":
        stamps |= {"decided_us": None, "handled_us": None}
    with transaction.atomic():
        if not Case.objects.filter(pk=case_id, state__in=step.come_from).update(state=step.to, **stamps):
            raise CaseMoved(_("This step is not open now."), fix=_("Read the case again."), state=case.state)
        told = {"state": step.to.value, "act": name, "why": why.strip()[:2000]}
        chain.append(_case(case_id), "step", told, actor=actor)
        eventlog.notices.tell("show", case.show_id)
        before = {"state": case.state}
        eventlog.audit(actor, f"case.{name}", f"case:{case_id}", before=before, after={"state": step.to}, why=why)
        if step.to == CaseState.DISMISSED:
            allowances.propose(case.rule)
        tally.tell_case(case_id)
    return step.to


def note_recording(hit_id: int, recording: str, *, actor: str) -> None:
    """Say where the sound or clip of a finding lies; a row of its own, the finding stays as it was."""
    hit = Hit.objects.filter(pk=hit_id, case__isnull=False).select_related("case").first()
    if hit is None or hit.case is None:
        raise CaseNotFound(_("There is no such finding."))
    with transaction.atomic():
        body = {"state": hit.case.state, "act": "recording", "hit": hit_id, "why": recording.strip()[:300]}
        chain.append(hit.case, "step", body, actor=actor)
        sounds.ask(hit, recording, actor=actor)
        Case.objects.filter(pk=hit.case.pk).update(changed_us=now_us())
        eventlog.audit(actor, "case.recording", f"case:{hit.case.pk}", after={"file": recording})


def withdraw(case: Case) -> None:
    """Nothing of it was said after all: all its events were taken back. Inside the proctor's transaction."""
    undecided = Case.objects.filter(pk=case.pk, state=CaseState.OPEN)
    if undecided.update(state=CaseState.WITHDRAWN, changed_us=now_us()):
        body = {"state": CaseState.WITHDRAWN.value, "act": "withdraw", "why": "its events were taken back"}
        chain.append(case, "step", body, actor=SYSTEM)
        eventlog.notices.tell("show", case.show_id)


def revive(case: Case) -> None:
    """The events came again (moved to another show): the case is open again. Inside the proctor's transaction."""
    if Case.objects.filter(pk=case.pk, state=CaseState.WITHDRAWN).update(state=CaseState.OPEN, changed_us=now_us()):
        body = {"state": CaseState.OPEN.value, "act": "revive", "why": "its events came again"}
        chain.append(case, "step", body, actor=SYSTEM)
        eventlog.notices.tell("show", case.show_id)


def follow_show(case_ids: set[int], show_id: str) -> None:
    """Events moved to another show: their cases move with them."""
    Case.objects.filter(pk__in=case_ids).exclude(show_id=show_id).update(show_id=show_id, changed_us=now_us())


def _case(case_id: int) -> Case:
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise CaseNotFound(_("There is no such case."), case_id=case_id)
    return case


def count_checked(show_id: str, scene: str, texts: int) -> None:
    """So many more texts were checked; inside the proctor's transaction."""
    from kaibo.operations.compliance.models import Checked

    Checked.objects.get_or_create(show_id=show_id, scene=scene)
    Checked.objects.filter(show_id=show_id, scene=scene).update(texts=F("texts") + texts)
