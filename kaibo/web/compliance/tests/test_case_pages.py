"""Cases on pages: taken, decided, handed to an inspector; never seen by people of other rooms."""

import hashlib
import io
import json
import wave
import zipfile

import numpy as np
import pytest
from django.db import connection
from openpyxl import load_workbook

from kaibo.eventlog import api as eventlog
from kaibo.eventlog import workers
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import env
from kaibo.kit.clock import HOUR_US, now_us
from kaibo.operations.compliance import api
from kaibo.studio.speech.contracts import RATE
from kaibo.studio.speech.shelf import refer
from kaibo.studio.speech.tests.sounds import write_wave
from kaibo.studio.speech.tests.toy import silence, tone
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


@pytest.fixture
def spoken_case(cast: Cast) -> tuple[int, int]:
    """Case and finding of words in a recording that lies in the home."""
    folder = env.home() / "recordings"
    folder.mkdir()
    take = write_wave(folder / "take-3.wav", np.concatenate([silence(20), tone(440, 2), silence(20)]), RATE)
    log = eventlog.open_log()
    event = PlatformEvent(
        event_id="spoken", kind="speech.transcribed", platform="douyin", room_id="8801", show_id="s-mine",
        occurred_at=now_us(), text="面料是最好的", attrs={"recording": refer(str(take), 20_000, 22_000)},
    )  # fmt: skip
    log.append_events([event], provenance=Provenance("feed_test"))
    log.close()
    while api.look():
        pass
    [case] = api.list_cases()
    return case.id, api.case(case.id).evidence[0].id


def test_it_lets_who_judges_a_case_hear_it_and_nobody_else(cast: Cast, spoken_case: tuple[int, int]) -> None:
    case_id, hit_id = spoken_case
    address = f"/compliance/cases/{case_id}/hits/{hit_id}/sound.wav"
    page = cast.operator.get(f"/compliance/cases/{case_id}/").content.decode()
    assert f'<audio controls preload="metadata" src="{address}#t=5.0"' in page, "three seconds before the words"
    assert "take-3.wav" in page
    answer = cast.operator.get(address)
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200, "audio/wav", "nosniff",
    )  # fmt: skip
    with wave.open(io.BytesIO(answer.content)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(14, abs=0.01)
    assert len(cast.operator.get(f"{address}?wide=1").content) > 2 * len(answer.content)
    assert cast.operator.get(f"/compliance/cases/{case_id}/hits/{hit_id + 1}/sound.wav").status_code == 404
    assert cast.viewer.get(address).status_code == 403
    assert cast.outsider.get(address).status_code == 403


def test_it_answers_the_part_that_a_player_asks_for(cast: Cast, spoken_case: tuple[int, int]) -> None:
    address = "/compliance/cases/{}/hits/{}/sound.wav".format(*spoken_case)
    whole = cast.operator.get(address).content
    size = len(whole)
    for asked, first, end in (("0-99", 0, 100), ("1000-", 1000, size), ("-50", size - 50, size)):
        part = cast.operator.get(address, headers={"range": f"bytes={asked}"})
        assert (part.status_code, part["Content-Range"]) == (206, f"bytes {first}-{end - 1}/{len(whole)}")
        assert part.content == whole[first:end]
    assert cast.operator.get(address, headers={"range": f"bytes={len(whole)}-"}).status_code == 416
    for strange in ("bytes=5-2", "bytes=0-1,5-9", "lines=1-2", "bytes=-"):
        assert cast.operator.get(address, headers={"range": strange}).content == whole


def test_it_says_when_a_recording_is_not_here_and_takes_another_name(cast: Cast, spoken_case: tuple[int, int]) -> None:
    case_id, hit_id = spoken_case
    take = env.home() / "recordings" / "take-3.wav"
    take.rename(take.with_name("renamed.wav"))
    address = f"/compliance/cases/{case_id}/"
    page = cast.operator.get(address).content.decode()
    assert "<audio" not in page
    assert "KAIBO_RECORDINGS" in page
    gone = cast.operator.get(f"{address}hits/{hit_id}/sound.wav")
    assert gone.status_code == 404
    assert "KAIBO_RECORDINGS" in gone.content.decode()
    cast.operator.post(f"{address}hits/{hit_id}/", {"recording": "renamed.wav, 0:20"})
    assert "<audio" in cast.operator.get(address).content.decode()
    assert cast.operator.get(f"{address}hits/{hit_id}/sound.wav").status_code == 200


def test_it_hands_the_clips_over_with_their_hashes(cast: Cast, spoken_case: tuple[int, int]) -> None:
    while (job := workers.claim("tester", now=now_us() + HOUR_US)) is not None:
        workers.run(job)
    answer = cast.director.post("/compliance/export.zip", {"show": "s-mine"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        [name] = [name for name in packed.namelist() if name.startswith("clips/")]
        sha256 = hashlib.sha256(packed.read(name)).hexdigest()
        chain = packed.read("chain.ndjson").decode()
        told = packed.read("README.txt").decode()
        [row] = load_workbook(io.BytesIO(packed.read("evidence.xlsx"))).active.iter_rows(min_row=2)  # type: ignore[union-attr]
    assert name == f"clips/{sha256}.wav"
    assert sha256 in [cell.value for cell in row]
    assert sha256 in chain
    assert "not in here" not in told
