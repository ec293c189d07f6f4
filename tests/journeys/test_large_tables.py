"""Two hundred thousand rows in one file: imported whole in bounded memory."""

import pytest

from benchmarks.tables import measure

pytestmark = [pytest.mark.journey, pytest.mark.soak]
ROWS = 200_000


@pytest.mark.parametrize(("suffix", "most_mb"), [(".csv", 450), (".xlsx", 1100)])
def test_it_imports_two_hundred_thousand_rows_in_bounded_memory(suffix: str, most_mb: int) -> None:
    result = measure(ROWS, suffix)
    assert result["accepted"] > ROWS
    assert result["peak_mb"] < most_mb
