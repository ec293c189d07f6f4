"""Cases, alerts, measures: the reads."""

import json
from collections.abc import Collection
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from kaibo.kit import env
from kaibo.operations.compliance import sounds
from kaibo.operations.compliance.contracts import (
    Action,
    CaseState,
    CaseView,
    Evidence,
    RuleMeasure,
    Scene,
    SpokenRate,
    StepView,
    Tried,
    View,
)
from kaibo.operations.compliance.errors import CaseNotFound
from kaibo.operations.compliance.models import Case, ChainRow, Checked, Hit

CONFIRMED = (CaseState.CONFIRMED, CaseState.HANDLED, CaseState.APPEALED)
LEAST_SPOKEN = 3
"""Doubtful words of the host make a case from this severity on; what viewers write only when it is refused."""
MATTERS = Q(action=Action.BLOCK) | Q(scene=Scene.SPEECH, action=Action.WARN, severity__gte=LEAST_SPOKEN)
"""Findings that somebody has to judge; those of an old recording make no case, and are not judged."""
RUNNING = (CaseState.OPEN, CaseState.CONFIRMED, CaseState.APPEALED)


def case(case_id: int) -> CaseView:
    """A case with evidence and history. Cost: three queries. Raises CaseNotFound."""
    row = Case.objects.filter(pk=case_id).first()
    if row is None:
        raise CaseNotFound(_("There is no such case."), case_id=case_id)
    rows = list(row.chain.exclude(kind="hit").order_by("seq"))
    bodies = [json.loads(one.body) if one.body else {} for one in rows]
    noted = {body["hit"]: str(body["why"]) for body in bodies if body.get("act") == "recording"}
    found = row.found.select_related("clip").order_by("at_us", "pk")
    evidence = tuple(_evidence(hit, noted.get(hit.pk, "")) for hit in found)
    steps = tuple(map(_step, rows, bodies))
    return _view(row, evidence, steps)


Rooms = Collection[tuple[str, str]]


def in_rooms(rooms: Rooms) -> Q:
    """What is of one of these rooms; nothing without any."""
    found = Q(pk__in=[])
    for platform, room_id in rooms:
        found |= Q(platform=platform, room_id=room_id)
    return found


def cases(
    *, show_id: str | None = None, state: str = "", rule: str = "", rooms: Rooms | None = None, limit: int = 500
) -> list[CaseView]:
    """Cases, the newest first; with state `running` those on the clock, the first due first. `rooms` None is all.

    Cost: one query.
    """
    rows = Case.objects.all() if rooms is None else Case.objects.filter(in_rooms(rooms))
    if show_id is not None:
        rows = rows.filter(show_id=show_id)
    if state == "running":
        rows = rows.filter(state__in=RUNNING).order_by("due_us", "id")
    elif state:
        rows = rows.filter(state=state)
    if rule:
        rows = rows.filter(rule=rule)
    return [_view(row) for row in rows[:limit]]


def alerts(show_id: str, *, limit: int = 20) -> list[CaseView]:
    """Undecided cases of a show: nobody's first, then the worst, then the newest. Cost: one query."""
    rows = Case.objects.filter(show_id=show_id, state=CaseState.OPEN).order_by("-opened_us", "-pk")[:200]
    worst = sorted(rows, key=lambda row: (row.owner != "", -Action(row.action).rank, -row.severity))
    return [_view(row) for row in worst[:limit]]


def show_changed(show_id: str) -> int:
    """An instant that moves whenever a case of the show changes; 0 without one. Cost: one query."""
    found: int | None = Case.objects.filter(show_id=show_id).aggregate(last=Max("changed_us"))["last"]
    return found or 0


def measures() -> list[RuleMeasure]:
    """How right each rule was, the most wrong first. Cost: two queries."""
    found = {
        row["rule"]: row["hits"]
        for row in Hit.objects.filter(is_retracted=False).order_by().values("rule").annotate(hits=Count("pk"))
    }
    decided = {
        row["rule"]: row
        for row in Case.objects.order_by()
        .values("rule")
        .annotate(
            confirmed=Count("pk", filter=Q(state__in=CONFIRMED)),
            dismissed=Count("pk", filter=Q(state=CaseState.DISMISSED)),
            undecided=Count("pk", filter=Q(state=CaseState.OPEN)),
        )
    }
    made = []
    for rule in found.keys() | decided.keys():
        row = decided.get(rule, {"confirmed": 0, "dismissed": 0, "undecided": 0})
        right, wrong = row["confirmed"], row["dismissed"]
        ratio = wrong / (right + wrong) if right + wrong else None
        made.append(RuleMeasure(rule, found.get(rule, 0), right, wrong, row["undecided"], ratio))
    return sorted(made, key=lambda one: (-(one.false_ratio or 0), -one.hits, one.rule))


def spoken_rate(show_id: str | None = None, *, scene: Scene = Scene.SPEECH) -> SpokenRate:
    """Texts with a confirmed finding per text checked, of a show or of all. Cost: three queries."""
    counted = Checked.objects.filter(scene=scene)
    hits = Hit.objects.filter(scene=scene, is_retracted=False)
    if show_id is not None:
        counted, hits = counted.filter(show_id=show_id), hits.filter(show_id=show_id)
    texts = sum(counted.values_list("texts", flat=True))
    confirmed = _events(hits.filter(case__state__in=CONFIRMED))
    undecided = _events(hits.filter(Q(case__state=CaseState.OPEN) | (Q(case__isnull=True) & MATTERS)))
    value = confirmed / texts if texts > 0 else None
    return SpokenRate(value, confirmed, texts, undecided, env.sensitive_word_ratio())


def _events(hits: QuerySet[Hit]) -> int:
    return hits.order_by().values("platform", "room_id", "event_id").distinct().count()


def _evidence(hit: Hit, noted: str) -> Evidence:
    return Evidence(
        id=hit.pk,
        event_id=hit.event_id,
        at_us=hit.at_us,
        viewer_id=hit.viewer_id,
        host_id=hit.host_id,
        recording=hit.recording,
        text=hit.text,
        start=hit.start,
        end=hit.end,
        matched=hit.matched,
        term=hit.term,
        view=View(hit.view),
        pack=hit.pack,
        pack_version=hit.pack_version,
        fingerprint=hit.fingerprint,
        exemptions=tuple(Tried(**one) for one in hit.exemptions),
        is_retracted=hit.is_retracted,
        noted=noted,
        sound=sounds.view(hit, noted or hit.recording, getattr(hit, "clip", None)),
    )


def _step(row: ChainRow, body: dict[str, Any]) -> StepView:
    kind = str(body.get("act", row.kind))
    return StepView(
        row.seq, kind, row.actor, row.at_us, str(body.get("state", "")), str(body.get("why", "")), row.digest
    )


def _view(row: Case, evidence: tuple[Evidence, ...] = (), steps: tuple[StepView, ...] = ()) -> CaseView:
    return CaseView(
        id=row.pk,
        show_id=row.show_id,
        platform=row.platform,
        room_id=row.room_id,
        scene=Scene(row.scene),
        rule=row.rule,
        category=row.category,
        action=Action(row.action),
        severity=row.severity,
        article=row.article,
        suggestion=row.suggestion,
        matched=row.matched,
        excerpt=row.excerpt,
        hits=row.hits,
        state=CaseState(row.state),
        opened_us=row.opened_us,
        due_us=row.due_us,
        last_hit_us=row.last_hit_us,
        owner=row.owner,
        acknowledged_us=row.acknowledged_us,
        decided_us=row.decided_us,
        handled_us=row.handled_us,
        appealed_us=row.appealed_us,
        evidence=evidence,
        steps=steps,
    )
