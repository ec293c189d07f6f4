"""Time in one form: integer microseconds since the epoch, UTC. Pages convert, nothing else does."""

import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MICROS = 1_000_000
MINUTE_US = 60 * MICROS
HOUR_US = 3600 * MICROS
DAY_US = 24 * HOUR_US


def now_us() -> int:
    """The present instant in microseconds since the epoch, UTC."""
    return time.time_ns() // 1000


def minute_of(at_us: int) -> int:
    """The start of the minute that holds the instant, by floor, also before 1970."""
    return at_us // MINUTE_US * MINUTE_US


def to_datetime(at_us: int) -> datetime:
    """The instant as an aware datetime in UTC, exact to the microsecond."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)


def from_datetime(at: datetime) -> int:
    """Microseconds since the epoch. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be placed; add +08:00 or Z")
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def iso(at_us: int) -> str:
    """ISO 8601 with six decimals and Z, the form pages and exports use for machines."""
    return to_datetime(at_us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(value: str | int | float, *, zone: ZoneInfo | None = None) -> int:
    """Read ISO 8601, or an epoch in s, ms or µs told apart by magnitude.

    Units: microseconds since the epoch, UTC.
    Raises: ValueError with the sentence a person can act on.
    """
    if isinstance(value, bool):
        raise ValueError("a time is a number or an ISO 8601 text, not true or false")
    if isinstance(value, int | float):
        return epoch_us(value)
    text = value.strip()
    if text[4:5] != "-":  # numbers first: to ISO, 1796012811632 is 16:32 on the 28th of January 1796
        with contextlib.suppress(ValueError):
            return epoch_us(float(text) if "." in text else int(text))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text[:40]}' is not a time; write 2026-11-22T20:00:00+08:00") from None
    if at.tzinfo is None:
        if zone is None:
            raise ValueError(f"'{text[:40]}' has no zone; write it with +08:00 or Z")
        at = at.replace(tzinfo=zone)
    return from_datetime(at)


def epoch_us(value: int | float) -> int:
    """Scale an epoch in seconds, milliseconds or microseconds to microseconds.

    Source: magnitudes of 2001..2286 in each unit do not overlap.
    Raises: ValueError outside 2001-09-09 .. 2286-11-20.
    """
    if 1_000_000_000 <= value < 10_000_000_000:
        return round(value * MICROS)
    if 1_000_000_000_000 <= value < 10_000_000_000_000:
        return round(value * 1000)
    if 1_000_000_000_000_000 <= value < 10_000_000_000_000_000:
        return round(value)
    raise ValueError(f"{value} is no epoch between 2001 and 2286 in s, ms or µs")


def business_day(at_us: int, *, zone: ZoneInfo, cut_hour: int) -> dt.date:
    """The day a night belongs to: before `cut_hour` local time it is still the day before."""
    return (to_datetime(at_us).astimezone(zone) - timedelta(hours=cut_hour)).date()


def business_days(from_us: int, to_us: int, *, zone: ZoneInfo, cut_hour: int) -> Iterator[tuple[dt.date, int, int]]:
    """(day, first instant, first instant of the next) of every business day from one instant to another."""
    day = business_day(from_us, zone=zone, cut_hour=cut_hour)
    last = business_day(to_us, zone=zone, cut_hour=cut_hour)
    while day <= last:
        following = day + timedelta(days=1)
        begins, ends = (dt.datetime.combine(each, dt.time(cut_hour), tzinfo=zone) for each in (day, following))
        yield day, from_datetime(begins), from_datetime(ends)
        day = following
