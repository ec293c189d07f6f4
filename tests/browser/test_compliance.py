"""A forbidden word in a real browser: said, cued to the host, taken at the desk, decided; the desk is quiet again."""

import contextlib
import sqlite3
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


def test_it_learns_from_dismissals_and_sees_changed_evidence(
    room: Open, site: Site, keep: Callable[[Page, str], None]
) -> None:
    page = room(None)
    expect(page.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)
    for text in ("家人们最好的一天开始了", "又是最好的一天开始啦", "祝大家最好的一天"):
        site.push({"kind": "speech.transcribed", "text": text})
        alert = page.locator(".alert", has_text="主播口播").filter(has_text="最好")
        expect(alert).to_be_visible(timeout=10_000)
        alert.locator("a").click()
        page.locator("summary", has_text="误报").click()
        form = page.locator("form", has=page.locator("button[value=dismiss]"))
        form.locator("textarea").fill("口头语，不指商品")
        form.locator("button[value=dismiss]").click()
        expect(page.locator(".head")).to_contain_text("误报")
        page.goto(f"{site.url}/shows/tonight/live")
        expect(page.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)
    page.goto(f"{site.url}/compliance/rules/?verify=1")
    proposal = page.locator(".findings li", has_text="最好的一天")
    expect(proposal).to_contain_text("absolute.best")
    expect(page.locator(".note.success")).to_be_visible()
    keep(page, "proposal-zh")
    change = "update compliance_hit set text = ? where text = ?"
    said, changed = "祝大家最好的一天", "祝大家好的一天"
    _behind_its_back(site, change, changed, said)
    page.reload()
    expect(page.locator(".note.error")).to_contain_text("案件")
    keep(page, "broken-chain-zh")
    _behind_its_back(site, change, said, changed)
    page.reload()
    expect(page.locator(".note.success")).to_be_visible()


def _behind_its_back(site: Site, statement: str, *values: str) -> None:
    """Change the records as somebody with access to the disk would."""
    with contextlib.closing(sqlite3.connect(site.records, timeout=20)) as records, records:
        assert records.execute(statement, values).rowcount == 1
