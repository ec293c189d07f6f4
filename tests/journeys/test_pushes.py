"""Pushes into a running server that is killed without warning: nothing acknowledged is lost, nothing counts twice."""

import json
import threading
import time
from pathlib import Path

import httpx
import pytest

from kaibo.connectors.tests import pushes
from kaibo.kit import env
from kaibo.kit.clock import now_us
from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey
PUSHES, SENDERS = 240, 4
WAIT_SECONDS = 60
ROOM = "771"


def message(number: int) -> bytes:
    row = {"msg_id": str(number), "sec_openid": f"p{number % 50}", "content": "hi", "timestamp": now_us() // 1000}
    return json.dumps([row]).encode()


def send(kaibo: Kaibo, address: str, messages: dict[int, bytes], taken: set[int]) -> None:
    """Put the numbers of acknowledged pushes into `taken`; a broken line is no answer."""
    with httpx.Client(base_url=f"http://127.0.0.1:{kaibo.port}", timeout=20) as client:
        for number, body in messages.items():
            sent = pushes.push("douyin_push", body, at_us=now_us(), room=ROOM).delivery
            try:
                answer = client.post(address, content=sent.body, headers=dict(sent.headers))
            except httpx.TransportError:
                continue
            assert answer.status_code == 200, answer.text
            taken.add(number)


def test_it_keeps_every_acknowledged_push_through_a_kill(tmp_path: Path) -> None:
    kaibo = Kaibo(tmp_path / "home")
    hook = kaibo.run("hook", "douyin_push", "--room", ROOM, "--json")
    kaibo.environment[env.feed_variable(hook["feed"], "secret")] = pushes.SECRET
    kaibo.python(
        "from kaibo.eventlog import api\n"
        f"api.open_window('douyin', '{ROOM}', 'night', from_us={now_us() - 3_600_000_000})\n"
    )
    messages = {number: message(number) for number in range(PUSHES)}
    shares = [dict(list(messages.items())[start::SENDERS]) for start in range(SENDERS)]
    kaibo.start()
    acknowledged: set[int] = set()
    threads = [threading.Thread(target=send, args=(kaibo, hook["address"], share, acknowledged)) for share in shares]
    for thread in threads:
        thread.start()
    while len(acknowledged) < PUSHES // 6 and any(thread.is_alive() for thread in threads):
        time.sleep(0.005)
    kaibo.kill()
    for thread in threads:
        thread.join()
    kaibo.start()
    try:
        again = {number: body for number, body in messages.items() if number not in acknowledged or number % 3 == 0}
        retaken: set[int] = set()
        send(kaibo, hook["address"], again, retaken)
        assert retaken == set(again), "the platform sends again what was not answered"
        ends = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < ends:
            counted = kaibo.run("metrics", "night", "--json")["comments"]["value"]
            states = kaibo.run("inbox", "list", "--state", "any", "--limit", "1", "--json")["states"]
            if (counted, states) == (PUSHES, {"translated": PUSHES}):
                break
            time.sleep(0.5)
    finally:
        kaibo.stop()
    assert 0 < len(acknowledged) < PUSHES, "the kill must fall into the middle"
    assert counted == PUSHES
    assert states == {"translated": PUSHES}
