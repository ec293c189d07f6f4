"""The first evening in a real browser: from an empty home to the daily report, as a new user would."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import SHOTS, browser_type_launch_args
from tests.journeys.evening import Evening, image_folder, tonight
from tests.journeys.server import Kaibo

__all__ = ["browser_type_launch_args"]
pytestmark = [pytest.mark.browser, pytest.mark.journey]


@pytest.fixture
def evening(browser: Browser, tmp_path: Path, language: str) -> Iterator[Evening]:
    one = Evening(Kaibo(tmp_path / "home"), browser, SHOTS, image_folder(), language)
    yield one
    one.stop()


@pytest.mark.parametrize("language", [pytest.param("zh"), pytest.param("en", marks=pytest.mark.soak)])
def test_it_leads_from_an_empty_home_to_the_daily_report_in_one_evening(evening: Evening) -> None:
    link = evening.start()
    desk = evening.page()
    evening.set_up(desk, link)
    evening.bring_lineup(desk, tonight(1_773_316_800_000_000, "any"))
    evening.check_list(desk)
    evening.go_on_air()
    evening.explain(desk)
    kinds = [act["kind"] for act in evening.ask(desk, f"/api/v1/shows/{evening.show_id}/acts")]
    assert sorted(kinds) == sorted(["next"] * 8 + ["return", "host"])
    phone = evening.page(size=(390, 844), storage=desk.context.storage_state())
    rounds = evening.type_rounds(phone)
    assert len(rounds) == 3
    evening.change_price(desk)
    evening.end(desk)
    files = evening.export_files(evening.home.home.parent / "exports")
    assert len(files) == 7
    evening.bring_files(desk, files)
    report = evening.report_when_counted(desk)
    assert evening.differences(report) == {}, "number: (true, reported)"
    [products] = [one["lines"] for one in report["breakdowns"] if one["by"] == "product"]
    assert not [line["key"] for line in products if line["key"].startswith("#")], "a link set by key is its product"
    missing = {one["id"]: one for one in report["missing"]}
    assert all(one["value"] is None and one["says"]["zh"] and one["says"]["en"] for one in missing.values())
    assert "roas_standard" in missing, "the files of this evening attribute nothing by kind of delivery"
    acts = [one for one in report["acts"] if one["kind"] == "price.changed" and one["attrs"].get("state")]
    assert [(one["before_minor"], one["after_minor"]) for one in acts] == [(16_900, 14_900)]
    claims = {one["column"]: one for one in evening.ask(desk, f"/api/v1/shows/{evening.show_id}/reconcile")}
    assert [claim["kind"] for claim in claims["gmv_paid_minor"]["claims"]] == ["counted", "typed", "imported"]
    evening.look_at_report(desk)
    assert not evening.complaints, "\n".join(evening.complaints)
