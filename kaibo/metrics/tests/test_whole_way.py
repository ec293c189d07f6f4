"""From events through the real log, counter and records to numbers."""

from pathlib import Path

import pytest
from django.test.utils import CaptureQueriesContext

from kaibo.metrics import api, history
from kaibo.metrics.tests.fakes import minute
from kaibo.metrics.tests.real import SHOW, play

pytestmark = pytest.mark.django_db(transaction=True)
LATER = 40 * 24 * 60


@pytest.fixture(autouse=True)
def _evening(home: Path) -> None:
    history.forget()
    play()


def test_it_evaluates_what_was_counted() -> None:
    found = api.evaluate(SHOW, now_us=minute(LATER))
    expected = {
        "views": 20,
        "viewers": 20,
        "stay_per_view": 90,
        "product_click_ratio": 0.5,
        "click_pay_ratio": 0.4,
        "gmv_placed": 50_000,
        "gmv_paid": 40_000,
        "pay_ratio": 0.8,
        "value_per_order": 10_000,
        "refund_amount_ratio_24h": 0,
        "refund_amount_ratio_d7": 0.25,
        "net_sales": 30_000,
        "roas_room": 8,
        "gmv_target_ratio": 0.5,
        "ad_balance": 20_000,
        "current_link_no": 7,
        "identity_residual": None,
    }
    assert {name: found[name].value for name in expected} == pytest.approx(expected)
    assert found["breakeven_roas"].value == pytest.approx(1 / (0.42 * 0.6 - 0.78 * 0.065 - 0.36 * 0.03))
    assert found["likes"].reason == "not_reported"
    assert found["identity_residual"].reason == "not_reported"
    assert found["gmv_paid"].status == found["net_sales"].status == "final"
    assert found["gmv_paid"].sources == ("ndjson (douyin)",)


def test_it_adds_up_by_every_dimension() -> None:
    total = api.evaluate(SHOW, ["gmv_paid"], now_us=minute(LATER))["gmv_paid"].value
    for by in api.BY:
        lines = api.evaluate(SHOW, ["gmv_paid"], by=by, now_us=minute(LATER))
        assert sum(line["gmv_paid"].value or 0 for line in lines.values()) == total, by
    by_product = api.evaluate(SHOW, ["gmv_per_explained_minute", "lap_count"], by="product", now_us=minute(LATER))
    assert by_product["p1"]["gmv_per_explained_minute"].value == pytest.approx(40_000 / 9)


def test_it_shows_tiles_with_few_queries(django_assert_max_num_queries: CaptureQueriesContext) -> None:
    api.tiles(SHOW, now_us=minute(LATER))
    with django_assert_max_num_queries(18):
        tiles = api.tiles(SHOW, now_us=minute(LATER))
    assert len(tiles) == 10
    assert tiles[0].value.value == 40_000


def test_it_draws_a_chart_with_as_many_queries_as_a_number(
    django_assert_max_num_queries: CaptureQueriesContext,
) -> None:
    ids = ("online_now", "entries_natural_per_minute", "entries_paid_per_minute", "gmv_paid", "roas_room_15m")
    with django_assert_max_num_queries(14):
        found = api.series(SHOW, ids, now_us=minute(LATER))
    assert len(found["gmv_paid"]) >= 10
    assert found["entries_paid_per_minute"][4][1] is not None
