"""What a team keeps on paper: changed rules of platforms and authorities, self-checks of marks and patents."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import now_us
from kaibo.operations.compliance.errors import BadText, CaseMoved
from kaibo.operations.compliance.models import MarkCheck, RuleChange

MARK_KINDS = ("trademark", "patent", "design", "copyright")
MARK_RESULTS = ("ours", "licensed", "free", "conflict")
CHANGE_STATES = ("open", "followed", "no_effect")


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A changed rule. `state`: open, followed (our rules or papers follow), no_effect."""

    id: int
    platform: str
    title: str
    says: str
    origin: str
    effective_on: dt.date | None
    state: str
    actor: str
    noted_us: int
    decided_by: str
    decided_us: int | None
    why: str


@dataclass(frozen=True, slots=True)
class MarkView:
    """A self-check. `result`: ours, licensed, free to use, conflict; `valid_until` None: not stated."""

    id: int
    name: str
    kind: str
    used_for: str
    number: str
    holder: str
    valid_until: dt.date | None
    result: str
    proof: str
    actor: str
    checked_us: int


def note_change(given: Mapping[str, str], *, actor: str) -> int:
    """Note a changed rule; its id. Raises BadText with the field."""
    title = _needed(given, "title", _("What changed?"))
    said = {name: given.get(name, "").strip() for name in ("platform", "says", "origin")}
    day = _day(given.get("effective_on", ""), "effective_on")
    row = RuleChange.objects.create(
        title=title[:200],
        platform=said["platform"][:60],
        says=said["says"],
        origin=said["origin"][:400],
        effective_on=day,
        actor=actor,
        noted_us=now_us(),
    )
    eventlog.audit(actor, "rule_change.noted", f"rule_change:{row.pk}", after={"title": row.title, "on": str(day)})
    return row.pk


def decide_change(change_id: int, state: str, *, why: str, actor: str) -> None:
    """Say that ours follow, or that it does not concern us. Raises BadText, CaseMoved."""
    if state not in CHANGE_STATES[1:] or not why.strip():
        raise BadText(_("Every step has to be explained."), fix=_("Say why."), field="why")
    with transaction.atomic():
        waiting = RuleChange.objects.filter(pk=change_id, state="open")
        if not waiting.update(state=state, why=why.strip()[:2000], decided_by=actor, decided_us=now_us()):
            raise CaseMoved(_("This is decided already."), fix=_("Read the page again."))
        eventlog.audit(actor, f"rule_change.{state}", f"rule_change:{change_id}", why=why)


def changes() -> list[ChangeView]:
    """Changed rules, the newest first. Cost: one query."""
    return [
        ChangeView(
            row.pk, row.platform, row.title, row.says, row.origin, row.effective_on, row.state, row.actor, row.noted_us,
            row.decided_by, row.decided_us, row.why,
        )
        for row in RuleChange.objects.all()[:500]
    ]  # fmt: skip


def note_mark(given: Mapping[str, str], *, actor: str) -> int:
    """Note a self-check; its id. Raises BadText with the field."""
    name = _needed(given, "name", _("Which name or mark was checked?"))
    kind, result = given.get("kind", ""), given.get("result", "")
    if kind not in MARK_KINDS:
        raise BadText(_("What kind of right is it?"), fix=", ".join(MARK_KINDS), field="kind")
    if result not in MARK_RESULTS:
        raise BadText(_("What was the result?"), fix=", ".join(MARK_RESULTS), field="result")
    if result in {"ours", "licensed"} and not (given.get("number", "").strip() or given.get("proof", "").strip()):
        raise BadText(_("A right needs its proof."), fix=_("Give the number or the licence."), field="number")
    row = MarkCheck.objects.create(
        name=name[:200],
        kind=kind,
        result=result,
        used_for=given.get("used_for", "").strip()[:200],
        number=given.get("number", "").strip()[:80],
        holder=given.get("holder", "").strip()[:200],
        proof=given.get("proof", "").strip()[:400],
        valid_until=_day(given.get("valid_until", ""), "valid_until"),
        actor=actor,
        checked_us=now_us(),
    )
    eventlog.audit(actor, "mark.checked", f"mark:{row.pk}", after={"name": row.name, "result": row.result})
    return row.pk


def marks() -> list[MarkView]:
    """Self-checks, the newest first. Cost: one query."""
    return [
        MarkView(
            row.pk, row.name, row.kind, row.used_for, row.number, row.holder, row.valid_until, row.result, row.proof,
            row.actor, row.checked_us,
        )
        for row in MarkCheck.objects.all()[:1000]
    ]  # fmt: skip


def _needed(given: Mapping[str, str], name: str, problem: str) -> str:
    value = given.get(name, "").strip()
    if not value:
        raise BadText(problem, fix=_("Fill it in."), field=name)
    return value


def _day(text: str, field: str) -> dt.date | None:
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise BadText(_("This is no date."), fix=_("Write it like 2026-03-12."), field=field) from None
