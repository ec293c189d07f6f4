"""`kaibo work`: what is due is done by a process of its own; a killed one leaves its job to the next."""

import json
import os
import subprocess
import sys
from pathlib import Path


def kaibo(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KAIBO_HOME": str(home), "KAIBO_DATABASE_URL": ""}
    return subprocess.run(
        [sys.executable, "-m", "kaibo", *words], env=environment, capture_output=True, text=True, check=False
    )


def test_it_does_what_is_due_and_says_how_much_is_left(home: Path) -> None:
    done = kaibo(home, "work", "--once", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"tried": 0, "waiting": 0, "failed": 0}
