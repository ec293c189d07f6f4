"""The ledger: which spans of the log are counted. A span enters it in the transaction that merges its rows."""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError

from kaibo.eventlog.contracts import BatchRef
from kaibo.kit.clock import now_us
from kaibo.kit.errors import Conflict
from kaibo.warehouse.models import LedgerEntry, QuarantinedBatch


class CountedElsewhere(Conflict):
    """Another counter has moved the ledger; what this one remembers is out of date."""

    code = "counted_elsewhere"


def reached() -> dict[str, int]:
    """Writer -> the last sequence number that is counted or set aside. Cost: 2 queries."""
    found: dict[str, int] = {}
    for table in (LedgerEntry, QuarantinedBatch):
        for writer, to_seq in table._default_manager.values_list("writer", "to_seq"):
            found[writer] = max(found.get(writer, 0), to_seq)
    return found


def spans() -> dict[str, list[tuple[int, int]]]:
    """Writer -> counted spans, rising. Cost: 1 query."""
    found: dict[str, list[tuple[int, int]]] = {}
    for writer, from_seq, to_seq in LedgerEntry.objects.order_by("writer", "from_seq").values_list(
        "writer", "from_seq", "to_seq"
    ):
        found.setdefault(writer, []).append((from_seq, to_seq))
    return found


def held(refs: Iterable[BatchRef], counted: dict[str, list[tuple[int, int]]]) -> list[BatchRef]:
    """Those batches that lie wholly inside a counted span."""
    return [
        ref
        for ref in refs
        if any(low <= ref.from_seq and ref.to_seq <= high for low, high in counted.get(ref.writer, ()))
    ]


def enter(refs: Sequence[BatchRef], *, expected: dict[str, int]) -> None:
    """Write the batches into the ledger, joined to the span before them; call inside the merging transaction.

    Raises: CountedElsewhere when the ledger is not where this counter left it.
    """
    list(LedgerEntry.objects.select_for_update().filter(writer__in={ref.writer for ref in refs}).values_list("id"))
    if reached() != expected:
        raise CountedElsewhere("another counter has counted meanwhile", fix="run one counter per home")
    at = now_us()
    for ref in refs:
        joined = LedgerEntry.objects.filter(writer=ref.writer, to_seq=ref.from_seq - 1).update(
            to_seq=ref.to_seq, counted_at=at
        )
        if joined:
            continue
        try:
            LedgerEntry.objects.create(writer=ref.writer, from_seq=ref.from_seq, to_seq=ref.to_seq, counted_at=at)
        except IntegrityError as error:
            raise CountedElsewhere("another counter has counted meanwhile", fix="run one counter per home") from error


def set_aside(ref: BatchRef, reason: str) -> None:
    """Keep a batch that cannot be read, by name and reason, where the pages show it; once."""
    QuarantinedBatch.objects.get_or_create(
        writer=ref.writer,
        from_seq=ref.from_seq,
        to_seq=ref.to_seq,
        defaults={"path": ref.path.name, "reason": reason[:2000], "at_us": now_us()},
    )


def joined(refs: Sequence[BatchRef]) -> list[BatchRef]:
    """Batches that follow each other as one, so that a large group writes few ledger rows."""
    out: list[BatchRef] = []
    for ref in sorted(refs, key=lambda each: (each.writer, each.from_seq)):
        last = out[-1] if out else None
        if last and last.writer == ref.writer and last.to_seq + 1 == ref.from_seq:
            out[-1] = BatchRef(ref.writer, last.from_seq, ref.to_seq, ref.path, 0, 0, 0, ref.committed_at)
        else:
            out.append(ref)
    return out
