"""The form of a feed: the connection is tried before anything is saved, secrets go in and never come out."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from kaibo.connectors.pollworker import due_feeds
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.web.feedforms import connections
from kaibo.web.tests.people import Cast
from tests.emulators.oceanengine import Oceanengine, RoomTotals

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/feeds/connect/oceanengine/"


@pytest.fixture
def platform() -> Iterator[Oceanengine]:
    from kaibo.kit.clock import now_us
    from tests.emulators.base import VirtualClock

    with Oceanengine(VirtualClock(now_us())) as running:
        running.rooms[1] = RoomTotals(1)
        yield running


def form(platform: Oceanengine, **changed: str) -> dict[str, str]:
    given = {
        "app_id": "5", "secret": "s", "refresh_token": "first-refresh", "advertiser_id": "77",
        "base_url": platform.base, **changed,
    }  # fmt: skip
    return {f"setting_{name}": value for name, value in given.items()} | {"name": "千川夜场"}


def test_it_saves_only_after_the_platform_answered(cast: Cast, platform: Oceanengine) -> None:
    answer = cast.director.post(ADDRESS, form(platform))
    (feed,) = eventlog.feeds()
    assert answer["Location"] == f"/feeds/{feed.id}/"
    assert (feed.name, feed.connector, feed.platform) == ("千川夜场", "oceanengine", "douyin")
    page = cast.director.get(answer["Location"], HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "今日 1 个直播间" in page or "1 rooms today" in page
    ((found, _client, settings),) = due_feeds()
    assert (found.id, settings["secret"], settings["refresh_token"]) == (feed.id, "s", "first-refresh")
    assert platform.grants == 1, "the grant of the attempt is the feed's: a refresh token works only once"
    assert eventlog.kept_names(connections.draft_of(cast.ids["director"], "oceanengine")) == frozenset()


def test_it_says_what_to_mend_and_keeps_what_is_no_secret(cast: Cast, platform: Oceanengine) -> None:
    cast.director.cookies["django_language"] = "zh-hans"
    answer = cast.director.post(ADDRESS, form(platform, advertiser_id="78"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "没有保存" in html
    assert "应用没有该账户的权限" in html
    assert 'value="78"' in html
    assert "first-refresh" not in html
    assert eventlog.feeds() == []
    again = cast.director.post(ADDRESS, form(platform))
    assert again.status_code == 302, "the refresh token that the failed attempt used up was kept for this one"
    assert platform.grants == 1


@pytest.mark.parametrize(
    ("changed", "wrong", "said"),
    [
        ({"refresh_token": "spent"}, "refresh_token", "authorise the application again"),
        ({"secret": ""}, "secret", "A setting is missing"),
        ({"spend_from": "everything"}, "spend_from", "not one of the choices"),
        ({"base_url": "http://example.com"}, "", "no address that is called"),
        ({"base_url": "http://127.0.0.1:9"}, "", "does not answer as it should"),
    ],
)
def test_it_marks_the_field_that_is_wrong(
    cast: Cast, platform: Oceanengine, changed: dict[str, str], wrong: str, said: str
) -> None:
    cast.director.cookies["django_language"] = "en"
    html = cast.director.post(ADDRESS, form(platform, **changed)).content.decode()
    assert said in html
    marked = re.findall(r'is-wrong">.*?name="setting_(\w+)"', html, re.DOTALL)
    assert marked == ([wrong] if wrong else [])
    assert eventlog.feeds() == []


def test_it_changes_settings_and_never_shows_a_secret(cast: Cast, platform: Oceanengine) -> None:
    cast.director.post(ADDRESS, form(platform))
    (feed,) = eventlog.feeds()
    page = cast.director.get(f"/feeds/{feed.id}/settings/").content.decode()
    assert 'value="77"' in page
    assert "first-refresh" not in page
    typed = form(platform, secret="", refresh_token="", aweme_id="douyin-1")
    assert cast.director.post(f"/feeds/{feed.id}/settings/", typed).status_code == 302
    assert eventlog.feed_setting(feed.id, "aweme_id") == "douyin-1"
    assert eventlog.feed_setting(feed.id, "secret") == "s", "left empty, it stays"
    (row,) = [one for one in eventlog.audit_entries(thing=f"feed:{feed.id}") if one.act == "feed.settings_changed"]
    assert "secret" not in str(row.after)
    assert "first-refresh" not in str(list(eventlog.audit_entries()))
    refused = cast.director.post(f"/feeds/{feed.id}/settings/", form(platform, advertiser_id="78"))
    assert refused.status_code == 422
    assert eventlog.feed_setting(feed.id, "advertiser_id") == "77"


def test_it_saves_a_feed_of_pushes_and_shows_its_address(cast: Cast) -> None:
    typed = {"setting_app_key": "k", "setting_secret": "s", "rooms": ""}
    answer = cast.director.post("/feeds/connect/doudian/", typed)
    (feed,) = eventlog.feeds()
    page = cast.director.get(answer["Location"]).content.decode()
    assert f"/hooks/doudian/{feed.id}" in page


def test_it_is_for_those_who_may_edit_feeds(cast: Cast, platform: Oceanengine) -> None:
    for client in (cast.viewer, cast.outsider, Client()):
        assert client.get("/feeds/connect/").status_code in {302, 403, 404}
        assert client.post(ADDRESS, form(platform)).status_code in {302, 403, 404}
    assert cast.operator.post(ADDRESS, form(platform)).status_code == 403, "a whole platform is for who has all rooms"
    assert eventlog.feeds() == []
    cast.director.post(ADDRESS, form(platform))
    (feed,) = eventlog.feeds()
    for client in (cast.viewer, cast.outsider):
        assert client.get(f"/feeds/{feed.id}/settings/").status_code in {302, 403, 404}


def test_it_shows_polls_gaps_and_coverage(cast: Cast, platform: Oceanengine) -> None:
    cast.director.cookies["django_language"] = "en"
    cast.director.post(ADDRESS, form(platform) | {"rooms": "8801"})
    (feed,) = eventlog.feeds()
    now = clock.now_us()
    eventlog.polls.poll(feed.id, "rooms")
    eventlog.polls.note_failure(
        feed.id, "rooms", at_us=now, next_at=now, every_us=20_000_000, code="grant_ended", problem="x"
    )
    html = cast.director.get(f"/feeds/{feed.id}/").content.decode()
    assert "The refresh token has expired" in html
    assert "fails" in html
    assert "Reports of rooms" in html
