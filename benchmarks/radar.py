"""The radar on real recordings: three pictures of its page and, from each, bursts drawn by chance, to judge by hand.

`python -m benchmarks.radar [--pictures FOLDER]`; needs KAIBO_SHARED_DATA and a Chromium. docs/reference/radar.md says
what was right in what it drew.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.language import data
from benchmarks.machine import ROOT
from tests.journeys.server import Kaibo

RECORDINGS = (
    ("debut", "bilirec_xml", "danmaku/asoul_xml/2020-12-11_group_debut.xml.gz", ("--room", "22632424")),
    ("solo", "bilirec_xml", "danmaku/asoul_xml/2020-12-12_diana_debut.xml.gz", ("--room", "22637261")),
    ("room", "bili_events", "danmaku/bilibili_rooms_events.jsonl.gz", ("--room", "11365")),
)
SEED = 20_251_105
DRAWN = 10
PASSWORD = "three short words"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
BLURRED = ".examples li, .cloud + p, .signals p.small { filter: blur(5px) }"
"""Whole comments of real people are not shown."""
_DIRECTOR = f"""
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
everywhere = RoomScope(is_all=True)
team.add_person("director", {PASSWORD!r}, role=Role.DIRECTOR, scope=everywhere, name="林导", actor="system:test")
"""
_FOLLOW = """
from kaibo.operations.radar.api import Follower
follower = Follower()
while follower.look():
    pass
"""
_BURSTS = """
import json
from kaibo.operations.radar import api
found = api.signals({show!r}, kinds=("burst",), limit=10_000)
print(json.dumps([[one.id, one.term, one.from_us, one.peak, one.expected, [text for _, text in one.examples]]
                  for one in sorted(found, key=lambda one: one.id)]))
"""


def bring(home: Kaibo) -> None:
    """Every recording as a show of its own."""
    home.python(_DIRECTOR)
    for name, connector, file, more in RECORDINGS:
        home.run("import", connector, str(data() / file), *more, "--show", name, "--wait", "--json")
    home.python(_FOLLOW)


def draw(home: Kaibo, show: str) -> tuple[int, list[list[object]]]:
    """How many bursts there are, and ten of them by chance, in the order of time."""
    found = json.loads(home.python(_BURSTS.format(show=show)).splitlines()[-1])
    drawn = random.Random(SEED).sample(found, min(DRAWN, len(found)))
    return len(found), sorted(drawn, key=lambda one: one[2])


def take_pictures(home: Kaibo, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as played:
        browser = played.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        size = {"width": 1440, "height": 860}
        page = browser.new_page(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", bypass_csp=True)
        _log_in(page, f"http://127.0.0.1:{home.port}/login/")
        for name, *_ in RECORDINGS:
            page.goto(f"http://127.0.0.1:{home.port}/shows/{name}/radar")
            page.add_style_tag(content=BLURRED)
            page.screenshot(path=folder / f"radar-{name}.png")
        browser.close()


def _log_in(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("input[name=username]", "director")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, default=ROOT / "docs" / "images")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        home = Kaibo(Path(scratch) / "home")
        bring(home)
        home.start()
        try:
            take_pictures(home, given.pictures)
            for name, *_ in RECORDINGS:
                count, drawn = draw(home, name)
                sys.stdout.write(f"== {name}: {count} bursts\n")
                for _id, term, _from, peak, expected, examples in drawn:
                    sys.stdout.write(f"{term}  ×{peak} (usually {expected})  {examples}\n")
        finally:
            home.stop()


if __name__ == "__main__":
    main()
