"""Each function of a team through the addresses it works at: its own acts open, the others are refused."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.kit.clock import now_us
from kaibo.web.tests.people import MINE, OTHER, PASSWORD, Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]
CHANGE = {"id": "c1", "kind": "price", "link_no": "1", "after": 100, "reason": "test"}
WORK: dict[str, tuple[str, dict[str, Any] | None]] = {
    "ads": ("/api/v1/shows/{show}/ads", {"entries": []}),
    "goods": ("/api/v1/shows/{show}/changes", {**CHANGE, "at_us": now_us()}),
    "desk": ("/api/v1/shows/{show}/acts", {"acts": []}),
    "answers": ("/api/v1/shows/{show}/questions/answer", {"topic": "price"}),
    "plan": ("/shows/new/", None),
    "imports": ("/imports/", None),
    "feeds": ("/feeds/", None),
    "cases": ("/compliance/cases/", None),
}
OPEN = {
    Role.OPERATOR: set(WORK),
    Role.ANALYST: {"imports", "feeds", "cases"},
    Role.HOST_MANAGER: {"desk", "answers", "cases"},
    Role.CONTENT: {"plan", "cases"},
    Role.AD_BUYER: {"ads", "imports"},
    Role.SUPPLY: {"goods", "imports"},
    Role.SERVICE: {"answers", "cases"},
    Role.VIEWER: set(),
}


def asked(client: Client, address: str, body: dict[str, Any] | None) -> int:
    if body is None:
        return client.get(address).status_code
    return client.post(address, json.dumps(body), content_type="application/json").status_code


@pytest.mark.parametrize("role", OPEN)
def test_it_opens_to_each_function_what_its_work_needs(cast: Cast, role: Role) -> None:
    scope = RoomScope(rooms=frozenset({MINE}))
    person = team.add_person("somebody", PASSWORD, role=role, scope=scope, actor="system:test")
    client = Client()
    client.force_login(User.objects.get(pk=person.id))
    statuses = {name: asked(client, path.format(show=cast.show_id), body) for name, (path, body) in WORK.items()}
    assert {name for name, status in statuses.items() if status != 403} == OPEN[role], statuses
    assert max(statuses.values()) < 500, statuses
    elsewhere = [asked(client, path.format(show=cast.other_show_id), body) for path, body in WORK.values() if body]
    assert set(elsewhere) == {404}, f"{OTHER} is no room of theirs"
