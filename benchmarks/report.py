"""(f) The last file of a night of 40,000 orders is in → the daily report as picture, PDF and workbook.

`python -m benchmarks.report [--orders N]`
"""

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.machine import save
from tests.journeys.server import Kaibo

BEGAN_US = 1_795_348_800_000_000  # 2026-11-22T12:00:00Z, 20:00 in Shanghai
MINUTE_US = 60_000_000
NIGHT_MINUTES, LINKS, LAP_MINUTES = 240, 60, 4
SHOW = "a-busy-night"
SOURCES = ("feed", "paid", "following", "short_video", "search", "other")
VIEWS_PER_ORDER = 8
REFUNDED = 0.4
_numbers = count(1)


def lines(orders: int) -> Iterator[dict[str, Any]]:
    """A night with its stage, viewers, spend, orders and refunds, deterministic."""
    draw = random.Random(1)
    end = BEGAN_US + NIGHT_MINUTES * MINUTE_US
    yield _event("show.started", BEGAN_US, show_id=SHOW, text="A busy night")
    yield from _stage()
    for number in range(orders * VIEWS_PER_ORDER):
        at = BEGAN_US + draw.randrange(NIGHT_MINUTES * MINUTE_US - MINUTE_US)
        about = {"viewer_id": f"v{draw.randrange(orders * 6)}", "traffic_source": SOURCES[number % 6]}
        yield _event("viewer.entered", at, **about)
    for number in range(orders):
        at = BEGAN_US + draw.randrange(NIGHT_MINUTES * MINUTE_US - 2 * MINUTE_US)
        order = {"order_id": f"o{number}", "viewer_id": f"v{draw.randrange(orders * 6)}", "currency": "CNY"}
        goods = {"product_id": f"p{number % LINKS}", "quantity": 1, "amount_minor": 9900 + number % 7 * 1000}
        yield _event("order.placed", at, **order, **goods)
        yield _event("order.paid", at + 20_000_000, **order, **goods)
        if draw.random() < REFUNDED:
            later = end + draw.randrange(10 * 3600) * 1_000_000
            yield _event("order.refunded", later, **order, amount_minor=goods["amount_minor"])
    yield _event("show.ended", end, show_id=SHOW)


def _stage() -> Iterator[dict[str, Any]]:
    for link in range(LINKS):
        attrs = {"price_minor": 9900, "title": f"Link number {link + 1}", "stock": 900}
        yield _event("offer.listed", BEGAN_US, product_id=f"p{link}", link_no=str(link + 1), attrs=attrs)
    for number in range(NIGHT_MINUTES // LAP_MINUTES):
        at = BEGAN_US + number * LAP_MINUTES * MINUTE_US
        yield _event("lap.started", at, product_id=f"p{number % LINKS}", link_no=str(number % LINKS + 1))
    for host, minute in (("first", 0), ("second", NIGHT_MINUTES // 2)):
        yield _event("host.on", BEGAN_US + minute * MINUTE_US, host_id=host)
    for minute in range(NIGHT_MINUTES):
        at = BEGAN_US + minute * MINUTE_US
        yield _event("spend.reported", at, amount_minor=300_000, currency="CNY")
        yield _event("online.sampled", at, count=2000 + minute)


def _event(kind: str, at_us: int, **values: Any) -> dict[str, Any]:
    base = {"event_id": f"e{next(_numbers)}", "platform": "shop", "room_id": "100"}
    return {**base, "kind": kind, "occurred_at": at_us, **values}


def children_seconds() -> float:
    """Processor time of the processes we started and that ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def measure(orders: int) -> dict[str, Any]:
    """Import and count first, outside the clock; then the command, its start included."""
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        folder = Path(scratch)
        path = folder / "night.ndjson"
        with path.open("w", encoding="utf-8") as file:
            written = sum(1 for _ in map(file.write, (json.dumps(one) + "\n" for one in lines(orders))))
        home = Kaibo(folder / "home")
        home.python("")
        brought = home.run("import", "ndjson", str(path), "--wait", "--json", seconds=3600)
        files = {form: folder / f"report.{form}" for form in ("png", "pdf", "xlsx")}
        asked = [part for form, out in files.items() for part in (f"--{form}", str(out))]
        began, worked = time.perf_counter(), children_seconds()
        told = home.run("report", SHOW, *asked, "--json")
        seconds, processor = time.perf_counter() - began, children_seconds() - worked
        paid = next(one for one in told["headlines"] if one["value"]["id"] == "orders_paid")["value"]["value"]
        if paid != orders:
            raise RuntimeError(f"the report says {paid} orders instead of {orders}")
        return {
            "orders": orders,
            "events": written,
            "accepted": brought["accepted"],
            "seconds": round(seconds, 2),
            "processor_seconds": round(processor, 2),
            "bytes": {form: out.stat().st_size for form, out in files.items()},
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=40_000)
    save("report", measure(parser.parse_args().orders))


if __name__ == "__main__":
    main()
