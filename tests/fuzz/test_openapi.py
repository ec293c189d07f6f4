"""Whatever the OpenAPI document allows, and much that it does not, is answered: never with a server's fault.

A minute-long form runs in `make soak`.
"""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey
PASSWORD = "a-long-password-1"
_PEOPLE = f"""
from kaibo.commerce.shows import api as shows
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.kit.clock import now_us
team.add_person("director", {PASSWORD!r}, role=Role.DIRECTOR, scope=RoomScope(is_all=True), actor="system:test")
shows.ensure_show("night-1", platform="shop", room_id="1", title="Night", started_at=now_us(), actor="system:test")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kaibo]:
    home = Kaibo(tmp_path_factory.mktemp("fuzz") / "home")
    home.python(_PEOPLE)
    home.start()
    yield home
    home.stop()


@pytest.fixture(scope="module")
def headers(server: Kaibo) -> dict[str, str]:
    """What a director's browser sends."""
    base = f"http://127.0.0.1:{server.port}"
    with httpx.Client(base_url=base, headers={"Referer": base}, timeout=60) as browser:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/login/").text)
        assert found
        form = {"csrfmiddlewaretoken": found.group(1), "username": "director", "password": PASSWORD}
        assert browser.post("/login/", data=form).status_code == 302
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        return {"Cookie": cookies, "X-CSRFToken": browser.cookies["csrftoken"], "Referer": base}


def faults(server: Kaibo, headers: dict[str, str], *, examples: int) -> list[str]:
    """Requests that were answered with 500 or more, as curl commands with the answer."""
    base = f"http://127.0.0.1:{server.port}"
    schema = schemathesis.openapi.from_url(f"{base}/api/v1/openapi.json", headers=headers, timeout=60)
    found: list[str] = []
    asked = 0
    for result in schema.get_all_operations():
        operation: Any = result.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def ask(case: Any) -> None:
            nonlocal asked
            if asked % 2 and "show_id" in (case.path_parameters or {}):
                case.path_parameters["show_id"] = "night-1"  # else nearly every request ends at "no such show"
            asked += 1
            answer = case.call(headers=headers, timeout=60)
            if answer.status_code >= 500:
                found.append(f"{answer.status_code} {case.as_curl_command()}\n{answer.content[:300]!r}")

        ask()
    assert asked > 30 * examples // 2
    return found


def test_it_never_answers_with_a_fault(server: Kaibo, headers: dict[str, str]) -> None:
    found = faults(server, headers, examples=4)
    assert not found, "\n\n".join(found[:5]) + "\n" + server.log()[-3000:]


@pytest.mark.soak
def test_it_never_answers_with_a_fault_however_long_it_is_asked(server: Kaibo, headers: dict[str, str]) -> None:
    found = faults(server, headers, examples=150)
    assert not found, "\n\n".join(found[:5]) + "\n" + server.log()[-3000:]
