"""Message tasks through their pages: looked at before they are asked for, once per preview, only by those who may."""

import re

import pytest

from kaibo.connectors import api as connectors
from kaibo.connectors import registry
from kaibo.eventlog import api as eventlog
from kaibo.eventlog import workers
from kaibo.web.tests.people import Cast

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {"sender": "lisi", "whom": "groups", "group": "wr-1", "text": "今晚八点开播\n福利先到"}


@pytest.fixture
def feed_id(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> str:
    feed, _token = eventlog.create_feed(
        "企业微信", connector="wecom", platform="wecom", rooms=(), kinds=registry.manifest_of("wecom").kinds, actor="x"
    )
    content = {
        "owners": ["lisi", "zhangsan"],
        "groups": [{"id": "wr-1", "name": "福利一群", "owner": "lisi", "people": 180}],
        "tags": [{"id": "et-1", "name": "老客", "group": "来源"}],
    }
    monkeypatch.setattr(connectors, "read_audience", lambda _feed_id: content)
    cast.director.post("/outreach/read/", {"feed": feed.id})
    job = workers.claim("test")
    assert job is not None
    assert workers.run(job) == "done"
    return feed.id


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


def test_it_asks_for_a_task_only_after_it_was_looked_at(cast: Cast, feed_id: str) -> None:
    told = cast.director.post("/outreach/preview/", {**FORM, "feed": feed_id})
    page = told.content.decode()
    assert "福利一群" in page
    assert "今晚八点开播<br>福利先到" in page
    assert not eventlog.outbox.commands()
    given = {**FORM, "feed": feed_id, "key": key_of(page)}
    for _click in range(2):
        assert cast.director.post("/outreach/send/", given).status_code == 302
    (command,) = eventlog.outbox.commands()
    assert (command.args["text"], command.actor) == (FORM["text"], f"user:{cast.ids['director']}")
    listed = cast.director.get("/outreach/").content.decode()
    assert "今晚八点开播" in listed
    assert f"/outreach/{command.id}/take-back/" in listed


def test_it_shows_the_form_again_with_what_to_mend(cast: Cast, feed_id: str) -> None:
    told = cast.director.post("/outreach/preview/", {**FORM, "feed": feed_id, "sender": "zhangsan"})
    assert told.status_code == 422
    page = told.content.decode()
    assert "福利先到" in page
    assert 'role="alert"' in page
    again = cast.director.post("/outreach/preview/", {**FORM, "feed": feed_id, "change": "1"})
    assert (again.status_code, "福利先到" in again.content.decode()) == (200, True)
    assert cast.director.post("/outreach/send/", {**FORM, "feed": feed_id, "key": ""}).status_code == 422


def test_it_takes_a_task_back(cast: Cast, feed_id: str) -> None:
    cast.director.post("/outreach/send/", {**FORM, "feed": feed_id, "key": "k"})
    (command,) = eventlog.outbox.commands()
    cast.director.post(f"/outreach/{command.id}/take-back/", {})
    assert eventlog.outbox.command(command.id).state == "withdrawn"
    told = cast.director.post(f"/outreach/{command.id}/take-back/", {}, follow=True)
    assert told.status_code == 200
    assert "/take-back/" not in told.content.decode()


def test_it_opens_to_nobody_else(cast: Cast, feed_id: str) -> None:
    cast.director.post("/outreach/send/", {**FORM, "feed": feed_id, "key": "k"})
    (command,) = eventlog.outbox.commands()
    for client in (cast.operator, cast.viewer, cast.outsider):
        assert client.get("/outreach/").status_code == 403
        assert client.post("/outreach/send/", {**FORM, "feed": feed_id, "key": "k2"}).status_code == 403
        assert client.post(f"/outreach/{command.id}/take-back/", {}).status_code == 403
    assert [one.state for one in eventlog.outbox.commands()] == ["waiting"]


def test_it_says_that_there_is_no_feed_to_send_through(cast: Cast) -> None:
    page = cast.director.get("/outreach/").content.decode()
    assert "outreach/preview" not in page
    assert cast.director.post("/outreach/read/", {"feed": "none"}, follow=True).status_code == 200
    assert not eventlog.work.jobs(task="outreach.read_audience")
