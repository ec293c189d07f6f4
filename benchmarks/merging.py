"""Counts the log of this home in small groups and prints what their merging transactions took, commit included."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.machine import percentile
from kaibo.config.cli import migrate, start_django

GROUP_BYTES = 300_000  # about a thousand events: what a busy room brings in a second or two


def main() -> None:
    start_django()
    migrate()
    from django.db import transaction

    from kaibo.eventlog import api as log
    from kaibo.warehouse import counter

    took: list[float] = []

    class Timed:
        @staticmethod
        @contextmanager
        def atomic() -> Iterator[None]:
            began = time.perf_counter()
            with transaction.atomic():
                yield
            took.append((time.perf_counter() - began) * 1000)

    counter.transaction = Timed  # type: ignore[assignment]
    counting = counter.Counter(group_bytes=GROUP_BYTES)
    batches = events = 0
    while step := counting.step():
        batches, events = batches + step.batches, events + step.events
    counting.close()
    told = {"merges": len(took), "events": events, "batches": batches, "in_log": len(list(log.batches({})))}
    sys.stdout.write(
        json.dumps({**told, "p50_ms": round(percentile(took, 0.5), 2), "p99_ms": round(percentile(took, 0.99), 2)})
        + "\n"
    )


if __name__ == "__main__":
    main()
