"""Shows in a log of their own, delivered in no order, one batch of them damaged, and what was counted of them."""

import random
import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.apps import apps

from kaibo.connectors.simulator.night import NightConfig, simulate
from kaibo.eventlog import api as log
from kaibo.eventlog.contracts import BatchRef, Provenance
from kaibo.eventlog.segments import pack_record

STARTED = 1_763_812_800_000_000  # 2025-11-22T12:00:00Z
TOLD = Provenance("feed_parity", ingest_id="imp_parity", raw_ref="sha256:0", translator_version="test/1")
_OWN = {
    "ShowVersion": {"id", "version"},
    "LedgerEntry": {"id", "counted_at"},
    "QuarantinedBatch": {"id", "at_us"},
    "CountTally": {"id", "value"},
}
"""Columns that tell when and how often something was counted, not what."""


def bring_night(*, minutes: int, scale: float, batches: int, seed: int = 7) -> int:
    """A simulated show, later refunds too, its lines shuffled over so many batches; how many lines."""
    night = simulate(NightConfig(minutes=minutes, scale=scale), seed=seed, started_us=STARTED)
    lines = [line for chunk in night.chunks() for line in chunk]
    random.Random(seed).shuffle(lines)
    log.open_window(night.config.platform, night.config.room_id, "show-1", from_us=STARTED - 3_600_000_000)
    bring(lines, batches=batches)
    return len(lines)


def bring(lines: list[str], *, batches: int) -> None:
    """Hand lines over in so many requests, each a batch."""
    writing = log.open_log()
    size = -(-len(lines) // batches)
    for at in range(0, len(lines), size):
        receipt = writing.append_lines("\n".join(lines[at : at + size]).encode(), provenance=TOLD)
        assert receipt.rejected == 0, receipt.details
    writing.close()


def damage(ref: BatchRef) -> None:
    """Flip one bit in the middle of a batch."""
    with ref.path.open("r+b") as file:
        file.seek(ref.offset + ref.length // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))


def write_nonsense(ref: BatchRef) -> None:
    """Let a batch begin with what is no event, under a checksum that is right."""
    with ref.path.open("r+b") as file:
        file.seek(ref.offset)
        file.write(b"[")
        file.seek(ref.offset)
        crc = zlib.crc32(file.read(ref.length))
    index = ref.path.with_suffix(".idx")
    index.write_bytes(index.read_bytes().replace(pack_record(ref), pack_record(replace(ref, crc32=crc))))


def every_batch() -> list[BatchRef]:
    """The log, in order."""
    return list(log.batches({}))


def counted() -> dict[str, list[Any]]:
    """Every row of every table that counting fills, by table."""
    return {
        table.__name__: sorted(
            (
                tuple((key, value) for key, value in row.items() if key not in _OWN.get(table.__name__, {"id"}))
                for row in table._default_manager.values()
            ),
            key=repr,
        )
        for table in apps.get_app_config("warehouse").get_models()
    }


def differences(wanted: dict[str, list[Any]], found: dict[str, list[Any]]) -> list[str]:
    """Table by table, the first rows that only one has."""
    return [
        f"{name}: only wanted {_less(wanted[name], found[name])}, only found {_less(found[name], wanted[name])}"
        for name in wanted
        if wanted[name] != found[name]
    ]


def _less(rows: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    known = set(map(repr, others))
    return [row for row in rows if repr(row) not in known][:2]
