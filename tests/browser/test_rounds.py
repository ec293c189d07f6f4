"""Rounds on a phone in a real browser: taps counted, tiles fill, a fallen figure, a correction, a lost line."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser
LIVE = "/shows/typed/live"
FIGURES = (
    "gmv_paid_minor",
    "orders_paid",
    "views",
    "viewers",
    "online_now",
    "spend_minor",
    "followers_gained",
    "club_joiners",
)


def rounds(page: Page, site: Site) -> list[dict[str, Any]]:
    return list(json.loads(page.request.get(f"{site.url}/api/v1/shows/typed/rounds").text()))


def type_round(page: Page, values: list[str]) -> int:
    """Type a round on the keypad; how many taps were not digits."""
    taps = 0
    for text in values:
        for letter in text:
            page.locator(f'.round-pad [data-key="{letter}"]').tap()
        page.locator('.round-pad [data-key="next"]').tap()
        taps += 1
    return taps


@pytest.fixture
def phone(room: Open) -> Page:
    page = room(LIVE, size=(390, 844), allowed=("ERR_INTERNET_DISCONNECTED",), is_touch=True)
    expect(page.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)
    return page


def test_it_types_a_round_in_eight_taps_beside_the_digits(
    phone: Page, site: Site, keep: Callable[[Page, str], None]
) -> None:
    phone.locator('.thumb [data-act="round"]').tap()
    keep(phone, "round-empty-phone-zh")
    taps = 1 + type_round(phone, ["1.2万", "130", "8000", "5200", "310", "3000", "42", "11"])
    assert taps <= 12
    text = phone.locator(".round-text textarea")
    expect(text).to_have_value(re.compile("【第1轮】"), timeout=15_000)
    keep(phone, "round-text-phone-zh")
    [first] = rounds(phone, site)
    assert first["values"] == dict(zip(FIGURES, (1_200_000, 130, 8000, 5200, 310, 300_000, 42, 11), strict=True))
    phone.locator(".round-text .close").tap()
    expect(phone.locator('[data-tile="5"] .digits')).to_contain_text("3,000", timeout=20_000)
    expect(phone.locator("#pinned")).to_contain_text("¥12,000", timeout=20_000)
    phone.locator('.thumb [data-act="round"]').tap()
    type_round(phone, ["1.1"])
    phone.locator('.round-row[data-figure="gmv_paid_minor"]').tap()
    expect(phone.locator(".round-note")).to_contain_text("累计数不会变小")
    keep(phone, "round-fallen-phone-zh")
    phone.locator('.round-pad [data-key="万"]').tap()
    expect(phone.locator(".round-note")).to_contain_text("¥12,000")
    phone.locator(".round-note button").tap()
    expect(phone.locator(".round-box[open] h2")).to_contain_text("更正第 1 轮")
    type_round(phone, ["9000"])
    phone.locator(".round-send").tap()
    expect(phone.locator(".round-text")).to_be_visible(timeout=15_000)
    [corrected] = rounds(phone, site)
    assert (corrected["values"]["gmv_paid_minor"], corrected["values"]["views"]) == (900_000, 8000)
    phone.locator(".round-text .close").tap()

    phone.context.set_offline(True)
    phone.locator('.thumb [data-act="round"]').tap()
    type_round(phone, ["1.5万"])
    phone.locator(".round-send").tap()
    expect(phone.locator("#toast")).to_contain_text("本机")
    assert len(rounds(phone, site)) == 1
    phone.context.set_offline(False)
    expect(phone.locator(".round-text")).to_be_visible(timeout=15_000)
    first, second = rounds(phone, site)
    assert (second["values"], second["differences"]) == ({"gmv_paid_minor": 1_500_000}, {"gmv_paid_minor": 600_000})
    assert second["at"] > first["at"]


def test_it_lists_rounds_and_sets_their_form(room: Open, keep: Callable[[Page, str], None]) -> None:
    for language in ("zh", "en"):
        page = room("/shows/typed/rounds/", language=language)
        expect(page.locator("h1")).to_be_visible()
        keep(page, f"rounds-page-{language}")
        page = room("/rooms/simulated/r5/rounds/", language=language)
        expect(page.locator("textarea[name=template]")).to_be_visible()
        keep(page, f"round-form-{language}")
    desk = room(LIVE, language="en")
    expect(desk.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)
    desk.keyboard.press("b")
    desk.keyboard.type("2w")
    desk.keyboard.press("Enter")
    desk.keyboard.type("12")
    expect(desk.locator(".round-row.now .typed")).to_contain_text("12")
    keep(desk, "round-desk-en")
    desk.keyboard.press("Escape")
    desk.wait_for_timeout(500)
    keep(desk, "round-strips-en")
