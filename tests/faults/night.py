"""A small evening whose numbers are known beforehand, and ways to look at a home from outside."""

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from kaibo.kit.clock import now_us
from tests.journeys.server import Kaibo

ROOM, SHOW, PRICE = "r-1", "the-night", 1_230
START = now_us() // 1_000_000 * 1_000_000 - 3_600_000_000
_PLAN = f"""
from kaibo.eventlog import api
api.open_window("shop", {ROOM!r}, {SHOW!r}, from_us={START}, to_us={START + 86_400_000_000})
feed, token = api.create_feed("fault", connector="ndjson", platform="shop", actor="system:test")
print(token)
"""
_TOTALS = f"""
import json
from kaibo.warehouse import api
print(json.dumps(api.totals({SHOW!r})))
"""


def lines(first: int, count: int) -> list[str]:
    """Entries of one viewer each; every tenth buys."""
    found = []
    for number in range(first, first + count):
        told = {"platform": "shop", "room_id": ROOM, "occurred_at": START + number * 10_000, "viewer_id": f"v{number}"}
        found.append(json.dumps({**told, "event_id": f"e{number}", "kind": "viewer.entered"}))
        if number % 10 == 0:
            paid = {"kind": "order.paid", "order_id": f"o{number}", "amount_minor": PRICE, "currency": "CNY"}
            found.append(json.dumps({**told, "event_id": f"p{number}", **paid}))
    return found


def expected(count: int) -> dict[str, int]:
    """What the entries from the first on must come to."""
    buyers = -(-count // 10)
    return {"views": count, "viewers": count, "orders_paid": buyers, "gmv_paid_minor": buyers * PRICE}


def prepare(kaibo: Kaibo) -> str:
    """Plan the show and make a feed; its token."""
    return kaibo.python(_PLAN).splitlines()[-1]


def totals(kaibo: Kaibo) -> dict[str, int]:
    """What the home has counted, of the numbers that `expected` names."""
    told = json.loads(kaibo.python(_TOTALS).splitlines()[-1])
    return {name: told.get(name, 0) for name in expected(1)}


def send(kaibo: Kaibo, token: str, batch: list[str], *, seconds: float = 60) -> dict[str, Any]:
    """Send until it is acknowledged, as a sender does; the receipt."""
    ends = time.monotonic() + seconds
    while (receipt := kaibo.post(batch, token)) is None:
        assert time.monotonic() < ends, f"not taken for {seconds} s:\n{kaibo.log()[-3000:]}"
        time.sleep(0.05)
    assert receipt["rejected"] == 0, receipt["details"]
    return receipt


def get(kaibo: Kaibo, path: str, *, seconds: float = 10) -> tuple[int, str]:
    """Status and body; (0, reason) when no answer came."""
    connection = http.client.HTTPConnection("127.0.0.1", kaibo.port, timeout=seconds)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


def gauge(kaibo: Kaibo, name: str) -> float | None:
    """One number of /ops/metrics without labels; None while nobody answers."""
    status, body = get(kaibo, "/ops/metrics")
    found = re.search(rf"^kaibo_{name} (\S+)$", body, re.MULTILINE)
    return float(found.group(1)) if status == 200 and found else None


def until(condition: Callable[[], object], what: str, kaibo: Kaibo, *, seconds: float = 60) -> None:
    """Wait for something that must come by itself."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"{what}\n{kaibo.log()[-3000:]}"
        time.sleep(0.1)


def until_counted(kaibo: Kaibo, *, seconds: float = 60) -> None:
    """Wait until nothing on disk is uncounted."""
    until(lambda: gauge(kaibo, "count_behind_events") == 0, "counting never caught up", kaibo, seconds=seconds)


def doctor(kaibo: Kaibo) -> dict[str, dict[str, str]]:
    """What `kaibo doctor` finds wrong, by check."""
    return {one["check"]: one for one in told_by_doctor(kaibo) if one["status"] != "ok"}


def told_by_doctor(kaibo: Kaibo) -> list[dict[str, str]]:
    """Everything that `kaibo doctor` says."""
    command = [sys.executable, "-m", "kaibo", "doctor", "--json"]
    done = subprocess.run(command, env=kaibo.environment, capture_output=True, text=True, check=False, timeout=60)
    return list(json.loads(done.stdout.strip().splitlines()[-1])["checks"])
