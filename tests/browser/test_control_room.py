"""The control room as a person meets it: numbers rise, a definition opens, the line drops and catches up."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser


def is_live(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-line", "live", timeout=15_000)


def gmv(page: Page) -> int:
    """The first number, in yuan."""
    return int(re.sub(r"\D", "", page.locator('[data-tile="1"] [data-figure="gmv_paid"]').inner_text()))


def eventually_sold(page: Page, yuan: int) -> None:
    ends = time.monotonic() + 60
    while gmv(page) < yuan:
        assert time.monotonic() < ends, f"still {gmv(page)}, not {yuan}"
        page.wait_for_timeout(100)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1920, 1080), (390, 844)])
def test_it_shows_the_night(
    room: Open, keep: Callable[[Page, str], None], language: str, width: int, height: int
) -> None:
    page = room(language=language, size=(width, height))
    is_live(page)
    expect(page.locator("html")).to_have_attribute("lang", {"zh": "zh-Hans", "en": "en"}[language])
    assert gmv(page) > 100
    expect(page.locator("#chart canvas")).to_be_visible()
    expect(page.locator("#sheet tbody tr").first).to_be_visible()
    expect(page.locator("#now .link")).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing runs out of the page"
    page.wait_for_timeout(400)
    keep(page, f"control-room-{language}-{width}")


def test_it_raises_the_numbers_as_orders_arrive(room: Open, site: Site) -> None:
    page = room()
    is_live(page)
    before = gmv(page)
    begun = time.monotonic()
    site.sell(123_400)
    eventually_sold(page, before + 1234)
    assert time.monotonic() - begun < 30


def test_it_opens_a_definition_by_click_and_by_key(room: Open, keep: Callable[[Page, str], None]) -> None:
    page = room(language="en")
    is_live(page)
    page.keyboard.press("q")
    dialog = page.locator("#definition")
    expect(dialog.locator("h2")).to_contain_text("GMV")
    expect(dialog.locator(".formula")).not_to_be_empty()
    keep(page, "definition-en")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.locator('[data-tile="3"]').click()
    expect(dialog.locator("h2")).to_contain_text("Online")
    expect(dialog.get_by_role("link")).to_have_attribute("href", "/metrics/online_now/")


def test_it_catches_up_after_five_seconds_without_network(
    room: Open, site: Site, keep: Callable[[Page, str], None]
) -> None:
    page = room(allowed=("ERR_INTERNET_DISCONNECTED",))
    is_live(page)
    before = gmv(page)
    page.context.set_offline(True)
    expect(page.locator("body")).to_have_attribute("data-line", "offline")
    expect(page.locator("#line")).to_contain_text("离线")
    site.sell(222_200)
    page.wait_for_timeout(5000)
    assert gmv(page) == before, "nothing can have come over a line that is down"
    keep(page, "offline-zh")
    page.context.set_offline(False)
    is_live(page)
    eventually_sold(page, before + 2222)


def test_it_renews_the_ticket_before_it_reconnects(room: Open, site: Site) -> None:
    page = room(allowed=("ERR_INTERNET_DISCONNECTED", "403"))
    is_live(page)
    tickets: list[str] = []
    page.on("request", lambda request: request.url.endswith("/ticket") and tickets.append(request.url))
    stream = f"/live/{site.show}/stream"
    page.context.clear_cookies(name="kaibo_live")  # as if a minute had passed
    refused = page.evaluate("path => fetch(path).then(answer => answer.status)", stream)
    assert refused == 403, "without a ticket there is no stream"
    page.context.set_offline(True)
    expect(page.locator("body")).to_have_attribute("data-line", "offline")
    page.context.set_offline(False)
    is_live(page)
    assert tickets, "the script asked for a new ticket"
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies(site.url + stream)}
    assert cookies["kaibo_live"]["httpOnly"]
    assert cookies["kaibo_live"]["sameSite"] == "Strict"
    assert cookies["kaibo_live"]["path"] == stream


def test_it_refuses_a_person_without_access(room: Open, site: Site) -> None:
    page = room("/login/", storage={"cookies": [], "origins": []}, allowed=("404",))
    page.fill("input[name=username]", "outsider")
    page.fill("input[name=password]", site.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    answer = page.goto(f"{site.url}/shows/{site.show}/live")
    assert answer is not None
    assert answer.status == 404
    assert "秋冬上新" not in page.content()
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "kaibo_live"]


def test_it_shares_one_stream_between_tabs(room: Open, site: Site) -> None:
    first = room()
    is_live(first)
    for _try in range(5):  # who hears no answer in a quarter of a second listens for itself, and gives way later
        second, streams = first.context.new_page(), []
        second.on("request", lambda request, told=streams: "/stream" in request.url and told.append(request.url))
        second.goto(f"{site.url}/shows/{site.show}/live")
        is_live(second)
        if not streams:
            break
        second.close()
        first.wait_for_timeout(1000)
    before = gmv(second)
    site.sell(55_500)
    eventually_sold(second, before + 555)
    assert not streams, "the second tab listens to the first"
    first.close()
    site.sell(66_600)
    eventually_sold(second, before + 555 + 666)
    assert streams, "and takes over when the first is closed"


def test_it_names_what_is_missing_and_never_shows_zero(
    room: Open, site: Site, keep: Callable[[Page, str], None]
) -> None:
    page = room(f"/shows/{site.bare}/live")
    is_live(page)
    for number in range(1, 11):
        digits = page.locator(f'[data-tile="{number}"] .digits > span').first
        expect(digits).to_have_class("none")
        assert not re.search(r"\d", digits.inner_text()), "an unknown number shows no digit"
        assert digits.get_attribute("title"), "hovering says why"
    keep(page, "nothing-reported-zh")


def test_it_changes_view_by_key_and_keeps_it_in_the_address(room: Open, keep: Callable[[Page, str], None]) -> None:
    page = room()
    is_live(page)
    for key, view in (("2", "desk"), ("3", "ads"), ("4", "prompt"), ("1", "all")):
        page.keyboard.press(key)
        expect(page.locator("body")).to_have_attribute("data-view", view)
        assert f"view={view}" in page.url
        page.wait_for_timeout(250)
        keep(page, f"view-{view}-zh")
    page.keyboard.press("4")
    expect(page.locator("#prompt .call .link")).to_be_visible()
    expect(page.locator(".tiles")).not_to_be_visible()
    assert "GMV" not in page.locator("#prompt").inner_text(), "no GMV ticker in front of the host"
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def test_it_keeps_the_order_of_links_until_a_head_is_clicked(room: Open, site: Site) -> None:
    page = room(language="en")
    is_live(page)
    links = page.locator("#sheet tbody .link")
    before = links.all_inner_texts()
    assert before == sorted(before, key=int)
    site.sell(9_900)
    page.wait_for_timeout(1500)
    assert links.all_inner_texts() == before
    page.locator('#sheet [data-key="gmv"]').click()
    expect(page.locator('#sheet th[aria-sort="descending"]')).to_contain_text("GMV")
    assert links.all_inner_texts() != before


def test_it_draws_every_other_panel_when_one_fails(room: Open) -> None:
    page = room(allowed=("a panel failed",))
    is_live(page)
    drawn, told = page.evaluate(
        """async () => {
          const scripts = performance.getEntriesByType("resource").map((each) => each.name);
          const { Store } = await import(scripts.find((name) => name.includes("/live/store.")));
          const store = new Store(), drawn = [], told = [];
          addEventListener("error", (event) => told.push(event.message));
          store.panel(["x"], 0, () => drawn.push("before"));
          store.panel(["x"], 0, () => { throw new Error("a panel failed"); });
          store.panel(["x"], 0, () => drawn.push("after"));
          store.load("v.1", { x: 1 });
          return [drawn, told];
        }"""
    )
    assert drawn == ["before", "after"]
    assert len(told) == 1, "and the failure is told"
