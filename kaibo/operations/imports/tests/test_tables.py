"""Tables that a team exports after a night: the same figures as the night, once, and back out again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.commerce.shows import api as shows
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.exports.files import write_exports
from kaibo.connectors.simulator.night import Night, simulate
from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import parse_instant
from kaibo.operations.imports import api
from kaibo.operations.imports.contracts import TableState, TableView
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.counter import Counter

pytestmark = pytest.mark.django_db(transaction=True)
START = parse_instant("2026-03-12T20:00:00+08:00")
SHOW = "douyin-room-1-night"


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> Iterator[None]:
    log = eventlog.open_log()
    yield
    log.close()


@pytest.fixture(scope="module")
def night() -> Night:
    return simulate(NightConfig(platform="douyin", minutes=90, scale=0.4), seed=5, started_us=START)


@pytest.fixture(scope="module")
def files(night: Night, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = write_exports(night, tmp_path_factory.mktemp("exports"))
    names = ("orders", "settlement", "show", "products", "plans", "hours", "stock")
    return dict(zip(names, made, strict=True))


def a_show(night: Night, show_id: str = SHOW, room: str = "room-1") -> None:
    shows.ensure_show(
        show_id,
        platform="douyin",
        room_id=room,
        started_at=START,
        ended_at=START + night.span_ms * 1000,
        actor="user:director",
    )


def bring(path: Path, **more: str) -> TableView:
    seen = api.import_table(path, actor="user:director", **more)
    if seen.state is TableState.COMPLETE:
        told = seen.report
        assert told["read"] == told["accepted"] + told["duplicates"] + told["rejected"] + told["skipped"]
    return seen


def counted(show_id: str = SHOW) -> dict[str, int]:
    counter = Counter()
    try:
        while counter.step():
            pass
    finally:
        counter.close()
    return warehouse.totals(show_id)


ORDERS = (
    "orders_placed", "gmv_placed_minor", "orders_paid", "units_paid", "gmv_paid_minor", "gmv_paid_subsidy_minor",
    "receivable_minor", "orders_canceled", "orders_shipped", "refund_minor", "refund_orders", "refund_minor_1h",
    "refund_minor_24h", "refund_minor_d7", "refund_minor_d15", "refund_before_shipping_minor",
)  # fmt: skip


def test_it_counts_the_seven_files_to_the_cent(night: Night, files: dict[str, Path]) -> None:
    a_show(night)
    brought = {name: bring(path) for name, path in files.items()}
    assert {name: seen.state for name, seen in brought.items()} == dict.fromkeys(files, TableState.COMPLETE)
    assert {name: seen.export for name, seen in brought.items()} == {
        "orders": "doudian_orders", "settlement": "doudian_settlement", "show": "compass_show",
        "products": "compass_products", "plans": "qianchuan_plans", "hours": "qianchuan_hourly", "stock": "jst_stock",
    }  # fmt: skip
    assert not any(seen.report["refused_rows"] for seen in brought.values())
    truth, totals = night.truth(), counted()
    assert {name: totals.get(name, 0) for name in ORDERS} == {name: truth["totals"][name] for name in ORDERS}
    spent = ("spend_minor", "attributed_gmv_minor", "ad_impressions", "ad_clicks")
    assert {name: totals[name] for name in spent} == {name: truth["totals"][name] for name in spent}
    stated = {one.figure: one.value for one in warehouse.figures(SHOW)}
    for name in ("views", "viewers", "online_max", "comments", "orders_paid", "gmv_paid_minor", "refund_minor"):
        assert stated[name] == truth["totals"][name], name
    parts = {(one.part, one.figure): one.value for one in warehouse.figures(SHOW, of_parts=True)}
    for product, values in truth["by_product"].items():
        assert parts[f"product:{product}", "gmv_paid_minor"] == values["gmv_paid_minor"]
    plans = sum(value for (part, name), value in parts.items() if part.startswith("plan:") and name == "spend_minor")
    assert plans == truth["totals"]["spend_minor"]
    by_product = warehouse.totals_by(SHOW, "product")
    for product, values in truth["by_product"].items():
        assert by_product.get(product, {}).get("gmv_paid_minor", 0) == values["gmv_paid_minor"]


def test_it_adds_nothing_when_the_same_files_come_again(night: Night, files: dict[str, Path], tmp_path: Path) -> None:
    a_show(night)
    for path in files.values():
        bring(path)
    before = counted()
    for path in files.values():
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        again = bring(copy)
        assert again.report["accepted"] == 0, path.name
        assert again.earlier
    assert counted() == before
