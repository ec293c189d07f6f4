"""The chain over the evidence of all cases: each row carries the digest of the one before it.

Whoever changes, removes or inserts a row changes every digest after it; the digest of the newest row stands in each
export, so a chain that was worked out anew from some row on no longer ends in what was handed out.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from kaibo.kit.clock import now_us
from kaibo.operations.compliance import clips
from kaibo.operations.compliance.models import Case, ChainHead, ChainRow, Hit

FIRST = "0" * 64
HIT_FIELDS = (
    "platform", "room_id", "event_id", "scene", "at_us", "viewer_id", "host_id", "recording", "text", "start", "end",
    "matched", "term", "view", "rule", "pack", "pack_version", "fingerprint", "action", "article", "exemptions",
)  # fmt: skip
"""What a hit's row in the chain holds: everything that speaks for it; `show_id` may still change by merging shows."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: the row (0: the head), the case, what is wrong."""

    seq: int
    case_id: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The chain read from end to end. `head` is the digest to compare with what was handed out before."""

    rows: int
    head: str
    breaks: tuple[Break, ...]


def canonical(body: Mapping[str, Any]) -> str:
    """One text for one content."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(row: ChainRow) -> str:
    """What the digest of a row must be."""
    said = "\n".join(
        (row.previous, str(row.seq), str(row.case_id or 0), row.kind, row.actor, str(row.at_us), row.body_sha256)
    )
    return hashlib.sha256(said.encode()).hexdigest()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def append(case: Case | None, kind: str, body: Mapping[str, Any], *, actor: str) -> ChainRow:
    """One more row; only inside a transaction, so that it stands or falls with what it tells."""
    if not connection.in_atomic_block:
        raise RuntimeError("a row of the chain belongs into the transaction of what it tells")
    ChainHead.objects.get_or_create(id=1)
    while True:
        head = ChainHead.objects.get(id=1)
        said = canonical(body)
        row = ChainRow(
            seq=head.seq + 1,
            case=case,
            kind=kind,
            actor=actor,
            at_us=now_us(),
            body=said,
            body_sha256=sha256(said),
            previous=head.digest,
        )
        row.digest = digest_of(row)
        # the row lock that this takes is held until the transaction ends: others wait, then find another seq
        if ChainHead.objects.filter(id=1, seq=head.seq).update(seq=row.seq, digest=row.digest):
            row.save(force_insert=True)
            return row


def hit_body(hit: Hit) -> dict[str, Any]:
    """A hit as the chain keeps it."""
    return {name: getattr(hit, name) for name in HIT_FIELDS}


def verify(*, reads_clips: bool = True) -> Verdict:
    """Read everything, the kept sound too unless `reads_clips` says no. Cost: four queries, linear."""
    breaks: list[Break] = []
    seq, before = 0, FIRST
    states: dict[int, str] = {}
    hits: dict[int, str] = {}
    told: dict[int, str] = {}
    emptied, told_empty = set(), set()
    for row in ChainRow.objects.order_by("seq").iterator(chunk_size=2000):
        breaks += _broken(row, seq, before)
        seq, before = row.seq, row.digest
        if row.body == "" and row.kind != "emptied":
            emptied.add(row.seq)
            continue
        body = _read(row)
        if body is None:
            continue  # its digest is broken and said so above
        if row.kind == "emptied":
            told_empty |= set(body["rows"])
        if row.kind == "hit":
            hits[int(body["hit"])] = row.body
        if row.case_id and row.kind in {"opened", "step"}:
            states[row.case_id] = str(body["state"])
        if body.get("act") == "clip":
            told[int(body["hit"])] = str(body["sha256"])
    breaks += [Break(one, None, "emptied without a row that says so") for one in sorted(emptied - told_empty)]
    head = ChainHead.objects.filter(id=1).first()
    if (head.seq, head.digest) != (seq, before) if head else seq > 0:
        breaks.append(Break(0, None, "the chain does not end where its head says"))
    told = {hit_id: sha256 for hit_id, sha256 in told.items() if hit_id in hits}  # others were let go with their hit
    breaks += _differing(states, hits)
    wrong = clips.changed(told, reads=reads_clips)
    breaks += [Break(0, None, f"the clip of finding {hit_id} {problem}") for hit_id, problem in wrong]
    return Verdict(seq, before, tuple(breaks))


def _broken(row: ChainRow, seq: int, before: str) -> Iterator[Break]:
    if row.seq != seq + 1:
        yield Break(row.seq, row.case_id, f"rows are missing before it, the last was {seq}")
    elif row.previous != before:
        yield Break(row.seq, row.case_id, "it does not follow from the row before it")
    if (row.body and sha256(row.body) != row.body_sha256) or digest_of(row) != row.digest:
        yield Break(row.seq, row.case_id, "it was changed")


def _read(row: ChainRow) -> dict[str, Any] | None:
    try:
        body = json.loads(row.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _differing(states: dict[int, str], hits: dict[int, str]) -> Iterator[Break]:
    """Cases and hits that no longer say what the chain says."""
    for case_id, state in Case.objects.order_by("pk").values_list("pk", "state"):
        if states.get(case_id) != state:
            yield Break(0, case_id, f"the case says {state}, the chain {states.get(case_id, 'nothing')}")
    kept = Hit.objects.filter(case__isnull=False).order_by("pk")
    for hit in kept.iterator(chunk_size=2000):
        if hit.pk not in hits:
            yield Break(0, hit.case_id, f"finding {hit.pk} is not in the chain")
        elif canonical({"hit": hit.pk, **hit_body(hit)}) != hits[hit.pk]:
            yield Break(0, hit.case_id, f"finding {hit.pk} was changed")
        hits.pop(hit.pk, None)
    for missing in sorted(hits):
        yield Break(0, None, f"finding {missing} was removed")


def count_rows() -> int:
    """How many rows the chain has. Cost: one query."""
    return ChainRow.objects.count()


def has(digest: str) -> bool:
    """Whether a digest that was handed out earlier is still in the chain. Cost: one query."""
    return ChainRow.objects.filter(digest=digest).exists()


def lines() -> Iterator[str]:
    """The whole chain as JSON lines, in order: what an inspector recomputes. Cost: one query."""
    for row in ChainRow.objects.order_by("seq").iterator(chunk_size=2000):
        told = {
            "seq": row.seq,
            "case": row.case_id or 0,
            "kind": row.kind,
            "actor": row.actor,
            "at_us": row.at_us,
            "body": row.body,
            "body_sha256": row.body_sha256,
            "previous": row.previous,
            "digest": row.digest,
        }
        yield json.dumps(told, ensure_ascii=False)
