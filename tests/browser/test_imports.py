"""The import wizard in a real browser: seven files dropped at once, an eighth explained, the show exact."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.exports.files import write_exports
from kaibo.connectors.simulator.night import simulate
from tests.browser.conftest import Open, Site
from tests.browser.seed import FILES_START

pytestmark = pytest.mark.browser
CONFIG = NightConfig(platform="douyin", room_id="shop-1", minutes=30, scale=0.2)
DROP = """async ([names, bodies]) => {
  const transfer = new DataTransfer();
  names.forEach((name, at) => transfer.items.add(new File([Uint8Array.from(bodies[at])], name)));
  const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
  document.getElementById("drop-zone").dispatchEvent(new DragEvent("dragover", options));
  document.getElementById("drop-zone").dispatchEvent(new DragEvent("drop", options));
}"""


def drop(page: Page, files: list[Path]) -> None:
    page.evaluate(DROP, [[path.name for path in files], [list(path.read_bytes()) for path in files]])


def test_it_takes_seven_files_dropped_at_once(
    room: Open, site: Site, keep: Callable[[Page, str], None], tmp_path: Path
) -> None:
    night = simulate(CONFIG, seed=4, started_us=FILES_START)
    files = write_exports(night, tmp_path / "out", author="云上女装旗舰店")
    strange = tmp_path / "手写账.csv"
    strange.write_text("哪单,哪天几点,收多少\n8001,2026-03-12 20:10:00,12.00\n8002,2026-03-12 20:11:00,十二\n", "utf-8")
    page = room("/imports/")
    expect(page.locator("#drop-zone")).to_be_visible()
    keep(page, "imports-empty-zh")
    drop(page, [*files, strange])
    expect(page.locator(".dropped > li")).to_have_count(8, timeout=30_000)
    expect(page.locator('.dropped [data-state="checked"], .dropped > li[data-state="checked"]')).to_have_count(
        7, timeout=60_000
    )
    keep(page, "imports-checked-zh")
    page.locator('li[data-state="unclear"] a.btn.primary').click()
    page.locator("form.filters select").select_option("any_orders")
    for heading, field in (("哪单", "order_id"), ("哪天几点", "placed_at"), ("收多少", "amount")):
        page.get_by_label(heading).select_option(field)
    keep(page, "imports-mapping-zh")
    page.locator("form.card button.primary").click()
    expect(page.locator(".note.success")).to_be_visible()
    page.goto(f"{site.url}/imports/")
    refused = page.locator("li", has_text="手写账.csv").first
    expect(refused.locator("details.cells summary")).to_be_visible(timeout=30_000)
    refused.locator("details.cells summary").click()
    expect(refused.locator("details.cells li")).to_contain_text("十二")
    keep(page, "imports-refused-zh")
    refused.locator("details.cells summary").click()
    refused.locator("button.quiet").click()
    page.click("#start-all")
    expect(page.locator('.dropped > li[data-state="complete"]')).to_have_count(7, timeout=90_000)
    keep(page, "imports-done-zh")
    truth = night.truth()["totals"]
    wanted = {"gmv_paid": truth["gmv_paid_minor"], "ad_spend": truth["spend_minor"]}
    for _ in range(120):
        told = json.loads(page.request.get(f"{site.url}/api/v1/shows/files/metrics").body())
        values = {name: one.get("value") for name, one in told.items()} if isinstance(told, dict) else {}
        if wanted.items() <= values.items():
            break
        page.wait_for_timeout(500)
    assert {name: values.get(name) for name in wanted} == wanted
    english = room("/imports/", language="en")
    keep(english, "imports-done-en")
    phone = room("/imports/", size=(390, 844), is_touch=True)
    expect(phone.locator("#drop-zone")).to_be_visible()
    keep(phone, "imports-390-zh")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
