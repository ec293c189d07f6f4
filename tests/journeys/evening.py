"""The first evening of a team, step by step as a new user does it: pages, keys and taps, files at the end.

Time is the one thing that cannot be waited for: between "before air" and "on air" an hour passes by moving the
beginning of the show back, and the simulated night of that hour comes through the HTTP door at once.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page, expect

from kaibo.connectors.simulator.client import Door
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.exports.files import write_exports
from kaibo.connectors.simulator.night import Night, simulate
from kaibo.kit.clock import HOUR_US, MINUTE_US, minute_of, now_us, to_datetime
from tests.journeys.server import Kaibo
from tests.journeys.team import WORDS, sheet

PLATFORM, ROOM = "douyin", "8801"
PASSWORD = "long-enough-secret"
MINUTES, SCALE, SEED = 60, 0.3, 4
IN_FILES = ("order.", "spend.", "stock.", "figure.", "show.", "offer.listed")
"""What the feed of this evening does not report: it comes with the files, or from the pages."""
COSTS = {
    "margin_ratio": "65",
    "platform_fee_ratio": "5",
    "commission_ratio": "0",
    "refund_before_shipping_ratio": "22",
    "refund_after_shipping_ratio": "36",
    "freight_minor": "3.5",
    "insurance_minor": "3",
    "handling_minor": "3",
}
SLOW = 20_000
TRUE = {
    "gmv_paid": "gmv_paid_minor",
    "orders_paid": "orders_paid",
    "views": "views",
    "viewers": "viewers",
    "ad_spend": "spend_minor",
    "ad_impressions": "ad_impressions",
    "ad_clicks": "ad_clicks",
    "refunds": "refund_minor",
    "refund_orders": "refund_orders",
}
"""Number of the report -> what the simulator calls it."""


@dataclass
class Evening:
    """A home, its server, a browser, and what the evening has made so far."""

    home: Kaibo
    browser: Browser
    shots: Path
    images: Path | None = None
    language: str = "zh"
    server: subprocess.Popen[str] | None = None
    url: str = ""
    show_id: str = ""
    started_us: int = 0
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    night: Night | None = None

    # ---- the house

    def start(self) -> str:
        """Start the server as the guide says; the path of the link that makes the first account."""
        set_besides = {"KAIBO_ZONE": "Asia/Shanghai", "PYTHONUNBUFFERED": "1", "TESTS_FORK": "0"}
        environment = {**self.home.environment, **set_besides}
        command = [sys.executable, "-m", "kaibo", "serve", "--port", "0", "--json"]
        log = (self.home.home / "server.log").open("ab")
        self.server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.server.stdout is not None
        told = json.loads(self.server.stdout.readline())
        threading.Thread(target=self.server.stdout.read, daemon=True).start()
        self.url = told["url"]
        return str(told["set up"]).removeprefix(self.url)

    def stop(self) -> None:
        """Close everything this evening opened."""
        for context in self.contexts:
            context.close()
        if self.server is not None:
            self.server.terminate()
            try:
                self.server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()

    @property
    def words(self) -> dict[str, Any]:
        """What the team types."""
        return WORDS[self.language]

    def page(self, *, language: str = "", size: tuple[int, int] = (1440, 900), storage: Any = None) -> Page:
        """A window of its own, like another device of the team."""
        language = language or self.language
        context = self.browser.new_context(
            storage_state=storage,
            viewport={"width": size[0], "height": size[1]},
            locale={"zh": "zh-CN", "en": "en-GB"}[language],
            timezone_id="Asia/Shanghai",
            has_touch=size[0] < 500,
        )
        code = {"zh": "zh-hans", "en": "en"}[language]
        context.add_cookies([{"name": "django_language", "value": code, "url": self.url}])
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("console", lambda one: one.type == "error" and self.complaints.append(f"console: {one.text}"))
        return page

    def keep(self, page: Page, name: str, *, whole: bool = False, is_for_guide: bool = True) -> None:
        """A picture of the step, in the folder of screenshots and, when the guide is being made, in its folder."""
        self.shots.mkdir(exist_ok=True)
        name = f"evening-{name}-{self.language}.png"
        page.screenshot(path=self.shots / name, full_page=whole)
        if self.images is not None and is_for_guide:
            shutil.copyfile(self.shots / name, self.images / name)

    def ask(self, page: Page, path: str) -> Any:
        """JSON of the API as this login sees it."""
        return json.loads(page.request.get(self.url + path).text())

    # ---- before air

    def set_up(self, page: Page, link: str) -> None:
        """The first account, the room with its costs, tonight's show with its targets."""
        page.goto(self.url + link)
        page.fill("input[name=username]", "boss")
        page.fill("input[name=name]", self.words["boss"])
        page.fill("input[name=password]", PASSWORD)
        page.fill("input[name=again]", PASSWORD)
        page.press("input[name=again]", "Enter")
        page.wait_for_load_state()
        if "/login" in page.url:
            page.fill("input[name=username]", "boss")
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
        page.goto(f"{self.url}/rooms/")
        page.locator("details.more summary").last.click()
        page.select_option("select[name=platform]", PLATFORM)
        page.fill("input[name=room_id]", ROOM)
        page.fill("input[name=name]", self.words["room"])
        page.press("input[name=name]", "Enter")
        page.goto(f"{self.url}/rooms/{PLATFORM}/{ROOM}/")
        for name, text in COSTS.items():
            page.fill(f"input[name={name}]", text)
        page.locator(".form-acts .btn.primary").click()
        page.goto(f"{self.url}/shows/new/?room={PLATFORM}/{ROOM}")
        page.fill("input[name=title]", self.words["title"])
        page.fill("input[name=planned_at]", local_time(1))
        page.fill("input[name=planned_end_at]", local_time(3))
        page.fill("input[name=gmv_paid_minor]", "8000")
        page.fill("input[name=spend_minor]", "3000")
        page.locator(".form-acts .btn.primary").click()
        page.wait_for_url(re.compile(r"/shows/[^/]+/$"))
        self.show_id = page.url.rstrip("/").rsplit("/", 1)[1]

    def bring_lineup(self, page: Page, night: Night) -> None:
        """Paste forty-five links from a spreadsheet; two cells are refused and mended where they stand."""
        page.goto(f"{self.url}/shows/{self.show_id}/lineup")
        page.click("#hollow-bring")
        page.fill("#bring-text", sheet(night, self.words))
        page.click("#bring-go")
        expect(page.locator(".problems li")).to_have_count(2)
        self.keep(page, "lineup-preview")
        page.click("#bring-go")
        expect(page.locator(".pane tbody tr")).to_have_count(45)
        bad = page.locator('.findings [data-severity="bad"]')
        for left, text in ((1, "128"), (0, "20")):
            bad.locator("button").first.click()
            page.keyboard.press("F2")
            page.keyboard.press("Control+a")
            page.keyboard.type(text)
            page.keyboard.press("Enter")
            expect(bad).to_have_count(left)
        expect(page.locator("#saved")).to_have_attribute("data-state", "saved", timeout=SLOW)
        self.keep(page, "lineup", is_for_guide=False)

    def check_list(self, page: Page) -> None:
        """Every point of the checklist is looked at."""
        page.goto(f"{self.url}/shows/{self.show_id}/before/")
        points = page.locator(".points-list > li")
        expect(points.first).to_be_visible()
        for left in range(points.count(), 0, -1):
            expect(page.locator(".points-list > li.open")).to_have_count(left)
            page.locator('.points-list > li.open button[value="fine"]').first.click()
        expect(page.locator(".points-list > li.fine")).to_have_count(points.count())
        self.keep(page, "checklist")

    # ---- on air

    def go_on_air(self) -> None:
        """The hour from the beginning on passes: viewers, comments and laps of it come through the door."""
        self.started_us = minute_of(now_us()) - (MINUTES + 1) * MINUTE_US
        token = self.home.python(
            f"""
            from kaibo.commerce.shows import api as shows
            from kaibo.connectors import api as connectors
            from kaibo.eventlog import api
            shows.start_show({self.show_id!r}, at_us={self.started_us}, actor="system:journey")
            kinds = [k for k in connectors.connector("simulator").kinds if not k.startswith({IN_FILES!r})]
            feed, token = api.create_feed(
                "直播间数据", connector="ndjson", platform={PLATFORM!r}, rooms=({ROOM!r},), kinds=tuple(kinds),
                actor="system:journey",
            )
            print(token)
            """
        ).splitlines()[-1]
        self.night = tonight(self.started_us, self.show_id, title=self.words["title"])
        door = Door(self.url, token)
        for batch in self.night.chunks(20_000, to_ms=MINUTES * 60_000):
            door.send([line for line in batch if not json.loads(line)["kind"].startswith(IN_FILES)])
        door.close()
        assert door.tally.rejected == 0, door.tally.first_problem

    def explain(self, page: Page) -> None:
        """Eight laps by key, a return, a host change."""
        page.goto(f"{self.url}/shows/{self.show_id}/live")
        expect(page.locator("body")).to_have_attribute("data-line", "live", timeout=SLOW)
        expect(page.locator(".next-line")).to_have_count(3, timeout=SLOW)
        for _ in range(8):
            page.keyboard.press("n")
            page.wait_for_timeout(1100)  # a lap begins at a whole second
        page.keyboard.press("r")
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        expect(page.locator("#now .link")).to_have_text("1", timeout=SLOW)
        page.keyboard.press("h")
        page.keyboard.type(self.words["host"])
        page.keyboard.press("Enter")
        expect(page.locator("#host")).to_contain_text(self.words["host"], timeout=SLOW)
        self.keep(page, "on-air")

    def type_rounds(self, phone: Page) -> list[dict[str, Any]]:
        """Three rounds typed on the phone, a few digits each; what the room keeps of them."""
        phone.goto(f"{self.url}/shows/{self.show_id}/live")
        expect(phone.locator("body")).to_have_attribute("data-line", "live", timeout=SLOW)
        for number in range(1, 4):
            phone.locator('.thumb [data-act="round"]').tap()
            values = [
                number * 2000,
                number * 14,
                number * 2000,
                number * 1500,
                200,
                number * 500,
                number * 9,
                number * 3,
            ]
            for value in values:
                for letter in str(value):
                    phone.locator(f'.round-pad [data-key="{letter}"]').tap()
                phone.locator('.round-pad [data-key="next"]').tap()
            expect(phone.locator(".round-text textarea")).to_have_value(
                re.compile(self.words["round"].format(n=number)), timeout=SLOW
            )
            if number == 3:
                self.keep(phone, "round-phone")
            phone.locator(".round-text .close").tap()
        return list(self.ask(phone, f"/api/v1/shows/{self.show_id}/rounds"))

    def change_price(self, page: Page) -> None:
        """A price ticket: who asked, made by me, back in ten minutes."""
        page.goto(f"{self.url}/shows/{self.show_id}/registers/")
        form = page.locator("#change form.stack")
        form.locator("input[name=link_no]").fill("1")
        form.locator("input[name=before]").fill("169")
        form.locator("input[name=after]").fill("149")
        form.locator("input[name=asked_by]").fill(self.words["host"])
        form.locator("input[name=revert]").fill("10")
        form.locator('button[name="made"]').click()
        expect(page.locator("#change .entries")).to_contain_text("149")
        self.keep(page, "price-ticket")

    def end(self, page: Page) -> None:
        """The show is over."""
        page.goto(f"{self.url}/shows/{self.show_id}/")
        pop = page.locator("details.more", has=page.locator(f'form[action$="/shows/{self.show_id}/end/"]'))
        pop.locator("summary").click()
        pop.locator("button.air").click()
        expect(page.locator(".facts .badge").first).not_to_have_class(re.compile("air"))

    # ---- after air

    def export_files(self, folder: Path) -> list[Path]:
        """What the team downloads from the consoles of the platforms: seven files of tonight."""
        self.night = tonight(self.started_us, self.show_id, until_us=now_us(), title=self.words["title"])
        return write_exports(self.night, folder, author=self.words["room"])

    def bring_files(self, page: Page, files: list[Path]) -> None:
        """All of them dropped at once, looked at, imported by one press."""
        page.goto(f"{self.url}/imports/")
        page.set_input_files("#drop-files", files)
        cards = page.locator(".dropped > li")
        expect(cards).to_have_count(len(files), timeout=SLOW)
        expect(page.locator("#table-cards")).to_have_attribute("data-busy", "0", timeout=3 * SLOW)
        expect(page.locator('.dropped > li[data-state="checked"]')).to_have_count(len(files), timeout=SLOW)
        self.keep(page, "files")
        page.click("#start-all")
        expect(page.locator('.dropped > li[data-state="complete"]')).to_have_count(len(files), timeout=4 * SLOW)
        self.keep(page, "files-imported", whole=True, is_for_guide=False)

    def report_when_counted(self, page: Page) -> dict[str, Any]:
        """The report, once the counter has reached what the files brought."""
        ends = time.monotonic() + 60
        while True:
            report = dict(self.ask(page, f"/api/v1/shows/{self.show_id}/report"))
            if not self.differences(report) or time.monotonic() > ends:
                return report
            page.wait_for_timeout(500)

    def differences(self, report: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Number -> (true, reported) where the report and the simulator do not agree to the cent."""
        assert self.night is not None
        truth = self.night.truth()
        told = {one["value"]["id"]: one["value"]["value"] for one in report["headlines"]}
        told |= {one["id"]: one["value"] for one in report["ads"]}
        told |= {name: one["value"] for name, one in report["refunds_now"].items()}
        wrong = {
            name: (truth["totals"][column], told[name])
            for name, column in TRUE.items()
            if told[name] != truth["totals"][column]
        }
        lines = {line["key"]: line for one in report["breakdowns"] if one["by"] == "product" for line in one["lines"]}
        for product, values in truth["by_product"].items():
            paid = lines[product]["values"]["gmv_paid"]["value"] if product in lines else 0
            if paid != values["gmv_paid_minor"]:
                wrong[product] = (values["gmv_paid_minor"], paid)
        return wrong

    def look_at_report(self, page: Page) -> None:
        """The report in both languages, on the wide screen and as the long picture."""
        page.goto(f"{self.url}/shows/{self.show_id}/reconcile")
        expect(page.locator(".reconcile tbody").first).to_be_visible()
        self.keep(page, "reconcile", is_for_guide=False)
        for language in ("zh", "en"):
            one = self.page(language=language, storage=page.context.storage_state())
            one.goto(f"{self.url}/shows/{self.show_id}/report")
            expect(one.locator(".report-head")).to_be_visible()
            self.keep(one, f"report-in-{language}", whole=True, is_for_guide=False)
            picture = one.request.get(f"{self.url}/shows/{self.show_id}/report?form=png").body()
            assert picture[:4] == b"\x89PNG"
            shown = self.browser.new_page(viewport={"width": 540, "height": 900})
            shown.set_content(
                f'<body style="margin:0"><img width="540" src="data:image/png;base64,{b64encode(picture).decode()}">'
            )
            shown.wait_for_function("document.images[0].complete")
            self.keep(
                shown,
                f"picture-in-{language}" if language != self.language else "picture",
                is_for_guide=language == self.language,
            )
            shown.close()


def local_time(hours: float) -> str:
    """So many hours from now, as a field of the page wants it."""
    at = to_datetime(now_us() + round(hours * HOUR_US)).astimezone(ZoneInfo("Asia/Shanghai"))
    return f"{at:%Y-%m-%dT%H:%M}"


def tonight(started_us: int, show_id: str, *, until_us: int | None = None, title: str = "") -> Night:
    """The simulated hour, as it is known at an instant."""
    config = NightConfig(
        platform=PLATFORM,
        room_id=ROOM,
        show_id=show_id,
        title=title,
        minutes=MINUTES,
        scale=SCALE,
        impressions="counts",
    )
    return simulate(config, seed=SEED, started_us=started_us, until_us=until_us)


def image_folder() -> Path | None:
    """Where the guide's pictures are written: only when they are being made anew."""
    folder = os.environ.get("GUIDE_IMAGES", "")
    return Path(folder) if folder else None
