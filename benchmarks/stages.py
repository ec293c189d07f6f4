"""Where the appender spends its time: processor microseconds per event and stage, best and median batch.

`python -m benchmarks.stages [--events N] [--batch N]`
"""

import argparse
import os
import random
import sys
import tempfile
from collections import defaultdict
from time import thread_time
from typing import Any


def bodies(count: int, batch: int, *, is_iso: bool) -> list[bytes]:
    """Canonical NDJSON of one room within half an hour, 20,000 viewers."""
    import msgspec

    from kaibo.kit.clock import iso, now_us

    draw, start = random.Random(1), now_us() - 1_800_000_000
    kinds = ("viewer.entered", "comment.posted", "like.given", "product.clicked", "viewer.left")
    made = []
    for first in range(0, count, batch):
        lines = []
        for number in range(first, first + batch):
            at = start + number * 5000 % 1_800_000_000
            line = {
                "event_id": f"{'i' if is_iso else 'e'}-{number:08d}",
                "kind": draw.choice(kinds),
                "platform": "simulator",
                "room_id": "room-1",
                "occurred_at": iso(at) if is_iso else at,
                "viewer_id": f"v{draw.randrange(20_000)}",
                "traffic_source": "feed",
            }
            if line["kind"] == "comment.posted":
                line["text"] = "这个怎么买"
            lines.append(msgspec.json.encode(line) + b"\n")
        made.append(b"".join(lines))
    return made


def measure(count: int, batch: int, *, is_iso: bool) -> dict[str, list[float]]:
    """Per stage the processor time of every batch."""
    from kaibo.eventlog import api
    from kaibo.eventlog.contracts import Provenance
    from kaibo.eventlog.lines import ENCODER, ONE, Rules
    from kaibo.eventlog.log import local_log
    from kaibo.eventlog.validate import all_well
    from kaibo.kit.clock import now_us

    spent: dict[str, list[float]] = defaultdict(list)

    def timed(stage: str, work: Any, *values: Any, **named: Any) -> Any:
        began = thread_time()
        result = work(*values, **named)
        spent[stage].append((thread_time() - began) / batch * 1e6)
        return result

    log, told, place = api.open_log(), Provenance("feed_bench"), ("simulator", "room-1")
    work = local_log().appender
    for body in bodies(count, batch, is_iso=is_iso):
        work.book.refresh()
        lines = timed("decode", ONE.decode_lines, body)
        timed("validate", all_well, lines, Rules(now_us=now_us(), currency="CNY"))
        times = [line.occurred_at for line in lines]
        fresh = timed("dedupe", work.index.admit, place, lines, times)
        entry = timed("stamp", work._stamp, place, fresh, times, told, now_us(), is_trusted=True)
        data = timed("encode", ENCODER.encode_lines, fresh)
        group = work._group
        work._add(group, data, len(fresh), entry)
        timed("write", work.sync, group)
    log.close()
    return spent


def main() -> int:
    """Print one line per form and stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--batch", type=int, default=5_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        os.environ["KAIBO_HOME"] = scratch
        from kaibo.config.cli import migrate, start_django

        start_django()
        migrate()
        for is_iso in (False, True):
            spent = measure(given.events, given.batch, is_iso=is_iso)
            for stage, each in spent.items():
                ordered = sorted(each)
                form = "iso" if is_iso else "int"
                print(f"{form}  {stage:10s} best {ordered[0]:.3f}  median {ordered[len(ordered) // 2]:.3f} us/event")
            print(f"{form}  sum        best {sum(min(each) for each in spent.values()):.3f} us/event")
    return 0


if __name__ == "__main__":
    sys.exit(main())
