"""Bots over real HTTP on loopback: what they are sent, what their refusals become, nothing of their address leaks."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kaibo.connectors import api as connectors
from kaibo.connectors import bots
from kaibo.connectors.bots import BadBot, BotRefused
from kaibo.eventlog import api as eventlog
from kaibo.eventlog import workers
from kaibo.kit import clock


class Bot:
    """What a bot was sent, and what it answers."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answer: tuple[int, Any] = (200, {"errcode": 0, "errmsg": "ok"})
        self.url = ""


@pytest.fixture
def bot() -> Iterator[Bot]:
    held = Bot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            held.got.append((self.path, json.loads(body)))
            status, told = held.answer
            data = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield held
    server.shutdown()
    server.server_close()


def test_it_speaks_to_dingtalk_signed(bot: Bot) -> None:
    bots.send(f"{bot.url}/robot/send?access_token=t0ken&secret=SECabc", "第 3 轮")
    [(path, body)] = bot.got
    assert body == {"msgtype": "text", "text": {"content": "第 3 轮"}}
    query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    signed = hmac.new(b"SECabc", f"{query['timestamp']}\nSECabc".encode(), hashlib.sha256).digest()
    assert query["sign"] == base64.b64encode(signed).decode()
    assert (query["access_token"], "secret" in query) == ("t0ken", False)


def test_it_speaks_to_feishu_and_wecom(bot: Bot) -> None:
    bot.answer = (200, {"code": 0, "msg": "success"})
    bots.send(f"{bot.url}/open-apis/bot/v2/hook/abc?secret=xyz", "hello")
    path, body = bot.got[0]
    signed = hmac.new(f"{body['timestamp']}\nxyz".encode(), b"", hashlib.sha256).digest()
    assert (path, body["content"]) == ("/open-apis/bot/v2/hook/abc", {"text": "hello"})
    assert body["sign"] == base64.b64encode(signed).decode()
    bots.send(f"{bot.url}/cgi-bin/webhook/send?key=k-1", "长" * 2000)
    path, body = bot.got[1]
    assert path == "/cgi-bin/webhook/send?key=k-1"
    assert len(body["text"]["content"].encode()) <= 2048
    assert body["text"]["content"].endswith("…")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {"errcode": 310000, "errmsg": "keywords not in content"}), "310000: keywords"),
        ((200, {"code": 19024, "msg": "Key Words Not Found"}), "19024"),
        ((502, {}), "HTTP 502"),
        ((200, ["odd"]), "no JSON object"),
    ],
)
def test_it_takes_an_answer_that_refuses_for_a_refusal(bot: Bot, answer: tuple[int, Any], words: str) -> None:
    bot.answer = answer
    with pytest.raises(BotRefused, match=words) as caught:
        bots.send(f"{bot.url}/robot/send?access_token=verysecret", "x")
    assert "verysecret" not in str(caught.value)


def test_it_reaches_other_services_through_apprise(bot: Bot) -> None:
    bots.send(bot.url.replace("http://", "json://") + "/sEcretpath", "hello")
    assert bot.got[0][1]["message"] == "hello"
    bot.answer = (500, {})
    with pytest.raises(BotRefused) as caught:
        bots.send(bot.url.replace("http://", "json://") + "/sEcretpath", "hello")
    assert "sEcretpath" not in str(caught.value)


def test_it_refuses_addresses_that_no_bot_has() -> None:
    for address in ("http://example.com/robot/send?access_token=x", "https://example.com/page", "nonsense"):
        with pytest.raises(BadBot) as caught:
            bots.kind_of(address)
        assert address not in caught.value.sentence


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_it_tries_again_until_the_bot_is_back(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_BOT_TEAM", f"{bot.url}/robot/send?access_token=verysecret")
    assert [(each.id, each.kind) for each in connectors.bots()] == [("team", "dingtalk")]
    bot.answer = (503, {})
    connectors.post_to_bot("team", "第 1 轮", key="round:1", actor="user:1")
    connectors.post_to_bot("team", "第 1 轮", key="round:1", actor="user:1")
    run()
    [post] = connectors.bot_posts("round:1", ("team",))
    assert (post.state, post.tries, post.reason) == ("waiting", 1, "BotRefused: HTTP 503")
    bot.answer = (200, {"errcode": 0})
    run(later=True)
    assert connectors.bot_posts("round:1", ("team",))[0].state == "delivered"
    assert len(bot.got) == 2
    assert "verysecret" not in str(eventlog.work.jobs())
    with pytest.raises(BadBot):
        connectors.post_to_bot("nobody", "x", key="k", actor="user:1")


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_it_gives_up_a_text_whose_numbers_are_old(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_BOT_TEAM", f"{bot.url}/robot/send?access_token=t")
    connectors.post_to_bot("team", "第 1 轮", key="round:1", actor="user:1", until_us=clock.now_us() - 1)
    run()
    [post] = connectors.bot_posts("round:1", ("team",))
    assert (post.state, bot.got) == ("failed", [])
    assert "too late" in post.reason


def run(*, later: bool = False) -> None:
    now = clock.now_us() + (clock.HOUR_US if later else 0)
    job = workers.claim("tester", now=now)
    assert job is not None
    workers.run(job)
