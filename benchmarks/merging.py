"""Brings a file to this home a thousand lines at a time, counts each, and prints what the merging transactions took,
commit included, how many statements each sent, and which tables cost most. `python -m benchmarks.merging FILE`
"""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.machine import percentile
from kaibo.config.cli import migrate, start_django

LINES = 1000  # what a busy room brings in a second or two
MOST_TABLES = 5
_TABLE = re.compile(r"(?:into|from|update)\s+\"?(\w+)", re.IGNORECASE)


class Statements:
    """What a connection sends: how often, and how long each table takes."""

    def __init__(self) -> None:
        self.sent = 0
        self.seconds: Counter[str] = Counter()

    def __call__(self, execute: Callable[..., Any], statement: str, values: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(statement, values, many, context)
        finally:
            found = _TABLE.search(statement)
            self.seconds[found[1] if found else statement[:20]] += time.perf_counter() - began
            self.sent += len(values) if many else 1


def main() -> None:
    start_django()
    migrate()
    from django.db import connection, transaction

    from kaibo.eventlog import api as log
    from kaibo.eventlog.contracts import Provenance
    from kaibo.warehouse import counter

    took: list[float] = []
    statements = Statements()
    processor: list[float] = []

    class Timed:
        @staticmethod
        @contextmanager
        def atomic() -> Iterator[None]:
            began, worked = time.perf_counter(), time.process_time()
            with connection.execute_wrapper(statements), transaction.atomic():
                yield
            took.append((time.perf_counter() - began) * 1000)
            processor.append((time.process_time() - worked) * 1000)

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
    told = {
        "merges": len(took),
        "events": events,
        "p50_ms": round(percentile(took, 0.5), 2),
        "p99_ms": round(percentile(took, 0.99), 2),
        "own_processor_p50_ms": round(percentile(processor, 0.5), 2),
        "statements": round(statements.sent / len(took), 1),
        "tables_ms": {
            name: round(seconds / len(took) * 1000, 2) for name, seconds in statements.seconds.most_common(MOST_TABLES)
        },
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
