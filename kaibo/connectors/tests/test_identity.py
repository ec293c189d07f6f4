"""Ids of rows that have none."""

from kaibo.connectors import identity
from kaibo.connectors.identity import HOUR_US, RowIds


def test_it_gives_equal_rows_their_ordinal_also_after_an_hour_went_to_disk() -> None:
    ids = RowIds()
    first = ids.of(b"row", room="1", at_us=0)
    for hour in range(1, identity.HOT_HOURS + 5):
        ids.of(b"other", room="1", at_us=hour * HOUR_US)
    second = ids.of(b"row", room="1", at_us=1)
    third = ids.of(b"row", room="1", at_us=1)
    assert (second, third) == (f"{first}.1", f"{first}.2")
    folder = ids._folder
    assert folder is not None
    ids.close()
    again = RowIds()
    assert again.of(b"row", room="1", at_us=0) == first
    again.close()
