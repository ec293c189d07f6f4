"""Kill anything at any moment: what was acknowledged is counted, nothing twice, every row as if nothing had happened.

The small form runs in `make test`, one million events in `make soak`.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.server import MAKE_FEED, Kaibo

BATCH = 500
DUPLICATED = 0.10  # share of lines that are sent again somewhere else in the shuffle
TABLES = ("MinuteRow", "OnlineSample", "FigureRow", "MomentRow", "IntervalRow", "OrderHome", "UnmatchedRow")
_DUMP = """
import json
from kaibo.warehouse import models
for name in {tables!r}:
    model = getattr(models, name)
    columns = sorted(f.name for f in model._meta.get_fields() if f.name not in {{"id", "feed_id"}})
    for row in sorted(map(list, model.objects.values_list(*columns)), key=repr):
        print(json.dumps([name, dict(zip(columns, row))], ensure_ascii=False, default=str))
"""
_PLAN = """
from kaibo.eventlog import api
api.open_window({platform!r}, {room_id!r}, "the-night", from_us={from_us}, to_us={to_us})
"""


@dataclass
class Night:
    """Lines in order of occurrence, and where they belong."""

    lines: list[str]
    platform: str
    room_id: str
    from_us: int
    to_us: int


def simulate(kaibo: Kaibo, path: Path, *, minutes: int, scale: float) -> Night:
    """A night of the simulator, refunds of the days after included; its show is planned from first to last event."""
    kaibo.run(
        "simulate", "--seed", "11", "--minutes", str(minutes), "--scale", str(scale), "--later", "--out", str(path)
    )
    lines = path.read_text().splitlines()
    events = [json.loads(line) for line in lines]
    at = {event["kind"]: event["occurred_at"] for event in events if event["kind"] in {"show.started", "show.ended"}}
    one = events[0]
    return Night(lines, one["platform"], one["room_id"], at["show.started"], at["show.ended"] + 1)


def rows(kaibo: Kaibo) -> list[str]:
    """Every counted row of the home, as text, in a fixed order."""
    return kaibo.python(_DUMP.format(tables=TABLES)).splitlines()


def send_all(kaibo: Kaibo, token: str, batches: list[list[str]], killer: "Killer | None" = None) -> tuple[int, int]:
    """Send every batch until it is acknowledged; (accepted, duplicates) of the answers that arrived."""
    accepted = duplicates = 0
    for batch in batches:
        ends = time.monotonic() + 120
        while (receipt := kaibo.post(batch, token)) is None:
            assert time.monotonic() < ends, f"a batch was not taken for two minutes:\n{kaibo.log()[-3000:]}"
            time.sleep(0.05)
        assert receipt["rejected"] == 0, receipt["details"]
        accepted += receipt["accepted"]
        duplicates += receipt["duplicates"]
        if killer is not None:
            killer.acknowledged += 1
    return accepted, duplicates


def undisturbed(kaibo: Kaibo, night: Night) -> list[str]:
    """The rows of an ordered, complete, quiet run."""
    token = prepare(kaibo, night)
    kaibo.start()
    accepted, duplicates = send_all(kaibo, token, chunks(night.lines, 5000))
    assert (accepted, duplicates) == (len(night.lines), 0)
    kaibo.stop()
    kaibo.run("count", "--once", "--json")
    return rows(kaibo)


def prepare(kaibo: Kaibo, night: Night) -> str:
    """A feed, and the planned show; the feed's token."""
    plan = _PLAN.format(platform=night.platform, room_id=night.room_id, from_us=night.from_us, to_us=night.to_us)
    return kaibo.python(plan + MAKE_FEED.format(platform=night.platform)).splitlines()[-1]


def chunks(lines: list[str], size: int) -> list[list[str]]:
    """The lines in batches."""
    return [lines[at : at + size] for at in range(0, len(lines), size)]


def shuffled(night: Night, draw: random.Random) -> Iterator[str]:
    """All lines once and some twice, in no order."""
    every = [*night.lines, *draw.sample(night.lines, int(len(night.lines) * DUPLICATED))]
    draw.shuffle(every)
    return iter(every)


class Killer(threading.Thread):
    """Ends the server or its counter when so many batches are acknowledged, at a random moment of the next one.

    Moments are tied to progress, not to the clock, so that a fast machine is killed as often as a slow one.
    """

    def __init__(self, kaibo: Kaibo, draw: random.Random, *, batches: int, kills: int) -> None:
        super().__init__(daemon=True)
        self.kaibo, self.draw = kaibo, draw
        self.moments = sorted(draw.sample(range(1, batches - 1), kills))
        self.acknowledged = 0
        self.servers = self.counters = 0
        self.is_over = threading.Event()
        self.problem: BaseException | None = None

    def run(self) -> None:
        try:
            for number, moment in enumerate(self.moments):
                while self.acknowledged < moment and not self.is_over.is_set():
                    time.sleep(0.002)
                time.sleep(self.draw.uniform(0, 0.1))
                if number % 2:
                    while not self.kaibo.kill_counter() and not self.is_over.is_set():
                        time.sleep(0.01)  # between two lives of the counter
                    self.counters += 1
                else:
                    self.kaibo.kill()
                    self.servers += 1
                    self.kaibo.start()
        except BaseException as error:  # noqa: BLE001 - told to the test, which fails with it
            self.problem = error

    def finish(self) -> None:
        """Wait until the last kill is done and the server stands again."""
        self.join(timeout=120)
        assert not self.is_alive(), "the last kill never came"
        if self.problem is not None:
            raise self.problem


def crash(folder: Path, *, minutes: int, scale: float, batch: int, seed: int, kills: int) -> None:
    """The whole story, small or large."""
    draw = random.Random(seed)
    quiet, stormy = Kaibo(folder / "quiet"), Kaibo(folder / "stormy")
    night = simulate(quiet, folder / "night.ndjson", minutes=minutes, scale=scale)
    expected = undisturbed(quiet, night)

    token = prepare(stormy, night)
    batches = chunks(list(shuffled(night, draw)), batch)
    stormy.start()
    killer = Killer(stormy, draw, batches=len(batches), kills=kills)
    killer.start()
    try:
        accepted, _ = send_all(stormy, token, batches, killer)
        killer.finish()
        again, _ = send_all(stormy, token, chunks(night.lines, 5000))
    finally:
        killer.is_over.set()
        killer.join(timeout=60)
        stormy.stop()
    stormy.run("count", "--once", "--json")

    story = f"server killed {killer.servers} times, counter {killer.counters} times, seed {seed}"
    assert (killer.servers, killer.counters) == (kills - kills // 2, kills // 2), f"{story}: a kill did not happen"
    assert accepted <= len(night.lines), f"{story}: an event was accepted twice"
    assert again == 0, f"{story}: an acknowledged event was lost; sending it again was no duplicate"
    found = rows(stormy)
    wrong = sorted(set(found) ^ set(expected))
    assert not wrong, f"{story}: {len(wrong)} rows differ, the first: {wrong[:4]}"
    assert len(found) == len(expected)
    sys.stdout.write(f"{len(night.lines)} events, {story}: {len(found)} rows equal\n")


@pytest.mark.journey
def test_it_counts_every_acknowledged_event_once_through_crashes(tmp_path: Path) -> None:
    crash(tmp_path, minutes=30, scale=0.5, batch=BATCH, seed=20_261_122, kills=4)  # some 20,000 events


@pytest.mark.soak
@pytest.mark.journey
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_counts_a_million_events_once_through_crashes(tmp_path: Path, seed: int) -> None:
    crash(tmp_path, minutes=240, scale=2.6, batch=2000, seed=seed, kills=12)  # a little over 1,000,000 events
