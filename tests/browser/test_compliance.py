"""A forbidden word in a real browser: said, cued to the host, taken at the desk, decided; the desk is quiet again."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser


def test_it_brings_a_word_from_the_air_to_a_case(room: Open, site: Site, keep: Callable[[Page, str], None]) -> None:
    page = room(None)
    expect(page.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)
    host = room("/shows/tonight/live?view=prompt", language="zh")
    expect(host.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)
    spam = f"加薇信 k{uuid.uuid4().hex[:8]}"
    site.push(
        {"kind": "speech.transcribed", "text": "这款绝对是全国唯一的面料"},
        {"kind": "comment.posted", "text": spam, "viewer_id": "spammer"},
    )
    spoken = page.locator(".alert", has_text="主播口播").filter(has_text="全国唯一")
    expect(spoken).to_be_visible(timeout=5_000)
    expect(host.locator("#cue")).to_contain_text("别说“全国唯一”", timeout=5_000)
    keep(page, "alerts-zh")
    spoken.locator("[data-take]").click()
    expect(spoken.locator("em")).to_have_text("林导", timeout=5_000)
    expect(host.locator("#cue")).to_be_hidden(timeout=5_000)
    spoken.locator("a").click()
    page.locator("button[value=confirm]").click()
    page.locator("textarea[required]").first.fill("当场更正")
    page.locator("button[value=handle]").click()
    expect(page.locator(".head")).to_contain_text("已处置")
    page.goto(f"{site.url}/shows/tonight/live")
    expect(page.locator(".alert", has_text="薇信")).to_be_visible(timeout=15_000)
    expect(page.locator(".alert", has_text="全国唯一")).to_have_count(0)
