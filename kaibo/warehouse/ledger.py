"""The ledger: which spans of the log are counted. A span enters it in the transaction that merges its rows."""

import logging
from collections.abc import Iterable, Sequence

from django.db import IntegrityError

from kaibo import __version__
from kaibo.eventlog.contracts import BatchRef
from kaibo.kit.clock import now_us
from kaibo.kit.errors import Conflict
from kaibo.kit.logfields import about, batch_name
from kaibo.warehouse.models import LedgerEntry, QuarantinedBatch

log = logging.getLogger("kaibo.warehouse")


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
    return [ref for ref in refs if is_counted(ref.writer, ref.from_seq, ref.to_seq, counted)]


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
    """Keep a batch that cannot be counted, by name and reason, where pages show it; failing again is one try more."""
    name = batch_name(ref.writer, ref.from_seq, ref.to_seq)
    log.error("batch %s %d-%d is set aside: %s", ref.writer, ref.from_seq, ref.to_seq, reason, extra=about(batch=name))
    told = {"path": ref.path.name, "reason": reason[:2000], "tried_with": __version__, "is_asked": False}
    row, is_new = QuarantinedBatch.objects.get_or_create(
        writer=ref.writer, from_seq=ref.from_seq, to_seq=ref.to_seq, defaults={**told, "at_us": now_us()}
    )
    if not is_new:
        QuarantinedBatch.objects.filter(pk=row.pk).update(**told, tries=row.tries + 1)


def ask_again(*, only_older: bool = False) -> int:
    """Ask for another try of what is set aside, or only of what another version of Kaibo failed at; how many."""
    rows = QuarantinedBatch.objects.filter(is_asked=False)
    return (rows.exclude(tried_with=__version__) if only_older else rows).update(is_asked=True)


def next_asked() -> QuarantinedBatch | None:
    """The first batch that is to be tried again. Cost: 1 query."""
    return QuarantinedBatch.objects.filter(is_asked=True).order_by("writer", "from_seq").first()


def left_out() -> list[tuple[str, int, int]]:
    """(writer, from, to) of batches that are set aside and not counted. Cost: 1 query, 2 where there are some."""
    found = list(QuarantinedBatch.objects.values_list("writer", "from_seq", "to_seq"))
    counted = spans() if found else {}
    return [one for one in found if not is_counted(*one, counted)]


def is_counted(writer: str, from_seq: int, to_seq: int, counted: dict[str, list[tuple[int, int]]]) -> bool:
    """Whether a span lies wholly inside a counted one."""
    return any(low <= from_seq and to_seq <= high for low, high in counted.get(writer, ()))


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
