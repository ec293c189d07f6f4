"""What a merge takes back is found by an index: its cost must not grow with what the records hold (plan of SQLite)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kaibo.warehouse.counter import Counter
from kaibo.warehouse.merge import merge
from kaibo.warehouse.tests import fakes

pytestmark = pytest.mark.django_db


def test_it_finds_every_row_that_a_merge_takes_back_by_an_index(home: object) -> None:
    log = fakes.FakeLog()
    log.add({**event, "currency": "CNY"} for event in fakes.night(3, size=400))
    counting = Counter()
    counted = counting.engine.count_bytes(log.bodies)
    counting.close()
    with CaptureQueriesContext(connection) as asked:
        merge(counted)
    texts = {re.sub(r"^\d+ times: ", "", one["sql"]) for one in asked.captured_queries}
    changes = sorted(text for text in texts if re.match(r"(delete|update)\b", text, re.IGNORECASE) and "%s" in text)
    assert any("warehouse_unmatchedrow" in text for text in changes)
    with connection.cursor() as cursor:
        for text in changes:
            cursor.execute(f"explain query plan {text}", ["x"] * text.count("%s"))
            steps = [row[-1] for row in cursor.fetchall()]
            assert steps[0].startswith("SEARCH"), f"{text}: {steps}"
