"""`kaibo hook` and `kaibo inbox`, as a person types them."""

import json

import pytest
from typer.testing import CliRunner

from kaibo.config import cli
from kaibo.connectors.tests import pushes
from kaibo.eventlog import api

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def commands(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    if not cli.app.registered_commands:
        cli._register()
    monkeypatch.setattr(cli, "migrate", lambda: None)


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, list(words))
    return done.exit_code, done.stdout


def test_it_makes_a_hook_and_names_what_it_needs() -> None:
    code, out = run("hook", "doudian", "--json")
    told = json.loads(out)
    assert code == 0
    feed = api.feed(told["feed"])
    assert told["address"] == f"/hooks/doudian/{feed.id}"
    assert (feed.platform, "order.paid" in feed.kinds) == ("douyin", True)
    key = feed.id.removeprefix("feed_").upper()
    assert set(told["needed"]) == {f"KAIBO_FEED_{key}_APP_KEY", f"KAIBO_FEED_{key}_SECRET"}
    assert "client_secret" in run("hook", "douyin_push")[1].lower()


def test_it_refuses_a_hook_for_a_connector_that_takes_no_pushes() -> None:
    code, _out = run("hook", "ndjson")
    assert code != 0
    assert api.feeds() == []


def test_it_lists_what_failed_and_replays_it() -> None:
    feed = json.loads(run("hook", "doudian", "--json")[1])["feed"]
    api.inbox.receive(feed, connector="doudian", body=pushes.sample("doudian"))
    (item,) = api.inbox.items()
    api.inbox.settle(item.id, count=0, version="doudian/0", problem="an old fault")
    code, out = run("inbox", "list", "--json")
    told = json.loads(out)
    assert (code, told["states"], told["pushes"][0]["reason"]) == (0, {"failed": 1}, "an old fault")
    code, out = run("inbox", "replay", "--json")
    assert (code, json.loads(out)) == (0, {"replayed": 1, "translated": 1, "failed": 0})
    assert "nonsense" not in run("inbox", "list")[1]
    api.inbox.receive(feed, connector="doudian", body=b"nonsense")
    (item, *_) = api.inbox.items()
    api.inbox.settle(item.id, count=0, version="doudian/1", problem="no JSON")
    code, out = run("inbox", "replay", "--json")
    assert (code, json.loads(out)["failed"]) == (1, 1)
