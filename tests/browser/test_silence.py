"""A feed falls silent in mid-show: a gap within half a minute, no number turns to zero, coverage is shown."""

import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SHOTS, Open, Site
from tests.browser.silence import ROOM, SHOW, recording

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]


def speak(site: Site, token: str) -> float:
    """A dozen comments now; the feed's own voice."""
    now = time.time_ns() // 1000
    rows = [
        {
            "event_id": uuid.uuid4().hex, "kind": "comment.posted", "platform": "bilibili", "room_id": ROOM,
            "occurred_at": now - number * 1000, "viewer_id": f"v{number}", "text": "还有货吗",
        }
        for number in range(12)
    ]  # fmt: skip
    answer = httpx.post(
        f"{site.url}/api/v1/events", json=rows, headers={"authorization": f"Bearer {token}"}, timeout=20
    )
    assert answer.json()["accepted"] == 12, answer.text
    return time.monotonic()


def test_it_shows_a_silence_within_half_a_minute_and_what_is_covered_of_the_show(
    room: Open, site: Site, keep: Callable[[Page, str], None]
) -> None:
    if recording() is None:
        pytest.skip("no recordings; set KAIBO_SHARED_DATA")
    feed, token = site.silent_feed.split(" ")
    page = room(f"/shows/{SHOW}/live")
    light = page.locator('#feeds [data-light="comments"]')
    expect(light).to_be_visible(timeout=15_000)
    spoke = speak(site, token)
    expect(light).to_have_class("fresh", timeout=15_000)
    ends = time.monotonic() + 60
    while light.get_attribute("class") != "lost":
        assert time.monotonic() < ends, light.get_attribute("class")
        page.wait_for_timeout(50)
    assert time.monotonic() - spoke <= 30.5, "a gap shows within thirty seconds"
    values = page.locator("#tiles .tile").all_inner_texts()
    assert len(values) == 10
    assert not [one for one in values if {"0", "0%", "0.0", "0.0%", "¥0"} & set(one.split())], values
    keep(page, "silence-room-zh")
    page.goto(f"{site.url}/feeds/{feed}/")
    cover = page.locator("section", has=page.get_by_role("heading", name="各场次覆盖率")).first
    expect(cover).to_contain_text("断流演练")
    gaps = page.locator("#gaps tbody tr")
    assert gaps.count() >= 3, "two that were cut out, and what came after"
    expect(page.locator("#gaps tbody tr").first).to_contain_text("正在静默")
    for folder in {SHOTS, Path(os.environ.get("GUIDE_IMAGES") or SHOTS)}:
        page.screenshot(path=folder / "feed-silent-zh.png", full_page=True)
    page.goto(f"{site.url}/feeds/")
    expect(page.locator("tr", has_text="弹幕推送").first).to_contain_text("%")
    keep(page, "feeds-zh")
    page.goto(f"{site.url}/feeds/connect/wecom/runbook/")
    expect(page.get_by_role("heading", name="去哪里拿什么")).to_be_visible()
    page.screenshot(path=SHOTS / "runbook-zh.png", full_page=True)
    phone = room(f"/feeds/{feed}/", language="en", size=(390, 844))
    expect(phone.get_by_text("Coverage of shows")).to_be_visible()
    phone.screenshot(path=SHOTS / "silence-feed-phone-en.png", full_page=True)
    phone.goto(f"{site.url}/feeds/connect/doudian/")
    phone.get_by_role("link", name="Runbook").click()
    expect(phone.get_by_role("heading", name="What to get where")).to_be_visible()
    phone.screenshot(path=SHOTS / "runbook-phone-en.png", full_page=True)
    phone.goto(f"{site.url}/feeds/")
    expect(phone.get_by_role("heading", name="Feeds")).to_be_visible()
    phone.screenshot(path=SHOTS / "feeds-phone-en.png", full_page=True)
