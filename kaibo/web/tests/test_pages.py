"""The pages: they render in both languages, act, export, and come back with sentences."""

import io
import re

import pytest
from django.test import Client
from openpyxl import load_workbook

from kaibo.commerce.shows import api as shows
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env
from kaibo.web.pages.reference import OF_THE_MACHINE
from kaibo.web.tests.people import PASSWORD, Cast

PAGES = (
    "/", "/shows/", "/shows/new/", "/shows/s-mine/", "/rooms/", "/rooms/douyin/8801/", "/feeds/", "/imports/",
    "/metrics/", "/metrics/gmv_paid/", "/people/", "/audit/", "/settings/", "/account/",
)  # fmt: skip


def speak(client: Client, language: str) -> None:
    client.cookies["django_language"] = language


def words_of(html: str) -> str:
    """The text of a page as people see it."""
    body = re.sub(r"<(script|style|pre|code)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", body)


@pytest.mark.parametrize("url", PAGES)
def test_it_renders_in_both_languages(cast: Cast, url: str) -> None:
    speak(cast.director, "en")
    english = cast.director.get(url)
    assert english.status_code == 200
    assert '<html lang="en"' in english.content.decode()
    speak(cast.director, "zh-hans")
    chinese = cast.director.get(url)
    html = chinese.content.decode()
    assert '<html lang="zh-Hans"' in html
    assert "首页" in html
    leftovers = re.findall(
        r"\b(?:Show|Room|Feed|Save|Export|Target|Search|Settings|Delete|Created|Log out)\b", words_of(html)
    )
    leftovers = [word for word in leftovers if word != "Room"]  # rooms of the tests are called Room 8801
    assert leftovers == []


@pytest.mark.parametrize("url", PAGES)
def test_it_writes_no_inline_style_or_script(cast: Cast, url: str) -> None:
    html = cast.director.get(url).content.decode()
    assert re.findall(r"\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", html) == []


def test_it_plans_starts_ends_renames_and_leaves_a_row_for_each(cast: Cast) -> None:
    form = {"room": "douyin/8801", "begins": "planned", "planned_at": "2099-01-02T20:00", "title": "Big night"}
    made = cast.operator.post("/shows/new/", {**form, "gmv_paid_minor": "82,600", "roas": "4.6"})
    show_id = made["Location"].split("/")[2]
    assert shows.show(show_id).targets == {"gmv_paid_minor": 8_260_000, "roas": 4.6}
    for act, data in (
        ("start", {}),
        ("rename", {"title": "Bigger"}),
        ("end", {"why": "sold out"}),
        ("targets", {"roas": ""}),
    ):
        assert cast.operator.post(f"/shows/{show_id}/{act}/", data).status_code == 302
    show = shows.show(show_id)
    assert (show.status, show.title, show.targets) == ("ended", "Bigger", {"gmv_paid_minor": 8_260_000})
    entries = eventlog.audit_entries(thing=f"show:{show_id}")
    assert {entry.act for entry in entries} == {
        "show.created", "show.started", "show.renamed", "show.ended", "show.targets_set"
    }  # fmt: skip
    assert {entry.actor for entry in entries} == {f"user:{cast.ids['operator']}"}
    assert next(entry.why for entry in entries if entry.act == "show.ended") == "sold out"


def test_it_deletes_with_an_undo_beside_the_message(cast: Cast) -> None:
    answer = cast.director.post(f"/shows/{cast.show_id}/delete/", {"why": "test run"}, follow=True)
    html = answer.content.decode()
    assert f'action="/shows/{cast.show_id}/restore/"' in html
    assert "Evening 8801" not in words_of(cast.director.get("/shows/").content.decode())
    cast.director.post(f"/shows/{cast.show_id}/restore/")
    assert "Evening 8801" in words_of(cast.director.get("/shows/").content.decode())


def test_it_shows_a_refused_form_again_with_what_was_typed(cast: Cast) -> None:
    speak(cast.director, "en")
    answer = cast.director.post("/rooms/douyin/8801/", {"margin_ratio": "165", "name": "Room 8801", "currency": "CNY"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "A ratio lies between 0 and 100 %" in html
    assert 'name="margin_ratio" value="165"' in html


def test_it_saves_economics_in_the_units_people_type(cast: Cast) -> None:
    form = {"margin_ratio": "65", "freight_minor": "6.50", "name": "Flagship", "currency": "CNY"}
    assert cast.director.post("/rooms/douyin/8801/", form).status_code == 302
    from kaibo.commerce.rooms import api as rooms

    economics = rooms.economics("douyin", "8801")
    assert (economics.margin_ratio, economics.freight_minor, economics.handling_minor) == (0.65, 650, None)


def test_it_shows_a_token_once_with_a_ready_example(cast: Cast) -> None:
    made = cast.director.post("/feeds/new/", {"name": "Orders", "platform": "douyin", "rooms": "8801"})
    token = re.search(r'<pre id="token">(kbf_[^<]+)</pre>', made.content.decode())
    assert token is not None
    assert f"Bearer {token[1]}" in made.content.decode()
    feed = eventlog.feed_by_token(token[1])
    assert feed is not None
    assert feed.rooms == ("8801",)
    assert token[1] not in cast.director.get(f"/feeds/{feed.id}/").content.decode()
    cast.director.post(f"/feeds/{feed.id}/token/")
    assert eventlog.feed_by_token(token[1]) is None


TABLES = (
    "/?table=recent", "/?table=planned", "/shows/?", "/shows/s-mine/?", "/shows/s-mine/?table=kinds", "/rooms/?",
    "/feeds/?", "/feeds/?table=coverage", "/feeds/?table=quarantine", "/feeds/?table=batches",
    "/shows/s-mine/?table=unmatched", "/privacy/?", "/imports/?", "/metrics/?", "/people/?",
    "/people/?table=invitations", "/audit/?", "/settings/?",
)  # fmt: skip


@pytest.mark.parametrize("url", TABLES)
def test_it_exports_every_table_as_csv_and_xlsx(cast: Cast, url: str) -> None:
    csv = cast.director.get(f"{url}&export=csv")
    text = b"".join(csv.streaming_content).decode("utf-8-sig")
    assert csv["Content-Type"].startswith("text/csv")
    xlsx = cast.director.get(f"{url}&export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(xlsx.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == len(text.strip().splitlines())
    assert rows[0][0] == text.split(",")[0].strip()


def test_it_offers_the_export_of_every_table_it_shows(cast: Cast) -> None:
    team.invite(Role.VIEWER, RoomScope(is_all=True), note="new", actor="system:test")
    for url in ("/", "/shows/", "/rooms/", "/feeds/", "/metrics/", "/people/", "/audit/"):
        html = cast.director.get(url).content.decode()
        for address in re.findall(r'href="(\?[^"]*export=[^"]*)"', html):
            answer = cast.director.get(url + address.replace("&amp;", "&"))
            assert answer.streaming, f"{url}{address} is no file"
        assert "export=csv" in html, url
        assert "export=xlsx" in html, url


def test_it_writes_nothing_when_a_list_is_opened(cast: Cast) -> None:
    eventlog.open_window("douyin", "8801", "s-arrived", from_us=clock.now_us())
    for url in ("/", "/shows/", "/rooms/"):
        assert cast.director.get(url).status_code == 200
    assert "s-arrived" not in [show.show_id for show in shows.shows()]
    assert [show.show_id for show in shows.adopt_windows()] == ["s-arrived"]
    assert shows.adopt_windows() == []
    assert "s-arrived" in cast.director.get("/").content.decode()


def test_it_names_what_needs_somebody(cast: Cast) -> None:
    speak(cast.director, "en")
    shows.create_show("douyin", "8801", title="Without a feed", actor="user:1")
    html = words_of(cast.director.get("/").content.decode())
    assert "“Without a feed” is on air and no feed reports it." in html
    assert "“Without a feed” has no target." in html


def test_it_answers_unknown_addresses_and_errors_with_pages(cast: Cast) -> None:
    speak(cast.director, "en")
    assert "There is nothing at this address" in cast.director.get("/nowhere/").content.decode()
    assert "There is no such show" in cast.director.get("/shows/nope/").content.decode()
    answer = cast.director.get("/api/v1/shows/nope")
    assert answer.status_code == 404
    assert answer.json()["code"] == "show_not_found"


def test_it_lives_and_is_ready(cast: Cast) -> None:
    assert Client().get("/healthz?live").json() == {"live": True}
    assert Client().get("/healthz").json()["ready"] is True


def test_it_shows_times_in_the_zone_of_the_team(cast: Cast) -> None:
    at = clock.parse_instant("2099-03-01T20:30:00+08:00")
    shows.create_show("douyin", "8801", title="Zoned", planned_at=at, actor="user:1")
    assert "2099-03-01 20:30" in cast.director.get("/shows/").content.decode()


def test_it_slows_down_guessing_by_name_and_address(cast: Cast) -> None:
    guesser, owner = Client(REMOTE_ADDR="10.0.0.9"), Client(REMOTE_ADDR="10.0.0.1")
    for _ in range(5):
        assert guesser.post("/login/", {"username": "viewer", "password": "wrong"}).status_code == 401
    stopped = guesser.post("/login/", {"username": "viewer", "password": PASSWORD})
    assert stopped.status_code == 429
    assert int(stopped["Retry-After"]) > 0
    assert owner.post("/login/", {"username": "viewer", "password": PASSWORD}).status_code == 302


def test_it_never_redirects_to_another_host_after_login(cast: Cast) -> None:
    answer = Client().post("/login/", {"username": "viewer", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_it_makes_an_account_from_an_invitation_once(cast: Cast) -> None:
    made = cast.director.post("/people/invite/", {"role": "operator", "all_rooms": "1", "note": "for Zhou"})
    link = re.search(r"/invitation/[^<\s]+", made.content.decode())
    assert link is not None
    form = {"username": "zhou", "name": "Zhou", "password": "another-long-one", "again": "another-long-one"}
    joined = Client().post(link[0], form)
    assert joined.status_code == 302
    assert [person.role for person in team.people() if person.username == "zhou"] == ["operator"]
    assert Client().post(link[0], {**form, "username": "zhou2"}).status_code == 404


def test_it_ends_every_login_of_a_person(cast: Cast) -> None:
    first, second = Client(), Client()
    for client in (first, second):
        client.post("/login/", {"username": "operator", "password": PASSWORD})
        assert client.get("/").status_code == 200
    cast.director.post(f"/people/{cast.ids['operator']}/log-out/")
    assert first.get("/").status_code == second.get("/").status_code == 302


def test_it_lets_a_deactivated_person_no_longer_in(cast: Cast) -> None:
    cast.director.post(f"/people/{cast.ids['viewer']}/switch/", {"active": "0", "why": "left"})
    assert cast.viewer.get("/").status_code == 302
    assert Client().post("/login/", {"username": "viewer", "password": PASSWORD}).status_code == 401


def test_it_keeps_the_last_director(cast: Cast) -> None:
    speak(cast.director, "en")
    page = f"/people/{cast.ids['director']}/"
    answer = cast.director.post(page, {"role": "viewer", "all_rooms": "1"}, follow=True)
    assert "last director of all rooms" in answer.content.decode()
    assert cast.director.get("/people/").status_code == 200


def test_it_changes_a_password_and_ends_other_logins(cast: Cast) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.post("/login/", {"username": "viewer", "password": PASSWORD})
    form = {"old": PASSWORD, "new": "quite-another-one", "again": "quite-another-one"}
    assert here.post("/account/", form).status_code == 302
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


@pytest.mark.parametrize("name", ["shows/show", "rooms/room", "eventlog/feed", "eventlog/roomwindow",
                                  "eventlog/auditrow", "imports/import", "team/person"])  # fmt: skip
def test_it_heads_the_columns_of_the_back_office_in_chinese(cast: Cast, name: str) -> None:
    eventlog.create_feed("f", connector="http", platform="douyin", actor="system:test")
    speak(cast.director, "zh-hans")
    html = cast.director.get(f"/admin/{name}/").content.decode()
    top = "".join(re.findall(r"<thead\b.*?</thead>", html, flags=re.DOTALL))  # a row's first cell is a head too
    heads = [words_of(head).strip() for head in re.findall(r"<th\b.*?</th>", top, flags=re.DOTALL)]
    assert [head for head in heads if re.search(r"[A-Za-z]", head)] == []


def test_it_shows_every_setting_that_a_team_sets_and_no_secret(cast: Cast) -> None:
    page = cast.director.get("/settings/").content.decode()
    for setting in env.SETTINGS:
        is_shown = f">{setting.name}<" in page
        assert is_shown is not (setting.is_secret or setting.name in OF_THE_MACHINE), setting.name
