"""Every page that links lead to, on a phone: nothing wider than the screen, nothing without words, nothing broken."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser
NO_PAGES = re.compile(r"^/(admin|static|api|i18n)/|^/healthz|[?&](export|form)=|^/r/")
"""The back office is the shell's own; files are no pages."""
EACH_OWN = (r"(?<=/shows/)[^/?]+", r"(?<=/rooms/)[^/]+/[^/?]+", r"(?<=/feeds/)feed_\w+", r"(?<=/connect/)\w+")
EACH_OWN += (r"(?<=/metrics/)[^/?]+", r"(?<=/sheet=)\w+", r"\d+", r"(?<==)[^&]*", r"(?<=/tables/)\w+")
FAULTS = """() => {
  const faults = [];
  const all = (what) => [...document.querySelectorAll(what)].filter((each) => each.checkVisibility({ visibilityProperty: true }));
  const say = (fault, each) => faults.push(`${fault}: ${each.outerHTML.slice(0, 80)}`);
  const named = (each) => each.getAttribute("aria-label") || each.getAttribute("aria-labelledby") || each.title;
  const isLabelled = (each) => [...(each.labels ?? [])].some((label) => label.textContent.trim());
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push(`is ${wide} px wide`);
  if (all("h1").length !== 1) faults.push(`has ${all("h1").length} h1`);
  if (document.documentElement.lang !== "zh-Hans") faults.push(`lang is ${document.documentElement.lang}`);
  if (!document.title.endsWith("开播")) faults.push(`title is ${document.title}`);
  for (const each of all("img:not([alt]), svg[role=img], .chart")) named(each) || each.querySelector("title") || say("no text", each);
  for (const each of all("input:not([type=hidden]), select, textarea")) named(each) || isLabelled(each) || say("no label", each);
  for (const each of all("button, a[href], summary")) named(each) || each.textContent.trim() || each.querySelector("img[alt]") || say("no words", each);
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice) faults.push(`id ${twice} stands twice`);
  return faults;
}"""  # noqa: E501
LINKS = "() => [...document.querySelectorAll('a[href]')].map((each) => each.getAttribute('href'))"


def kind_of(path: str) -> str:
    """What pages of one kind share: `/shows/*/report`."""
    for own in EACH_OWN:
        path = re.sub(own, "*", path)
    return path


def walk(page: Page, site: Site, first: list[str]) -> Iterator[str]:
    """Opens one page of every kind that links lead to."""
    ahead, known = list(first), {kind_of(path) for path in first}
    while ahead:
        path = ahead.pop(0)
        page.goto(site.url + path, wait_until="load")
        yield path
        for link in page.evaluate(LINKS):
            parts = urlsplit(urljoin(site.url + path, link))
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if f"{parts.scheme}://{parts.netloc}" != site.url or NO_PAGES.search(target) or kind_of(target) in known:
                continue
            known.add(kind_of(target))
            ahead.append(target)


def test_it_has_no_page_that_is_broken_on_a_phone(room: Open, site: Site) -> None:
    page = room("/", size=(390, 844))
    broken: list[str] = []
    paths = []
    for path in walk(page, site, ["/", f"/shows/{site.show}/", f"/shows/{site.show}/live"]):
        paths.append(path)
        broken += [f"{path} {fault}" for fault in page.evaluate(FAULTS)]
    assert not broken, "\n".join(broken)
    kinds = {kind_of(path) for path in paths}
    menu = {"/shows/", "/rooms/", "/compliance/", "/opinion/", "/outreach/", "/feeds/", "/imports/", "/metrics/"}
    menu |= {"/people/", "/audit/", "/jobs/", "/bots/", "/privacy/", "/settings/", "/account/"}
    shows = {
        f"/shows/*/{part}" for part in ("", "live", "lineup", "radar", "report", "rounds/", "registers/", "before/")
    }
    assert menu | shows <= kinds, f"no link leads to {sorted((menu | shows) - kinds)}"


@pytest.mark.parametrize("path", ["/login/", "/nothing/", "/compliance/reviews/new/", "/invitation/none/"])
def test_it_has_words_where_there_is_nothing(room: Open, path: str) -> None:
    page = room(
        path,
        size=(390, 844),
        storage={} if path in {"/login/", "/invitation/none/"} else None,
        allowed=("status of 40", "404: ", "405: "),
    )
    assert page.evaluate(FAULTS) == []
