"""Bots through their page: kept sealed, tried for real, never shown, only by a director of everything."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import RoundForm
from kaibo.connectors import api as connectors
from kaibo.connectors import bots
from kaibo.eventlog import api as eventlog
from kaibo.eventlog import workers
from kaibo.kit import clock
from kaibo.web.tests.people import Cast


class Group:
    """What a chat group got."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.url = ""


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> Iterator[Group]:
    held = Group()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            held.texts.append(json.loads(self.rfile.read(int(self.headers["content-length"])))["text"]["content"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"errcode": 0}')

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held.url = f"http://127.0.0.1:{server.server_address[1]}/robot/send?access_token=verysecret"
    monkeypatch.setitem(bots.HOSTS, "dingtalk", frozenset({"127.0.0.1"}))
    yield held
    server.shutdown()
    server.server_close()


def work() -> None:
    while (job := workers.claim("tester", now=clock.now_us())) is not None:
        workers.run(job)


def test_it_keeps_a_bot_sealed_and_sends_a_test_through_it(cast: Cast, group: Group) -> None:
    told = cast.director.post("/bots/", {"name": " 运营群 ", "address": group.url}, follow=True)
    assert told.status_code == 200
    work()
    assert len(group.texts) == 1
    rounds.set_form("douyin", "8801", RoundForm(bots=("运营群",)), actor="user:1")
    page = cast.director.get("/bots/").content.decode()
    assert "运营群" in page
    assert "Room 8801" in page, "which rooms post through it"
    entries = [(one.act, one.after) for one in eventlog.audit_entries(thing="bot:运营群")]
    assert sorted(act for act, _ in entries) == ["bot.added", "bot.tested"]
    everywhere = page + told.content.decode() + str(entries) + str(eventlog.work.jobs())
    assert "verysecret" not in everywhere
    connectors.post_to_bot("运营群", "第 1 轮", key="round:1", actor="user:1")
    work()
    assert group.texts[-1] == "第 1 轮"


def test_it_gives_a_known_bot_a_new_address_and_takes_it_away(cast: Cast, group: Group) -> None:
    cast.director.post("/bots/", {"name": "team", "address": group.url + "old"})
    cast.director.post("/bots/", {"name": "Team", "address": group.url})
    assert [bot.id for bot in connectors.bots()] == ["team"]
    assert bots.address_of("team") == group.url
    cast.director.post("/bots/team/drop/")
    assert connectors.bots() == []
    acts = [one.act for one in eventlog.audit_entries(thing="bot:team")]
    assert {"bot.added", "bot.changed", "bot.dropped"} <= set(acts)
    work()
    last = connectors.bot_posts("test:bots", ("team",))[0]
    assert last.state == "failed", "a text to a bot that is gone is given up, not tried for ever"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("team", "https://10.0.0.8/robot/send?access_token=verysecret"),
        ("team", "http://oapi.dingtalk.com/robot/send?access_token=verysecret"),
        ("team", "json://127.0.0.1/verysecret"),
        ("team", "https://oapi.dingtalk.com.evil.example/robot/send?access_token=verysecret"),
        ("a/b", "https://oapi.dingtalk.com/robot/send?access_token=verysecret"),
    ],
)
def test_it_refuses_what_is_no_bot_of_a_chat_group(cast: Cast, name: str, address: str) -> None:
    told = cast.director.post("/bots/", {"name": name, "address": address})
    assert told.status_code == 422
    assert "note error" in told.content.decode()
    assert "verysecret" not in told.content.decode()
    assert connectors.bots() == []


def test_it_lets_the_environment_go_first(cast: Cast, group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.director.post("/bots/", {"name": "team", "address": group.url})
    other = group.url.replace("verysecret", "other")
    monkeypatch.setenv("KAIBO_BOT_TEAM", other)
    assert bots.address_of("team") == other
    assert cast.director.post("/bots/", {"name": "team", "address": group.url}).status_code == 422
    page = cast.director.get("/bots/").content.decode()
    assert "/bots/team/drop/" not in page
    monkeypatch.delenv("KAIBO_BOT_TEAM")
    assert bots.address_of("team") == group.url


def test_it_names_a_bot_whose_seal_does_not_open(cast: Cast, group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.director.post("/bots/", {"name": "team", "address": group.url})
    monkeypatch.setenv("KAIBO_SEAL_KEY", "another-key-than-the-one-it-was-sealed-with")
    [bot] = connectors.bots()
    assert bot.problem
    assert cast.director.get("/bots/").status_code == 200


def test_it_opens_to_nobody_else(cast: Cast, group: Group) -> None:
    for person in (cast.operator, cast.viewer, cast.outsider):
        assert person.get("/bots/").status_code == 403
        assert person.post("/bots/", {"name": "team", "address": group.url}).status_code == 403
        assert person.post("/bots/team/test/").status_code == 403
        assert person.post("/bots/team/drop/").status_code == 403
    assert connectors.bots() == []
