"""The lineup in a real browser: paste, two refused cells, fixed by keyboard, undone; cards on a phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser
HEADS = "链接号\t款号\t商品名称\t角色\t颜色尺码库存\t直播间专享\t限量"
ROWS = (
    "{n}\tYS-{n}\t羊毛大衣 {n}\t{role}\t黑 S4 M{n} L6\t{price}\t{cap}",
    ["引流", "主推", "福利", "利润"],
)


def sheet(*, is_flawed: bool) -> str:
    lines = []
    for number in range(1, 46):
        price = "面议" if is_flawed and number == 9 else f"{59 + number * 7}.9"
        cap = "若干" if is_flawed and number == 14 else "20"
        lines.append(ROWS[0].format(n=number, role=ROWS[1][number % 4], price=price, cap=cap))
    heads = HEADS if is_flawed else HEADS.replace("直播间专享", "直播价")
    return "\n".join([heads, *lines, "合计\t\t\t\t\t8888\t"])


def fill(page: Page) -> None:
    """Forty-five good lines on the sheet of the open page, whatever stood there."""
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    answer = page.request.post(
        page.url.split("/shows/")[0] + "/api/v1/shows/paper/lineup/sheet",
        multipart={"text": sheet(is_flawed=False), "mode": "replace"},
        headers={"X-CSRFToken": token},
    )
    assert answer.ok, answer.text()
    page.reload()


def cell(page: Page, row: int, column: int) -> str:
    return page.locator(f'.pane td[data-row="{row}"][data-column="{column}"]').text_content() or ""


def test_it_takes_a_pasted_sheet_and_lets_it_be_fixed(
    room: Open, site: object, keep: Callable[[Page, str], None]
) -> None:
    page = room("/shows/blank/lineup")
    page.click("#hollow-bring")
    page.fill("#bring-text", sheet(is_flawed=True))
    page.click("#bring-go")
    page.locator(".mapping label", has_text="直播间专享").locator("select").select_option("live_price_minor")
    expect(page.locator(".problems li")).to_have_count(2)
    keep(page, "lineup-preview-zh")
    page.click("#bring-go")
    expect(page.locator(".pane tbody tr")).to_have_count(45)
    expect(page.locator('.findings [data-severity="bad"]')).to_have_count(2)
    page.locator('.findings [data-severity="bad"] button').first.click()
    page.keyboard.type("128")
    page.keyboard.press("Enter")
    expect(page.locator('.findings [data-severity="bad"]')).to_have_count(1)
    assert cell(page, 8, 6) == "128"
    page.locator('.findings [data-severity="bad"] button').click()
    page.keyboard.insert_text("二十")
    page.keyboard.press("Escape")
    assert cell(page, 13, 11) == "若干", "Escape keeps what stood there"
    page.keyboard.press("F2")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    expect(page.locator('.findings [data-severity="bad"]')).to_have_count(0)
    keep(page, "lineup-zh")
    page.keyboard.press("Control+z")
    expect(page.locator('.findings [data-severity="bad"]')).to_have_count(1)
    page.reload()
    assert cell(page, 13, 11) == "若干"


def test_it_keeps_what_is_typed_while_the_line_is_down(room: Open, site: object) -> None:
    page = room("/shows/paper/lineup", allowed=("ERR_INTERNET_DISCONNECTED",))
    fill(page)
    page.locator('.pane td[data-row="0"][data-column="9"]').click()
    page.context.set_offline(True)
    page.keyboard.type("socks")
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_have_attribute("data-state", "unsaved")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved", timeout=10_000)
    page.reload()
    assert cell(page, 0, 9) == "socks"


def test_it_saves_what_differs_from_the_platforms_list(
    room: Open, site: object, keep: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = room("/shows/paper/lineup")
    fill(page)
    book = Workbook()
    book.active.append(["链接号", "商品名称", "直播价"])
    for number in range(1, 45):
        book.active.append([number, f"羊毛大衣 {number}", 1 if number == 3 else float(f"{59 + number * 7}.9")])
    book.save(tmp_path / "list.xlsx")
    page.click("#compare-open")
    page.set_input_files("#bring-file", tmp_path / "list.xlsx")
    expect(page.locator(".mapping label").first).to_be_visible()
    page.click("#bring-go")
    expect(page.locator(".comparison tbody tr")).to_have_count(2)
    keep(page, "lineup-compare-zh")
    with page.expect_download() as waiting:
        page.locator(".preview-head button", has_text=".xlsx").click()
    assert waiting.value.suggested_filename == "排品差异.xlsx"
    waiting.value.save_as(tmp_path / "told.xlsx")
    rows = list(load_workbook(tmp_path / "told.xlsx").active.values)
    assert [(row[0], row[3], row[4]) for row in rows[1:]] == [("3", 80.9, 1), ("45", "45", None)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_a_list_of_cards_on_a_phone(
    room: Open, site: object, keep: Callable[[Page, str], None], language: str
) -> None:
    wide = room("/shows/paper/lineup", language=language)
    fill(wide)
    expect(wide.locator(".pane tbody tr")).to_have_count(45)
    keep(wide, f"lineup-{language}")
    page = room("/shows/paper/lineup", language=language, size=(390, 844))
    expect(page.locator(".card-line")).to_have_count(45)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    keep(page, f"lineup-phone-{language}")
    page.locator(".card-line").nth(3).click()
    page.fill('#line [name="gift"]', language)
    page.locator("#line [data-close]").click()
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved", timeout=10_000)
    expect(page.locator(".card-line").nth(3)).to_contain_text(language)
