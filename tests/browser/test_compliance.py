"""A forbidden word in a real browser: said, cued to the host, taken at the desk, decided; the desk is quiet again."""

import contextlib
import sqlite3
import time
import uuid
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from kaibo.studio.speech.contracts import RATE
from kaibo.studio.speech.tests.sounds import write_wave
from kaibo.studio.speech.tests.toy import silence, tone
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
    expect(spoken).to_be_visible(timeout=20_000)
    expect(host.locator("#cue")).to_contain_text("别说“全国唯一”", timeout=20_000)
    keep(page, "alerts-zh")
    spoken.locator("[data-take]").click()
    expect(spoken.locator("em")).to_have_text("林导", timeout=20_000)
    expect(host.locator("#cue")).to_be_hidden(timeout=20_000)
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
    alert = page.locator(".alert", has_text="主播口播").filter(has_text="最好")
    for text in ("家人们最好的一天开始了", "又是最好的一天开始啦", "祝大家最好的一天"):
        expect(alert).to_have_count(0, timeout=15_000)  # the one before is gone as soon as the room has heard of it
        site.push({"kind": "speech.transcribed", "text": text})
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


def test_it_lets_a_person_hear_the_words_of_a_case(room: Open, site: Site, keep: Callable[[Page, str], None]) -> None:
    """A recording with a tone at 0:20: the player stands three seconds before it, plays, and moves where it is told."""
    folder = site.records.parent / "recordings"
    folder.mkdir(exist_ok=True)
    write_wave(folder / "take-3.wav", np.concatenate([silence(20), tone(440, 2), silence(60)]), RATE)
    said = {"kind": "speech.transcribed", "attrs": {"recording": "take-3.wav#t=20.0,22.0"}}
    site.push(
        {**said, "text": "这款面料遥遥领先，放心拍"},
        {**said, "text": "我们是驰名商标", "attrs": {"recording": "gone.wav#t=3723.4,3725"}},
    )
    page = room(None)
    page.locator(".alert", has_text="遥遥领先").locator("a").click(timeout=20_000)
    player = page.locator("audio")
    wait_for(page, "one.readyState >= 1")
    assert player.evaluate("one => one.duration") == pytest.approx(14, abs=0.01)
    assert player.evaluate("one => one.currentTime") == pytest.approx(5, abs=0.01)
    player.evaluate("one => { one.muted = true; return one.play(); }")
    wait_for(page, "one.currentTime > 5.3")
    player.evaluate("one => { one.pause(); one.currentTime = 8.5; }")
    wait_for(page, "one.readyState >= 2 && !one.seeking")
    expect(page.locator(".sound")).to_contain_text("take-3.wav")
    expect(page.locator(".sound")).to_contain_text("0:20.0")
    address = page.url.removeprefix(site.url)
    gone = room("/compliance/cases/?state=all")
    gone.locator("tr", has_text="驰名商标").locator("a").first.click()
    expect(gone.locator(".sound-gone")).to_contain_text("1:02:03.4")
    keep(gone, "case-without-sound-zh")
    for language in ("zh", "en"):
        for width in (1440, 390):
            shown = room(address, language=language, size=(width, 900))
            wait_for(shown, "one.readyState >= 1")
            assert shown.evaluate("document.documentElement.scrollWidth") <= width
            keep(shown, f"case-sound-{language}-{width}")


def wait_for(page: Page, state: str) -> None:
    """Until the player, `one`, is so; the pages' policy lets no script be waited for otherwise."""
    ends = time.monotonic() + 20
    while not page.locator("audio").first.evaluate(f"one => {state}"):
        assert time.monotonic() < ends, f"the player never came to {state}"
        page.wait_for_timeout(50)
