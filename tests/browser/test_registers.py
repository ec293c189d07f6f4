"""The registers in a real browser: the room's panels, the phone's bar, the pages, in both languages."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser
SHEET = "链接号\t商品名称\t直播价\t库存\n7\t羊毛大衣\t899\t黑 M20\n8\t毛衣\t99\t白 L5"


def told(page: Page, site: Site, path: str) -> list[dict[str, Any]]:
    return list(json.loads(page.request.get(f"{site.url}/api/v1/shows/paper/{path}").text()))


def live(room: Open, **more: Any) -> Page:
    page = room("/shows/paper/live", **more)
    expect(page.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)
    return page


def csrf(page: Page) -> dict[str, str]:
    return {"X-CSRFToken": page.locator("[name=csrfmiddlewaretoken]").first.input_value()}


def bring_sheet(page: Page, site: Site) -> None:
    sheet = f"{site.url}/api/v1/shows/paper/lineup/sheet"
    answer = page.request.post(sheet, multipart={"text": SHEET, "mode": "replace"}, headers=csrf(page))
    assert answer.ok, answer.text()


def explain(page: Page, site: Site, link_no: str) -> None:
    act = {"id": uuid.uuid4().hex, "kind": "start", "at_us": time.time_ns() // 1000, "link_no": link_no}
    answer = page.request.post(f"{site.url}/api/v1/shows/paper/acts", data={"acts": [act]}, headers=csrf(page))
    assert [each["state"] for each in answer.json()] == ["recorded"], answer.text()


def test_it_writes_a_night_down_from_the_room(room: Open, site: Site, keep: Callable[[Page, str], None]) -> None:
    page = live(room)
    bring_sheet(page, site)
    expect(page.locator(".next-line")).to_have_count(2, timeout=15_000)
    page.keyboard.press("n")
    expect(page.locator("#now .link")).to_have_text("7", timeout=15_000)

    page.locator("#change-new").click()
    expect(page.locator(".change-ask input").nth(1)).to_have_value("899")
    page.keyboard.type("79.9")
    page.locator(".change-ask .timer button", has_text="10").click()
    keep(page, "change-ask-zh")
    page.locator(".change-form .go").click()
    expect(page.locator("#change-list li")).to_contain_text("¥899 → ¥79.90", timeout=15_000)
    expect(page.locator("#change-list time")).to_contain_text("后恢复", timeout=5_000)
    [change] = told(page, site, "changes")
    assert (change["state"], change["after"], change["link_no"]) == ("made", 7_990, "7")
    assert page.locator("#change-list button").all_inner_texts() == ["已恢复"], "nobody checks their own change"

    page.locator(".ad-plan").fill("A计划")
    page.locator('[data-ad="budget"]').click()
    expect(page.locator('#ad-acts [aria-pressed="true"]')).to_have_text("A计划", timeout=15_000)
    page.locator('[data-ad="paused"]').click()
    expect(page.locator("#ad-log li")).to_have_count(2, timeout=15_000)
    expect(page.locator("#ad-log li").first).to_contain_text("出结果", timeout=15_000)
    assert [(each["plan"], each["what"]) for each in told(page, site, "ads")] == [
        ("A计划", "paused"),
        ("A计划", "budget"),
    ]

    page.locator("#signals a").evaluate("link => link.click()")
    page.locator("#violation summary").first.click()
    page.locator("#violation textarea").fill("口播“全网最低”，警告一次")
    page.locator("#violation input[name=file]").set_input_files(
        {"name": "警告.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 50}
    )
    page.locator("#violation form button").last.click()
    expect(page.locator("#violation .entries")).to_contain_text("警告.png")
    keep(page, "registers-zh")
    page.goto(f"{site.url}/shows/paper/before/")
    page.locator("#point-coupons .good").click()
    expect(page.locator("#point-coupons")).to_contain_text("林导")
    keep(page, "before-zh")
    page = live(room)
    expect(page.locator("#signals")).to_contain_text("违规 1 · 1 条待处理", timeout=15_000)
    keep(page, "room-registers-zh")


def test_it_works_from_the_bar_of_a_phone(room: Open, site: Site, keep: Callable[[Page, str], None]) -> None:
    prompt = live(room, language="en")
    bring_sheet(prompt, site)
    explain(prompt, site, "7")
    prompt.keyboard.press("4")
    page = live(room, language="en", size=(390, 844), is_touch=True, allowed=("ERR_INTERNET_DISCONNECTED",))
    page.locator('.thumb [data-act="call"]').tap()
    keep(page, "call-phone-en")
    page.locator(".call-line").nth(2).tap()
    expect(prompt.locator(".call-now")).to_have_text("Open a lucky bag", timeout=15_000)
    expect(prompt.locator(".call-now")).to_be_in_viewport()
    expect(prompt.locator(".prompt .title")).to_have_text("羊毛大衣", timeout=15_000)
    keep(prompt, "call-prompt-en")
    before = len(told(page, site, "ads"))
    page.context.set_offline(True)
    page.locator(".ad-plan").fill("B plan")
    page.locator('[data-ad="bid"]').tap()
    page.locator('[data-ad="started"]').tap()
    page.locator('.thumb [data-act="mark"]').tap()
    page.context.set_offline(False)
    expect(page.locator("#ad-log li").first).to_contain_text("result at", timeout=20_000)
    assert [each["what"] for each in told(page, site, "ads")[: -before or None]] == ["started", "bid"]
    page.locator("#ad-acts").scroll_into_view_if_needed()
    keep(page, "ads-phone-en")
    for name, path in (("registers", "registers/"), ("before", "before/")):
        for width, height in ((390, 844), (1440, 900)):
            shown = room(f"/shows/paper/{path}", language="en", size=(width, height))
            expect(shown.locator("h1")).to_be_visible()
            assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} {width} is cut off"
            shown.screenshot(path=f"screenshots/{name}-{width}-en.png", full_page=True)


def test_it_compares_the_sheet_with_the_platforms_list(
    room: Open, site: Site, keep: Callable[[Page, str], None]
) -> None:
    page = room("/shows/blank/lineup")
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    sheet = f"{site.url}/api/v1/shows/blank/lineup/sheet"
    page.request.post(sheet, multipart={"text": SHEET, "mode": "replace"}, headers={"X-CSRFToken": token})
    page.reload()
    page.locator("#compare-open").click()
    page.locator("#bring-text").fill("序号\t商品名称\t售价\n1\t毛衣\t99\n2\t羊毛大衣\t799")
    page.locator("#bring-go").click()
    expect(page.locator("#bring-go")).to_have_text("比对")
    page.locator("#bring-go").click()
    expect(page.locator(".comparison tbody tr")).to_have_count(3)
    expect(page.locator(".comparison")).to_contain_text("¥799.00")
    keep(page, "compare-zh")
    page.request.post(
        f"{site.url}/api/v1/shows/blank/lineup/undo", headers={"X-CSRFToken": token}
    )  # other tests find it blank
