"""Letting evidence go after its term: what was said goes, that there was a case and how it ended stays in the chain."""

from collections.abc import Collection

from django.db import transaction

from kaibo.eventlog import api as eventlog
from kaibo.kit import env
from kaibo.kit.clock import DAY_US, now_us
from kaibo.operations.compliance import chain, clips
from kaibo.operations.compliance.models import Case, ChainRow, Clip, Hit
from kaibo.operations.compliance.queries import RUNNING

ACTOR = "system:compliance"


def let_go(*, now: int | None = None) -> int:
    """Empty the evidence of cases that closed before the term; how many. Repeating it does nothing more."""
    days = env.case_days()
    if not days:
        return 0
    before_us = (now or now_us()) - days * DAY_US
    over = Case.objects.filter(changed_us__lt=before_us).exclude(state__in=RUNNING).exclude(excerpt="")
    ids = list(over.values_list("pk", flat=True))
    for case_id in ids:
        _empty(case_id)
    Hit.objects.filter(case__isnull=True, found_us__lt=before_us).delete()
    if ids:
        eventlog.audit(ACTOR, "case.let_go", "cases", after={"cases": len(ids), "days": days})
    return len(ids)


def forget(viewers: Collection[str]) -> int:
    """Let the words of these viewers go that are evidence of no case; how many. What a case rests on stays its term."""
    own = Hit.objects.filter(case__isnull=True, viewer_id__in=sorted(viewers))
    return own.update(text="", matched="", viewer_id="")


def _empty(case_id: int) -> None:
    """One case: a row of the chain names the rows that were emptied, so that nobody can empty one unseen."""
    with transaction.atomic():
        case = Case.objects.get(pk=case_id)
        rows = ChainRow.objects.filter(case=case, kind="hit").exclude(body="")
        emptied = list(rows.values_list("seq", flat=True))
        rows.update(body="")
        digests = list(Clip.objects.filter(hit__case=case).values_list("sha256", flat=True))
        case.found.all().delete()
        Case.objects.filter(pk=case_id).update(excerpt="", matched="")
        chain.append(case, "emptied", {"rows": emptied}, actor=ACTOR)
        transaction.on_commit(lambda: clips.remove(digests))
