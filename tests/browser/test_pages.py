"""Every page that the menu and a show lead to has all it asks for."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser
OF_A_SHOW = ("", "live", "radar", "report", "reconcile", "lineup", "before/", "registers/", "rounds/")


@pytest.mark.parametrize(("language", "size"), [("zh", (1440, 900)), ("en", (390, 844))])
def test_it_asks_for_nothing_that_is_missing(room: Open, site: Site, language: str, size: tuple[int, int]) -> None:
    page = room("/", language=language, size=size)
    menu = page.eval_on_selector_all(".nav a", "links => links.map(link => link.getAttribute('href'))")
    inside = [f"/shows/{site.show}/{place}" for place in OF_A_SHOW]
    assert len(set(menu)) > 10, "the menu was not found"
    for address in dict.fromkeys([*menu, *inside]):
        answer = page.goto(site.url + address)
        assert answer is not None
        assert answer.status == 200, address
        expect(page.locator("h1, [data-line]").first).to_be_attached()
