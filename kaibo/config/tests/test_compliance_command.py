"""`kaibo compliance verify`: holds, or says where it does not."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.server import Kaibo

SAY = """
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import now_us
from kaibo.operations.compliance import api
log = eventlog.open_log()
told = {"kind": "speech.transcribed", "platform": "p", "room_id": "1", "occurred_at": now_us(), "text": "全网最低价"}
said = PlatformEvent(event_id="s1", **told)
log.append_events([said], provenance=Provenance("feed"))
log.close()
while api.look():
    pass
"""


@pytest.mark.journey
def test_it_tells_a_chain_that_holds_from_one_that_was_changed(tmp_path: Path) -> None:
    home = Kaibo(tmp_path / "home")
    home.python(SAY)

    def verify(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kaibo", "compliance", "verify", *more]
        return subprocess.run(command, env=home.environment, capture_output=True, text=True, check=False)

    held = verify("--json")
    assert held.returncode == 0, held.stderr
    told = json.loads(held.stdout)
    assert (told["rows"], told["breaks"]) == (2, [])
    assert verify("--head", told["head"]).returncode == 0
    assert verify("--head", "0" * 64).returncode == 1
    [records] = [path for path in (tmp_path / "home").iterdir() if path.suffix in {".sqlite3", ".db", ".sqlite"}]
    with sqlite3.connect(records) as database:
        database.execute("update compliance_hit set text = '全网低价'")
    broken = verify()
    assert broken.returncode == 1
    assert "was changed" in broken.stdout
    assert "BROKEN" in broken.stdout
