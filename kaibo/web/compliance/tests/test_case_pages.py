"""Cases on pages: taken, decided, handed to an inspector; never seen by people of other rooms."""

import hashlib
import io
import json
import zipfile

import pytest
from django.db import connection
from openpyxl import load_workbook

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import now_us
from kaibo.operations.compliance import api
from kaibo.web.live.state import room_state
from kaibo.web.tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def case_id(cast: Cast) -> int:
    log = eventlog.open_log()
    spoken = {"kind": "speech.transcribed", "occurred_at": now_us(), "text": "面料是最好的，放心买"}
    log.append_events(
        [
            PlatformEvent(event_id="mine", platform="douyin", room_id="8801", show_id="s-mine", **spoken),
            PlatformEvent(event_id="other", platform="taobao", room_id="77", show_id="s-other", **spoken),
        ],
        provenance=Provenance("feed_test"),
    )
    log.close()
    while api.look():
        pass
    return next(view.id for view in api.list_cases() if view.show_id == "s-mine")


def test_it_shows_a_case_in_its_context_and_takes_it_through(cast: Cast, case_id: int) -> None:
    page = cast.operator.get("/compliance/cases/").content.decode()
    assert "面料是最好的" in page
    assert "s-other" not in page
    address = f"/compliance/cases/{case_id}/"
    assert '<span class="mark warn">最好</span>的，放心买' in cast.operator.get(address).content.decode()
    cast.operator.post(f"{address}take/")
    cast.operator.post(f"{address}step/", {"step": "confirm"})
    cast.operator.post(f"{address}step/", {"step": "handle"})
    assert api.case(case_id).state == "confirmed", "handling has to be explained"
    cast.operator.post(f"{address}step/", {"step": "handle", "why": "当场更正"})
    page = cast.operator.get(address).content.decode()
    assert "当场更正" in page
    assert api.case(case_id).owner == f"user:{cast.ids['operator']}"


def test_it_hides_cases_from_people_of_other_rooms(cast: Cast, case_id: int) -> None:
    other = next(view.id for view in api.list_cases() if view.show_id == "s-other")
    for client in (cast.operator, cast.viewer, cast.outsider):
        assert client.get(f"/compliance/cases/{other}/").status_code in {403, 404}
        assert client.post(f"/compliance/cases/{other}/step/", {"step": "confirm"}).status_code in {403, 404}
        assert client.post(f"/api/v1/compliance/cases/{other}/acknowledge").status_code in {403, 404}
        assert client.get("/compliance/cases/?show=s-other").status_code in {403, 404}
    assert api.case(other).owner == ""
    for client in (cast.viewer, cast.outsider):
        assert client.get("/compliance/cases/").status_code == 403
    assert cast.operator.post("/compliance/export.zip").status_code == 403
    for path in ("/compliance/rules/", "/api/v1/compliance/measures"):
        assert cast.operator.get(path).status_code == 403, "concerns everybody"
    assert {one["show_id"] for one in cast.operator.get("/api/v1/compliance/cases").json()} == {"s-mine"}


def test_it_stands_in_the_room_until_it_is_decided(cast: Cast, case_id: int) -> None:
    alert = room_state("s-mine", now_us=now_us())[f"alert/{case_id}"]
    assert (alert["matched"], alert["scene"], alert["owner"]) == ("最好", "speech", "")
    assert not [path for path in room_state("s-mine", now_us=now_us(), sees_comments=False) if path.startswith("alert")]
    taken = cast.operator.post(f"/api/v1/compliance/cases/{case_id}/acknowledge").json()
    assert taken == {"owner": f"user:{cast.ids['operator']}"}
    assert room_state("s-mine", now_us=now_us())[f"alert/{case_id}"]["owner"] == "operator"
    body = json.dumps({"step": "dismiss", "why": "口头语"})
    cast.operator.post(f"/api/v1/compliance/cases/{case_id}/steps", body, content_type="application/json")
    assert not [path for path in room_state("s-mine", now_us=now_us()) if path.startswith("alert")]


def test_it_hands_an_inspector_what_can_be_recomputed(cast: Cast, case_id: int) -> None:
    answer = cast.director.post("/compliance/export.zip", {"show": "s-mine"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        book = load_workbook(io.BytesIO(packed.read("evidence.xlsx")))
        lines = [json.loads(line) for line in packed.read("chain.ndjson").decode().splitlines()]
        told = packed.read("README.txt").decode()
    assert book.active is not None
    assert [row[5].value for row in book.active.iter_rows(min_row=2)] == ["面料是最好的，放心买"]
    before = "0" * 64
    for line in lines:
        assert hashlib.sha256(line["body"].encode()).hexdigest() == line["body_sha256"]
        said = [before, *(str(line[name]) for name in ("seq", "case", "kind", "actor", "at_us", "body_sha256"))]
        before = hashlib.sha256("\n".join(said).encode()).hexdigest()
        assert before == line["digest"]
    assert before in told


def test_it_says_on_the_page_when_evidence_was_changed(cast: Cast, case_id: int) -> None:
    assert "证据链完好" in cast.director.get("/compliance/rules/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("update compliance_hit set text = '面料是好的，放心买' where event_id = 'mine'")
    assert "证据链不完整" in cast.director.get("/compliance/rules/").content.decode()
