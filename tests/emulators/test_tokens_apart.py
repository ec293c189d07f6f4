"""Two processes of one home renew a grant whose refresh token can be used once: they take turns."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.emulators.base import Asked, Told
from tests.emulators.oceanengine import TOKEN, Oceanengine
from tests.faults.postgres import postgres
from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey
ROUNDS = 3
SECONDS_OF_A_GRANT = 0.4
_ASKER = """
import contextlib, json, sys
from kaibo.config.cli import start_django
start_django()
from kaibo.connectors import api, pollworker
from kaibo.connectors.contracts import Checked
settings, kept_at, takes_turns = json.loads(sys.argv[1])
if not takes_turns:
    pollworker.Sealed.turn = lambda _self: contextlib.nullcontext()
print("ready", flush=True)
for _line in sys.stdin:
    said = api.try_connection("oceanengine", settings, kept_at=kept_at, attempts=2)
    print("ok" if isinstance(said, Checked) else said.code, flush=True)
"""


@contextmanager
def asker(kaibo: Kaibo, told: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that asks the platform once for each line that it reads."""
    command = [sys.executable, "-c", _ASKER, told]
    process = subprocess.Popen(command, env=kaibo.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.communicate()
        assert process.returncode == 0


def ask(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def answers(kaibo: Kaibo, platform: Oceanengine, *, takes_turns: bool) -> list[str]:
    """What two processes were answered that asked in the same moment, each time with a token that is void."""
    settings = {"app_id": "5", "secret": "s", "refresh_token": platform.refresh, "advertiser_id": "77"}
    told = json.dumps([{**settings, "base_url": platform.base}, f"draft:{takes_turns}", takes_turns])
    found = []
    with ExitStack() as stack:
        both = [stack.enter_context(asker(kaibo, told)) for _ in range(2)]
        assert [said(one) for one in both] == ["ready", "ready"]
        for _ in range(ROUNDS):
            platform.void_tokens()
            for one in both:
                ask(one)
            found += [said(one) for one in both]
    return found


@pytest.mark.parametrize("records", ["sqlite", "postgresql"])
def test_it_uses_a_refresh_token_once_although_two_processes_need_it(tmp_path: Path, records: str) -> None:
    def slowly(asked: Asked, told: Told) -> None:
        if asked.path == TOKEN:
            told.wait_seconds = SECONDS_OF_A_GRANT  # granted already: whoever asks now with the old one comes too late

    with ExitStack() as stack:
        address = stack.enter_context(postgres()).uri if records == "postgresql" else ""
        kaibo = Kaibo(tmp_path / "home", KAIBO_DATABASE_URL=address)
        kaibo.python("")
        platform = Oceanengine()
        platform.twist = slowly
        stack.enter_context(platform)
        assert "grant_ended" in answers(kaibo, platform, takes_turns=False), "there is no race to be kept from"
        platform.grants = 0
        assert answers(kaibo, platform, takes_turns=True) == ["ok"] * (2 * ROUNDS)
        assert platform.grants == ROUNDS, "one renewal for both"
