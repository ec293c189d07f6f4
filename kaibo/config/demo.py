"""The demonstration: a home with three earlier nights and one that is on air, all through the HTTP door."""

import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from kaibo.connectors.simulator.client import Door, DoorRefused, DoorSilent
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.exports.sheet import lineup_sheet
from kaibo.connectors.simulator.night import Night, simulate
from kaibo.connectors.simulator.pace import at_pace
from kaibo.kit import env
from kaibo.kit.clock import DAY_US, MINUTE_US, minute_of, now_us

logger = logging.getLogger("kaibo.demo")

PLATFORM, ROOM = "simulated", "demo-room"
ACTOR = "system:demo"
EARLIER_SEEDS = (7, 9, 12)  # yesterday first
TONIGHT_SEED = 3
FILLED_MINUTES = 30
PLANTED = ("forbidden_words", "complaint_wave")
"""What tonight's host and viewers say wrong, so that the proctor and the opinion watch have something to find."""
BATCH, LARGE_BATCH = 5_000, 20_000
PEOPLE = ("director", "operator", "viewer")
"""Log-in names are the roles."""
HEAD_START = 3.0
"""Seconds that the first log-in and the first page have the machine for themselves."""
MOST_BEHIND = 10_000
"""The next earlier night waits while more than this is uncounted: the one on air must not wait for all of them."""


@dataclass
class Tale:
    """What a demo home remembers from one start to the next; a file of mode 600 beside the records."""

    password: str = ""
    feed_id: str = ""
    seed: int = TONIGHT_SEED
    started_us: int = 0
    show_id: str = ""
    earlier: list[str] = field(default_factory=list)

    @staticmethod
    def path() -> Path:
        """Where it is kept."""
        return env.home() / "run" / "demo.json"

    @classmethod
    def load(cls) -> "Tale":
        """The remembered tale, or a new one."""
        try:
            return cls(**json.loads(cls.path().read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls()

    def save(self) -> None:
        """Keep it, readable by its owner only, because it holds the demo password."""
        path = self.path()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        scratch = path.with_suffix(".tmp")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
        scratch.replace(path)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the terminal tells and what the player needs."""

    tale: Tale
    token: str
    minutes: int = 240


def prepare(*, minutes: int = 240, at_us: int | None = None) -> Prepared:
    """People, room, feed and tonight's show, made or found again. Django must be set up."""
    tale, instant = Tale.load(), now_us() if at_us is None else at_us
    tale.password = tale.password or secrets.token_urlsafe(9)
    add_people(tale, PEOPLE[:1])
    _room()
    token = _feed(tale)
    if not tale.started_us or instant >= tale.started_us + minutes * MINUTE_US:
        _next_show(tale, instant, minutes)
    tale.save()
    return Prepared(tale, token, minutes)


def add_people(tale: Tale, names: Iterable[str]) -> None:
    """Accounts that are not there yet. A password hash takes a third of a second, so the start makes only one."""
    from kaibo.commerce.team import api as team
    from kaibo.commerce.team.contracts import Role, RoomScope

    known = {person.username for person in team.people()}
    for name in names:
        if name not in known:
            team.add_person(name, tale.password, role=Role(name), scope=RoomScope(is_all=True), actor=ACTOR)


def _room() -> None:
    """A mid-size women's-clothing room; its costs are the worked example of the break-even formula."""
    from kaibo.commerce.rooms import api as rooms
    from kaibo.commerce.rooms.contracts import Economics

    economics = Economics(
        margin_ratio=0.65,
        platform_fee_ratio=0.05,
        commission_ratio=0.0,
        refund_before_shipping_ratio=0.22,
        refund_after_shipping_ratio=0.36,
        freight_minor=350,
        insurance_minor=300,
        handling_minor=300,
        currency="CNY",
    )
    if not any((room.platform, room.room_id) == (PLATFORM, ROOM) for room in rooms.rooms()):
        rooms.save_room(PLATFORM, ROOM, name="模拟女装直播间", currency="CNY", economics=economics, actor=ACTOR)


def _feed(tale: Tale) -> str:
    """The token of the demo's feed; a home that is started again gets a new one."""
    from kaibo.connectors import api as connectors
    from kaibo.eventlog import api as eventlog

    if tale.feed_id:
        return eventlog.rotate_token(tale.feed_id, actor=ACTOR)
    kinds = connectors.connector("simulator").kinds
    feed, token = eventlog.create_feed(
        "模拟直播间", connector="simulator", platform=PLATFORM, rooms=(ROOM,), kinds=kinds, actor=ACTOR
    )
    tale.feed_id = feed.id
    return token


def _next_show(tale: Tale, instant: int, minutes: int) -> None:
    """Tonight began half an hour ago, or right after the show before it."""
    before = tale.started_us + (minutes + 1) * MINUTE_US if tale.started_us else 0
    if tale.started_us:
        tale.seed += 1
    tale.started_us = max(minute_of(instant) - FILLED_MINUTES * MINUTE_US, before)
    tale.show_id = f"demo-{tale.started_us // MINUTE_US}"
    _show(tale.show_id, "秋冬上新专场", tale.started_us, None)
    from kaibo.commerce.shows import api as shows

    # a little above what this room usually sells and spends in a whole evening
    targets = {"gmv_paid_minor": 9_000_000 * minutes / 240, "spend_minor": 1_900_000 * minutes / 240, "roas": 4.5}
    shows.set_targets(tale.show_id, targets, actor=ACTOR)


def _show(show_id: str, title: str, started_us: int, ended_us: int | None) -> None:
    from kaibo.commerce.shows import api as shows

    shows.ensure_show(
        show_id,
        platform=PLATFORM,
        room_id=ROOM,
        title=title,
        started_at=started_us,
        ended_at=ended_us,
        actor=ACTOR,
    )


class Player(threading.Thread):
    """Sends tonight at the clock's pace; earlier nights follow in a second thread once tonight is on the page."""

    def __init__(self, prepared: Prepared, url: str) -> None:
        super().__init__(name="demo", daemon=True)
        self.prepared, self.url = prepared, url
        self.stopped = threading.Event()
        self._history: threading.Thread | None = None

    def stop(self) -> None:
        """Let both threads end at their next breath."""
        self.stopped.set()

    def run(self) -> None:
        """Tonight, then the next show, until stopped."""
        tale = self.prepared.tale
        while not self.stopped.is_set():
            self._guarded(partial(self._play, tale))
            if not self.stopped.wait(5):
                _next_show(tale, now_us(), self.prepared.minutes)
                tale.save()
        if self._history is not None:
            self._history.join()
        _close_records()

    def _guarded(self, act: Callable[[], None]) -> None:
        """A server that stops takes its door away: that is no error then."""
        try:
            act()
        except (DoorRefused, DoorSilent) as error:
            if not self.stopped.is_set():
                logger.error("the demo cannot go on: %s; %s", error.sentence, error.fix)
                self.stopped.set()

    def _night(self, seed: int, show_id: str, started_us: int, *, until_us: int | None = None) -> Night:
        is_tonight = until_us is None
        config = NightConfig(
            platform=PLATFORM,
            room_id=ROOM,
            show_id=show_id,
            minutes=self.prepared.minutes,
            impressions="counts",  # as platforms state them; a person each would double the events
            plant=PLANTED if is_tonight else (),
            say_at=_slips(self.prepared.minutes) if is_tonight else (),
        )
        return simulate(config, seed=seed, started_us=started_us, until_us=until_us)

    def _send(self, batches: Iterable[list[str]]) -> None:
        door = Door(self.url, self.prepared.token, patience=60, sleep=partial(_wait, self.stopped))
        try:
            for batch in batches:
                if self.stopped.is_set():
                    return
                door.send(batch)
        finally:
            door.close()

    def _until_counted(self) -> None:
        """Whole nights cost the counter little when they come at once, but the night on air waits behind them."""
        from kaibo.warehouse import api as warehouse

        while warehouse.count_status().behind_events > MOST_BEHIND and not self.stopped.wait(0.5):
            pass

    def _passed_ms(self, tale: Tale) -> int:
        return max(0, (now_us() - tale.started_us) // 1000)

    def _play(self, tale: Tale) -> None:
        """Tonight: up to now at full speed (what the log has already is a duplicate to it), then as it happens."""
        night = self._night(tale.seed, tale.show_id, tale.started_us)
        passed = self._passed_ms(tale)
        self._send(night.chunks(BATCH, to_ms=passed))
        _bring_lineup(tale.show_id, night)
        self._begin_history()
        pause = partial(_wait, self.stopped)
        self._send(at_pace(night, partial(self._passed_ms, tale), from_ms=passed, sleep=pause))

    def _begin_history(self) -> None:
        """Once tonight is on the page: the other accounts, the script library and the nights before."""
        if self._history is None:
            self._history = threading.Thread(
                target=self._guarded, args=(self._earlier,), name="demo-history", daemon=True
            )
            self._history.start()

    def _earlier(self) -> None:
        """Whole nights of the same room and slot on the days before, with what was refunded since."""
        from kaibo.operations.radar import api as radar

        if self.stopped.wait(HEAD_START):
            return
        tale = self.prepared.tale
        first = tale.started_us
        add_people(tale, PEOPLE)
        radar.add_starters(actor=ACTOR)  # what may be said stands beside the complaints of the evening
        for days, seed in enumerate(EARLIER_SEEDS, 1):
            name = f"night-{seed}"
            if name in tale.earlier or self.stopped.is_set():
                continue
            started = first - days * DAY_US
            show_id = f"demo-{started // MINUTE_US}"
            _show(show_id, "秋冬上新专场", started, started + self.prepared.minutes * MINUTE_US)
            night = self._night(seed, show_id, started, until_us=now_us())
            self._until_counted()
            self._send(night.chunks(LARGE_BATCH))
            if not self.stopped.is_set():
                tale.earlier.append(name)
                tale.save()
        _close_records()


def _slips(minutes: int) -> tuple[float, ...]:
    """Right after the demo begins, so that who opens it sees a cue on the prompt and a case at the desk."""
    return tuple(at for at in (FILLED_MINUTES + 1.0, FILLED_MINUTES + 4.0) if at < minutes)


def _bring_lineup(show_id: str, night: Night) -> None:
    """Tonight's sheet as its planner pastes it; a sheet that somebody changed since stays."""
    from kaibo.commerce.lineup import api as lineups

    if show_id not in lineups.shows_with_lineup():
        draft = lineups.read_sheet(show_id, text=lineup_sheet(night))
        lineups.take_sheet(show_id, draft, mode="replace", actor=ACTOR)


def _wait(stopped: threading.Event, seconds: float) -> None:
    """A pause that ends early when everything does."""
    stopped.wait(seconds)


def _close_records() -> None:
    """A thread that used the records gives its connection back."""
    from django.db import connections

    connections.close_all()
