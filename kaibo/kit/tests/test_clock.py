"""Time in one form."""

import pytest

from kaibo.kit import clock


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-11-22T20:00:00+08:00", 1_795_348_800_000_000),
        ("2026-11-22T12:00:00.123456Z", 1_795_348_800_123_456),
        (1_795_348_800, 1_795_348_800_000_000),
        (1_795_348_800_123, 1_795_348_800_123_000),
        (1_795_348_800_123_456, 1_795_348_800_123_456),
        ("1795348800", 1_795_348_800_000_000),
    ],
)
def test_it_reads_every_accepted_form(given: str | int, expected: int) -> None:
    assert clock.parse_instant(given) == expected


@pytest.mark.parametrize("given", ["yesterday", "2026-11-22T20:00:00", 12, True])
def test_it_says_why_a_time_is_refused(given: str | int) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        clock.parse_instant(given)


def test_it_floors_minutes_also_before_the_epoch() -> None:
    assert clock.minute_of(-1) == -clock.MINUTE_US
