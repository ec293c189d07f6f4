"""Brings a file to this home a thousand lines at a time, counts each, and prints what the merging transactions took,
commit included. `python -m benchmarks.merging FILE`
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import percentile
from kaibo.config.cli import migrate, start_django

LINES = 1000  # what a busy room brings in a second or two


def main() -> None:
    start_django()
    migrate()
    from django.db import transaction

    from kaibo.eventlog import api as log
    from kaibo.eventlog.contracts import Provenance
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
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    log.open_window("shop", "100", "bench", from_us=0)
    writing, counting = log.open_log(), counter.Counter()
    events = 0
    for start in range(0, len(lines), LINES):
        writing.append_lines("\n".join(lines[start : start + LINES]).encode(), provenance=Provenance("feed_bench"))
        while step := counting.step():
            events += step.events
    counting.close()
    writing.close()
    told = {"merges": len(took), "events": events}
    sys.stdout.write(
        json.dumps({**told, "p50_ms": round(percentile(took, 0.5), 2), "p99_ms": round(percentile(took, 0.99), 2)})
        + "\n"
    )


if __name__ == "__main__":
    main()
