"""Allowed contexts learned from dismissals: three dismissed cases with the same words around the finding propose one.

What is accepted is published as a version of the artifact `compliance-allowed`; the rules of every moment follow from
the shipped packs and that version, so an old decision can be worked out again.
"""

import json
from collections import defaultdict

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.errors import UnknownArtifact
from kaibo.kit.clock import now_us
from kaibo.operations.compliance.contracts import Allowed, CaseState
from kaibo.operations.compliance.errors import BadText, CaseMoved, CaseNotFound
from kaibo.operations.compliance.models import Allowance, Hit

ARTIFACT = "compliance-allowed"
LEAST_CASES = 3
REACH = 6
"""Characters on either side of a finding that may belong to its context."""
_ENDS = frozenset("，。！？；：、,.!?;:\n\t \"'“”（）()")


def propose(rule: str) -> list[int]:
    """New proposals for a rule out of its dismissed cases; the ids. Inside the transaction of the dismissal."""
    cases: dict[tuple[str, str], set[int]] = defaultdict(set)
    refuted: set[str] = set()
    decided = Hit.objects.filter(rule=rule, case__isnull=False, is_retracted=False).select_related("case")
    for hit in decided:
        if hit.case is None:
            continue
        if hit.case.state == CaseState.DISMISSED:
            for phrase in contexts(hit.text, hit.start, hit.end):
                cases[hit.matched, phrase].add(hit.case.pk)
        elif hit.case.state in {CaseState.CONFIRMED, CaseState.HANDLED, CaseState.APPEALED}:
            refuted |= contexts(hit.text, hit.start, hit.end)
    often = {key: found for key, found in cases.items() if len(found) >= LEAST_CASES and key[1] not in refuted}
    made = []
    for matched in sorted({matched for matched, _phrase in often}):
        found = {phrase: ids for (word, phrase), ids in often.items() if word == matched}
        most = max(map(len, found.values()))
        phrase = max((one for one, ids in found.items() if len(ids) == most), key=lambda one: (len(one), one))
        row, is_new = Allowance.objects.get_or_create(
            rule=rule, phrase=phrase, defaults={"cases": sorted(found[phrase]), "proposed_us": now_us()}
        )
        if is_new:
            made.append(row.pk)
    return made


def contexts(text: str, start: int, end: int) -> set[str]:
    """Every stretch that holds the finding and more, within its clause."""
    left = start
    while left > 0 and start - left < REACH and text[left - 1] not in _ENDS:
        left -= 1
    right = end
    while right < len(text) and right - end < REACH and text[right] not in _ENDS:
        right += 1
    return {text[a:b] for a in range(left, start + 1) for b in range(end, right + 1) if (a, b) != (start, end)}


def decide(allowance_id: int, *, is_accepted: bool, why: str, actor: str) -> int | None:
    """Accept or refuse a proposal; the artifact's version that holds it. Raises CaseNotFound, CaseMoved, BadText."""
    if not why.strip():
        raise BadText(_("Every step has to be explained."), fix=_("Say why."), field="why")
    state = "accepted" if is_accepted else "refused"
    with transaction.atomic():
        waiting = Allowance.objects.filter(pk=allowance_id, state="proposed")
        if not waiting.update(state=state, decided_us=now_us(), actor=actor, why=why.strip()[:2000]):
            if Allowance.objects.filter(pk=allowance_id).exists():
                raise CaseMoved(_("This proposal is decided."), fix=_("Read the page again."))
            raise CaseNotFound(_("There is no such proposal."))
        row = Allowance.objects.get(pk=allowance_id)
        if is_accepted:
            row.version = _publish(actor)
            row.save(update_fields=["version"])
        after = {"rule": row.rule, "phrase": row.phrase, "version": row.version}
        eventlog.audit(actor, f"allowance.{state}", f"rule:{row.rule}", after=after, why=why)
    return row.version


def _publish(actor: str) -> int:
    held: dict[str, list[str]] = defaultdict(list)
    for rule, phrase in Allowance.objects.filter(state="accepted").values_list("rule", "phrase"):
        held[rule].append(phrase)
    content = {rule: sorted(phrases) for rule, phrases in sorted(held.items())}
    return eventlog.publish_artifact(ARTIFACT, json.dumps(content, ensure_ascii=False).encode(), actor=actor)


def allowed(version: int | None = None) -> dict[str, list[str]]:
    """Rule -> contexts of a version, of the latest one; none before the first. Cost: one query."""
    try:
        found: dict[str, list[str]] = json.loads(eventlog.artifact(ARTIFACT, version))
    except UnknownArtifact:
        return {}
    return found


def proposals() -> list[Allowed]:
    """Proposals and decisions, the newest first. Cost: one query."""
    return [
        Allowed(
            row.pk, row.rule, row.phrase, row.state, tuple(row.cases), row.proposed_us, row.decided_us, row.actor,
            row.why, row.version,
        )
        for row in Allowance.objects.all()
    ]  # fmt: skip
