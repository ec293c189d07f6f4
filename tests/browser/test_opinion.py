"""Angry talk in a real browser: it appears in the control room by itself, is handled and closed on its page."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser
RUDE = ("主播骂人", "什么态度", "怼观众", "主播没素质", "骂观众 太过分", "阴阳怪气的", "不尊重人")


def test_it_brings_angry_talk_from_the_room_to_an_outcome(
    room: Open, site: Site, keep: Callable[[Page, str], None]
) -> None:
    page = room(None)
    expect(page.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)
    site.push(*({"kind": "comment.posted", "text": text, "viewer_id": uuid.uuid4().hex} for text in RUDE))
    warning = page.locator("#questions .warned a", has_text="主播态度")
    expect(warning).to_be_visible(timeout=15_000)
    keep(page, "opinion-room-zh")
    warning.click()
    expect(page.locator("h1")).to_have_text("主播态度")
    expect(page.locator(".mark", has_text="主播骂人")).to_be_visible()
    page.locator("form", has=page.locator("button[value=start]")).locator("textarea").fill("换主播，说明情况")
    page.locator("button[value=start]").click()
    expect(page.locator(".head")).to_contain_text("处理中")
    keep(page, "opinion-matter-zh")
    page.locator("summary", has_text="结束").click()
    form = page.locator("form", has=page.locator("button[value=close]"))
    form.locator("select").select_option("corrected")
    form.locator("textarea").fill("主播当场致歉")
    form.locator("button[value=close]").click()
    expect(page.locator(".head")).to_contain_text("已更正致歉")
    expect(page.locator(".votes")).to_contain_text("换主播，说明情况")
    page.goto(f"{site.url}/shows/tonight/live")
    expect(page.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)
    expect(page.locator("#questions .warned a", has_text="主播态度")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_fits_the_page(room: Open, keep: Callable[[Page, str], None], language: str, width: int) -> None:
    page = room("/opinion/?state=all", language=language, size=(width, 900))
    expect(page.locator("h1")).to_have_text({"zh": "舆情监测", "en": "Opinion watch"}[language])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, f"opinion-{language}-{width}")
