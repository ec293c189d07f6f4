"""Many rows at once give what one after the other gives, on both databases."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kaibo.warehouse import writing
from kaibo.warehouse.counter import Counter
from kaibo.warehouse.merge import merge
from kaibo.warehouse.models import MinuteRow, ShowCurrency, StrayEvent
from kaibo.warehouse.tests import fakes

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ADDS = 'on conflict ("show_id", "currency") do update set lines = warehouse_showcurrency.lines + excluded.lines'


def test_it_adds_rows_that_share_a_key_one_after_the_other() -> None:
    rows = [("A", "CNY", 1), ("A", "USD", 5), ("A", "CNY", 2), ("A", "CNY", 4)]
    for _ in range(2):
        writing.insert(
            "warehouse_showcurrency", ("show_id", "currency", "lines"), rows, conflict=ADDS, key=("show_id", "currency")
        )
    assert dict(ShowCurrency.objects.values_list("currency", "lines")) == {"CNY": 14, "USD": 10}


def test_it_keeps_unknown_apart_from_zero_and_every_digit_and_letter() -> None:
    names = ("show_id", "grain", "key", "minute_us", "views", "gmv_paid_minor")
    text = "“直播”\n\\ 'x' \" {null}"
    rows = [(text, "show", "", 60_000_000, None, 0), ("B", "show", "", 2**62, 2**53 + 1, None)]
    writing.insert("warehouse_minuterow", names, rows)
    assert sorted(MinuteRow.objects.values_list(*names)) == sorted(rows)


def test_it_deletes_and_updates_only_rows_with_these_values() -> None:
    names = ("show_id", "grain", "key", "minute_us", "views")
    rows = [(show, grain, "", minute, 1) for show in "AB" for grain in ("show", "lap") for minute in (1, 2)]
    writing.insert("warehouse_minuterow", names, rows)
    writing.delete("warehouse_minuterow", ("show_id", "minute_us"), [("A", 1), ("B", 2)], also="grain in ('lap')")
    writing.update("warehouse_minuterow", '"views" = null', ("show_id", "grain"), [("B", "show")])
    found = sorted(MinuteRow.objects.values_list("show_id", "grain", "minute_us", "views"), key=repr)
    assert found == [
        ("A", "lap", 2, 1), ("A", "show", 1, 1), ("A", "show", 2, 1),
        ("B", "lap", 1, 1), ("B", "show", 1, None), ("B", "show", 2, None),
    ]  # fmt: skip


def test_it_writes_nothing_for_no_rows() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        writing.insert("warehouse_strayevent", ("uid",), [])
        writing.delete("warehouse_strayevent", ("uid",), [])
    assert len(asked) == 0
    assert not StrayEvent.objects.exists()


def test_it_sends_as_many_statements_for_many_rows_as_for_few(home: object) -> None:
    sent = []
    for size in (40, 400):
        log = fakes.FakeLog()
        night = fakes.night(3, size=size)
        log.add({**event, "currency": "CNY", "event_id": f"{size}-{event['event_id']}"} for event in night)
        counting = Counter()
        counted = counting.engine.count_bytes(log.bodies)
        counting.close()
        with CaptureQueriesContext(connection) as asked:
            merge(counted)
        sent.append(len(asked))
    assert sent[0] > 10
    assert sent[1] <= sent[0] + 12
