"""Time in one form."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("1795348800.5", 1_795_348_800_500_000),
        ("1796012811632", 1_796_012_811_632_000),  # to ISO a minute of the year 1796
        (" 1796012811632.25 ", 1_796_012_811_632_250),
        ("1.7953488E+9", 1_795_348_800_000_000),
        ("1795348800123456", 1_795_348_800_123_456),
    ],
)
def test_it_reads_every_accepted_form(given: str | int, expected: int) -> None:
    assert clock.parse_instant(given) == expected


@given(at_us=st.integers(1_000_000_000_000_000, 9_999_999_999_999_999))
def test_it_reads_an_epoch_alike_as_text_and_as_number(at_us: int) -> None:
    for unit in (1, 1000, 1_000_000):
        assert clock.parse_instant(str(at_us // unit), zone=ZoneInfo("Asia/Shanghai")) == at_us // unit * unit


def test_it_reads_digits_that_are_no_epoch_as_a_day() -> None:
    assert clock.parse_instant("20261122", zone=ZoneInfo("UTC")) == 1_795_305_600_000_000


@pytest.mark.parametrize("given", ["yesterday", "1e12", "2026-11-22T20:00:00", 12, True])
def test_it_says_why_a_time_is_refused(given: str | int) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        clock.parse_instant(given)


def test_it_floors_minutes_also_before_the_epoch() -> None:
    assert clock.minute_of(-1) == -clock.MINUTE_US
