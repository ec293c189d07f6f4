"""Two hundred thousand rows in one file: imported whole in bounded memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.soak]
ROWS = 200_000
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("suffix", "most_mb"), [(".csv", 450), (".xlsx", 1100)])
def test_it_imports_two_hundred_thousand_rows_in_bounded_memory(suffix: str, most_mb: int) -> None:
    ask = f"import json; from benchmarks.tables import measure; print(json.dumps(measure({ROWS}, {suffix!r})))"
    command = [sys.executable, "-c", ask]  # the peak is that of all children a process ever had, so it needs one anew
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["accepted"] > ROWS
    assert result["peak_mb"] < most_mb
