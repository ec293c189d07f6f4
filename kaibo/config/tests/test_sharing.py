"""Who takes which shard of the log, and who may change how many there are."""

import time
from pathlib import Path

import pytest

from kaibo.config import sharing
from kaibo.config.parts import settle_number, take_part
from kaibo.config.sharing import Sharing
from kaibo.eventlog import presence, shards
from kaibo.eventlog.locks import instance
from kaibo.eventlog.log import log_lock
from kaibo.eventlog.presence import Present
from kaibo.kit.errors import BadConfiguration

OTHER, THIRD = "b" * 12, "c" * 12


class World:
    """Three shards, one server that looks at them, and others of which only their names are seen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mine: list[int] = []
        self.living = [instance()]
        self.others: dict[int, str] = {}
        self.sharing = Sharing(3, take=self._take, give=self._give, held=lambda: self.mine)
        monkeypatch.setattr(sharing, "log_lock", lambda shard: self._Lock(self, shard))
        monkeypatch.setattr(presence, "processes", lambda: [Present(one, 1, "", "serve", "", 0) for one in self.living])

    class _Lock:
        def __init__(self, world: "World", shard: int) -> None:
            self.world, self.shard = world, shard

        def is_free(self) -> bool:
            return self.shard not in self.world.others and self.shard not in self.world.mine

        def last_taker(self) -> str:
            return instance() if self.shard in self.world.mine else self.world.others.get(self.shard, "long gone")

    def _take(self, shard: int) -> bool:
        assert shard not in self.others
        self.mine.append(shard)
        return True

    def _give(self, shard: int) -> None:
        self.mine.remove(shard)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_it_takes_one_at_once_and_more_when_nobody_else_does(world: World) -> None:
    world.sharing.look(100.0)
    assert world.mine == [0]
    world.sharing.look(101.9)
    assert world.mine == [0]
    world.sharing.look(102.0)
    assert world.mine == [0, 1, 2], "alone it holds all"


def test_it_leaves_what_was_free_for_a_moment_to_the_others(world: World) -> None:
    world.mine, world.others = [1], {0: OTHER}
    world.sharing.look(100.0)
    world.others[2] = THIRD
    world.sharing.look(101.0)
    del world.others[2]
    world.sharing.look(102.5)
    assert world.mine == [1], "free since now, not since 100"
    world.sharing.look(104.6)
    assert world.mine == [1, 2]


def test_it_gives_its_highest_to_a_server_that_has_none(world: World) -> None:
    world.mine, world.living = [0, 1, 2], [instance(), OTHER]
    world.sharing.look(100.0)
    assert world.mine == [0, 1]
    world.others[2] = OTHER
    world.sharing.look(101.5)
    assert world.mine == [0, 1], "each has one"
    world.living.append(THIRD)
    world.sharing.look(103.0)
    assert world.mine == [0]
    world.others[1] = THIRD
    world.sharing.look(110.0)
    assert world.mine == [0]


def test_it_keeps_what_another_did_not_take(world: World) -> None:
    world.mine, world.living = [0, 1, 2], [instance(), OTHER]
    given = []
    for step in range(120):
        world.sharing.look(100.0 + step / 2)
        given.append(3 - len(world.mine))
    assert given.count(1) < 10, "a shard goes to and fro while a server cannot take it"
    assert set(given) == {0, 1}


def test_it_is_the_richest_who_gives(world: World) -> None:
    world.mine, world.living = [0], [instance(), OTHER, THIRD]
    world.others = {1: OTHER, 2: OTHER}
    world.sharing.look(100.0)
    assert world.mine == [0]


@pytest.fixture
def three(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_DATABASE_URL", "postgresql://in/force")
    monkeypatch.setenv("KAIBO_LOG_SHARDS", "3")
    settle_number()


@pytest.mark.django_db
@pytest.mark.usefixtures("three")
def test_it_puts_its_number_in_force_only_where_nobody_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shards.in_force().number == 3
    monkeypatch.setenv("KAIBO_LOG_SHARDS", "2")
    began = time.monotonic()
    with presence.present("work"), pytest.raises(BadConfiguration, match="has 3 shards, KAIBO_LOG_SHARDS says 2"):
        settle_number()
    assert time.monotonic() - began < 10, "whoever lives is no reason to wait"
    held = log_lock(2)
    assert held.take()
    monkeypatch.setattr("kaibo.config.parts.WAIT_SECONDS", 0.3)
    with pytest.raises(BadConfiguration, match="has 3 shards"):
        settle_number()
    held.release()
    settle_number()
    assert (shards.in_force().number, shards.in_force().change) == (2, 2)
    settle_number()
    assert shards.in_force().change == 2, "what is in force is not changed again"


@pytest.mark.parametrize(
    ("number", "url", "said"),
    [
        ("3", "", "needs records in PostgreSQL"),
        *((wrong, "postgresql://x/y", "no number from 1 to 64") for wrong in ("0", "65", "many")),
    ],
)
def test_it_refuses_a_number_that_cannot_be(
    home: Path, monkeypatch: pytest.MonkeyPatch, number: str, url: str, said: str
) -> None:
    monkeypatch.setenv("KAIBO_DATABASE_URL", url)
    monkeypatch.setenv("KAIBO_LOG_SHARDS", number)
    with pytest.raises(BadConfiguration, match=said):
        settle_number()


@pytest.mark.django_db
@pytest.mark.usefixtures("three")
def test_it_lets_a_shard_go_whole_and_another_take_it() -> None:
    part = take_part(1)
    assert part is not None
    assert take_part(1) is None, "one process holds it"
    part.let_go()
    again = take_part(1)
    assert again is not None
    again.let_go()
