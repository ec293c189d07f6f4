"""The desk in a real browser: keys, undo, ten acts on a phone while the line is down, once each, in order."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser
SHEET = "链接号\t商品名称\t角色\t直播价\t讲解时长\t卖点\t赠品\n" + "\n".join(
    f"{number}\t大衣 {number}\t{('主推', '福利', '引流')[number % 3]}\t{99 + number}\t5\t双面呢、不起球、可机洗\t袜子"
    for number in range(1, 31)
)


def fill(page: Page) -> None:
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    answer = page.request.post(
        page.url.split("/shows/")[0] + "/api/v1/shows/tonight/lineup/sheet",
        multipart={"text": SHEET, "mode": "replace"},
        headers={"X-CSRFToken": token},
    )
    assert answer.ok, answer.text()


def acts(page: Page, site: Site) -> list[dict[str, object]]:
    return list(reversed(json.loads(page.request.get(f"{site.url}/api/v1/shows/tonight/acts").text())))


def link(page: Page) -> str:
    return page.locator("#now .link").inner_text()


def test_it_explains_by_key_and_takes_back(room: Open, site: Site, keep: Callable[[Page, str], None]) -> None:
    page = room(None)
    fill(page)
    before = len(acts(page, site))
    expect(page.locator(".next-line")).to_have_count(3, timeout=15_000)
    wanted = page.locator(".next-line b").first.inner_text()
    page.keyboard.press("n")
    expect(page.locator("#now .link")).to_have_text(wanted, timeout=15_000)
    expect(page.locator("#now .role")).to_contain_text("袜子", timeout=15_000)
    keep(page, "desk-zh")
    page.keyboard.press("n")
    page.locator("#desk-last button").click()
    expect(page.locator("#now .link")).to_have_text(wanted, timeout=15_000)
    page.keyboard.press("r")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.locator("#now .link")).to_have_text("1", timeout=15_000)
    page.keyboard.press("h")
    page.keyboard.type("Lu")
    page.keyboard.press("Enter")
    expect(page.locator("#host")).to_contain_text("Lu", timeout=15_000)
    assert [each["kind"] for each in acts(page, site)[before:] if not each["is_undone"]] == ["next", "return", "host"]


@pytest.mark.parametrize("seconds_apart", [0, pytest.param(18, marks=pytest.mark.soak)])
def test_it_keeps_ten_acts_while_the_line_is_down(
    room: Open, site: Site, keep: Callable[[Page, str], None], seconds_apart: int
) -> None:
    """In a moment, and in the long form over the three minutes that a lift or a cellar takes."""
    page = room(None, language="en", size=(390, 844), allowed=("ERR_INTERNET_DISCONNECTED",))
    fill(page)
    expect(page.locator(".next-line")).to_have_count(3, timeout=15_000)
    before = len(acts(page, site))
    page.context.set_offline(True)
    for kind in ["next", "mark"] * 5:
        page.locator(f'[data-desk="{kind}"]').click()
        page.wait_for_timeout(1000 * seconds_apart)
    expect(page.locator("#desk-last .waiting")).to_contain_text("10")
    page.locator("#desk").scroll_into_view_if_needed()
    keep(page, "desk-offline-phone-en")
    page.context.set_offline(False)
    expect(page.locator("#desk-last .waiting")).to_have_count(0, timeout=15_000)
    found = acts(page, site)[before:]
    assert [each["kind"] for each in found] == ["next", "mark"] * 5
    times = [int(str(each["at_us"])) for each in found]
    assert times == sorted(set(times))
    assert times[-1] - times[0] >= 9 * 1_000_000 * seconds_apart, "each at its own time"
    assert all(int(str(each["received_us"])) > int(str(each["at_us"])) for each in found)
    links = [str(each["link_no"]) for each in found if each["kind"] == "next"]
    assert [int(number) for number in links] == list(range(int(links[0]), int(links[0]) + 5)), "each one further"
    expect(page.locator("#now .link")).to_have_text(links[-1], timeout=15_000)
