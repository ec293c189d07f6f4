"""What somebody reaches, and what they must still find: links, spans of shows, old cases and acts."""

import io
import zipfile
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kaibo.commerce.shows import api as shows
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env
from kaibo.kit.clock import DAY_US, HOUR_US, now_us
from kaibo.web.tests.people import MINE, OTHER, PASSWORD, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
ALL = RoomScope(is_all=True)
Case, Review = apps.get_model("compliance", "Case"), apps.get_model("compliance", "Review")


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.mark.parametrize("is_deactivated", [True, False])
def test_it_closes_the_links_of_who_may_not_invite_any_more(is_deactivated: bool) -> None:
    boss = team.add_person("boss", PASSWORD, role=Role.DIRECTOR, scope=ALL, actor="system:test")
    gone = team.add_person("gone", PASSWORD, role=Role.DIRECTOR, scope=ALL, actor="system:test")
    _, token = team.invite(Role.DIRECTOR, ALL, actor=gone.actor)
    _, other = team.invite(Role.VIEWER, ALL, actor=boss.actor)
    if is_deactivated:
        team.set_person_active(gone.id, False, actor=boss.actor)
    else:
        team.set_access(gone.id, Role.VIEWER, ALL, actor=boss.actor)
    typed = {"username": "again", "password": "quite-another-secret", "again": "quite-another-secret"}
    stranger = Client()
    assert stranger.post(f"/invitation/{token}/", typed).status_code == 404
    assert stranger.get("/people/").status_code == 302
    assert team.invitation(other).role is Role.VIEWER, "links of others stay"
    [entry] = eventlog.audit_entries(act="person.invitation_withdrawn")
    assert entry.actor == boss.actor


def local(us: int) -> str:
    return clock.to_datetime(us).astimezone(env.zone()).strftime("%Y-%m-%dT%H:%M:%S")


def test_it_neither_starts_nor_ends_a_show_by_taking_events_in(cast: Cast) -> None:
    planner = team.add_person(
        "planner", PASSWORD, role=Role.CONTENT, scope=RoomScope(rooms=frozenset({MINE})), actor="system:test"
    )
    client, now = Client(), now_us()
    client.force_login(User.objects.get(pk=planner.id))
    live = shows.create_show(*MINE, title="Live", actor="system:test").show_id
    client.post(f"/shows/{live}/bind/", {"from": local(now - HOUR_US), "to": local(now - 60_000_000)})
    assert shows.show(live).status == "on_air"
    shows.end_show(live, actor="system:test")
    client.post(f"/shows/{live}/bind/", {"from": local(now - HOUR_US)})
    assert shows.show(live).status == "ended", "it is not on air again"
    plan = shows.create_show(*MINE, title="Plan", planned_at=now + DAY_US, actor="system:test").show_id
    client.post(f"/shows/{plan}/bind/", {"from": local(now)})
    assert shows.show(plan).status == "planned"


def test_it_writes_down_another_span_of_a_show_even_without_an_event_in_it(cast: Cast) -> None:
    [window] = eventlog.windows(show_id=cast.show_id)
    told = {"from": local(window.from_us - HOUR_US), "to": local(window.to_us or 0)}
    assert cast.operator.post(f"/shows/{cast.show_id}/bind/", told).status_code == 302
    [entry] = eventlog.audit_entries(act="events.bound")
    assert entry.actor == f"user:{cast.ids['operator']}"
    assert entry.before == {"from": clock.iso(window.from_us), "to": clock.iso(window.to_us or 0)}
    assert isinstance(entry.after, dict)
    assert entry.after["events"] == 0


@pytest.mark.parametrize(("name", "part"), [("a.docx", "word/document.xml"), ("a.xlsx", "xl/sharedStrings.xml")])
def test_it_refuses_a_file_that_unpacks_to_an_absurd_size(cast: Cast, name: str, part: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file, file.open(part, "w") as inner:
        for _ in range(40):
            inner.write(b" " * (1 << 20))
    upload = SimpleUploadedFile(name, made.getvalue())
    answer = cast.operator.post("/compliance/reviews/new/", {"file": upload, "scene": "script"})
    assert answer.status_code == 422
    assert "文件解开后大得离谱" in answer.content.decode()


def case(room: tuple[str, str], opened_us: int, due_us: int) -> Any:
    return Case(
        show_id="s",
        platform=room[0],
        room_id=room[1],
        scene="comment",
        rule="conduct.wechat",
        category="x",
        action="block",
        severity=3,
        excerpt="x",
        opened_us=opened_us,
        due_us=due_us,
        last_hit_us=1,
        changed_us=1,
    )


def test_it_names_a_late_case_however_many_newer_ones_run(cast: Cast) -> None:
    now = now_us()
    rows = [case(OTHER, now - n, now + 20 * HOUR_US) for n in range(500)]
    Case.objects.bulk_create([case(MINE, now - 25 * HOUR_US, now - HOUR_US), *rows])
    for reader in (cast.operator, cast.director):
        assert "1 件违规案件已超过 24 小时。" in reader.get("/").content.decode()
    [own] = cast.operator.get("/api/v1/compliance/cases?state=running").json()
    assert (own["platform"], own["room_id"]) == MINE
    assert cast.operator.get("/api/v1/compliance/cases").json() == [own]


def test_it_lists_reviews_of_a_quiet_room_beside_busy_ones(cast: Cast) -> None:
    cast.operator.post(
        "/compliance/reviews/new/", {"text": "闭眼入", "scene": "script", "title": "Quiet", "show_id": cast.show_id}
    )
    cast.operator.post("/compliance/reviews/new/", {"text": "闭眼入", "scene": "script", "title": "Nowhere"})
    told = {"platform": OTHER[0], "room_id": OTHER[1], "origin": "x", "fingerprint": "f", "actor": "user:9"}
    Review.objects.bulk_create(Review(title="Busy", made_us=now_us() + n, changed_us=1, **told) for n in range(200))
    page = cast.operator.get("/compliance/").content.decode()
    assert ("Quiet" in page, "Nowhere" in page, "Busy" in page) == (True, True, False)
    assert {one["title"] for one in cast.operator.get("/api/v1/compliance/reviews").json()} == {"Quiet", "Nowhere"}


def test_it_finds_an_act_of_somebody_behind_thousands_of_others(cast: Cast) -> None:
    actor = f"user:{cast.ids['operator']}"
    eventlog.audit(actor, "show.deleted", "show:gone")
    told = {"actor": "user:78", "act": "person.logged_in", "thing": "person:78", "why": ""}
    rows = apps.get_model("eventlog", "AuditRow")
    rows.objects.bulk_create(rows(at_us=now_us() + n, **told) for n in range(2000))
    assert "show:gone" in cast.director.get(f"/audit/?actor={actor}").content.decode()
    assert "show:gone" in cast.director.get("/audit/?act=show.deleted").content.decode()
    assert "show:gone" in cast.director.get(f"/people/{cast.ids['operator']}/").content.decode()


def test_it_asks_who_becomes_a_director_for_the_second_step(monkeypatch: pytest.MonkeyPatch) -> None:
    boss = team.add_person("boss", PASSWORD, role=Role.DIRECTOR, scope=ALL, actor="system:test")
    person = team.add_person("eyes", PASSWORD, role=Role.OPERATOR, scope=ALL, actor="system:test")
    monkeypatch.setenv("KAIBO_TWO_STEP", "directors")
    client = Client()
    client.force_login(User.objects.get(pk=person.id))
    assert client.get("/shows/").status_code == 200
    team.set_access(person.id, Role.DIRECTOR, ALL, actor=boss.actor)
    assert client.get("/people/")["Location"] == "/account/second-step/"
    assert client.get("/api/v1/audit").status_code == 403
