"""The report as page, files, link and data: who may, what it holds, that nothing else opens."""

import io
import json
import re
import struct
from dataclasses import replace

import openpyxl
import pytest
from django.test import Client
from django.utils import translation

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import ShiftView
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.eventlog import workers
from kaibo.kit.clock import MINUTE_US
from kaibo.operations.reports import api as reports
from kaibo.operations.reports.contracts import PlanLine, Work
from kaibo.web.reports import work
from kaibo.web.tests.people import Cast

pytestmark = pytest.mark.django_db
REPORT = "/shows/s-mine/report"


def test_it_shows_the_report_to_the_room_and_to_nobody_else(cast: Cast) -> None:
    for client in (cast.director, cast.operator, cast.viewer):
        page = client.get(REPORT)
        assert page.status_code == 200
        assert "Evening 8801" in page.content.decode()
    assert cast.viewer.get("/shows/s-other/report").status_code == 404
    assert cast.outsider.get(REPORT).status_code == 403
    assert Client().get(REPORT).status_code == 302
    assert cast.outsider.get("/shows/s-mine/reconcile").status_code == 403
    assert cast.operator.get("/shows/s-mine/reconcile").status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_says_every_missing_number_with_its_reason_in_the_language(cast: Cast, language: str) -> None:
    cast.viewer.cookies.load({"django_language": language})
    text = cast.viewer.get(REPORT).content.decode()
    known = {
        "zh-hans": ("日报", "没有数据源上报", "缺失的数据与原因"),
        "en": ("Daily report", "no feed reports", "Not known"),
    }
    for part in known[language]:
        assert part in text, part
    assert "style=" not in text, "the policy of the site refuses styles in the page"


def test_it_makes_a_picture_of_1080_px_a_pdf_and_a_workbook(cast: Cast) -> None:
    picture = cast.viewer.get(REPORT + "?form=png")
    assert picture["Content-Type"] == "image/png"
    assert picture.content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture.content[16:24])
    assert width == 1080
    assert height > 2000
    assert cast.viewer.get(REPORT + "?form=pdf").content[:5] == b"%PDF-"
    book = openpyxl.load_workbook(io.BytesIO(cast.viewer.get(REPORT + "?form=xlsx").content))
    assert book.sheetnames[0] in {"日报", "Daily report"}
    acts = [entry.after for entry in eventlog.audit_entries(thing="show:s-mine") if entry.act == "report.published"]
    assert [one["form"] for one in acts if isinstance(one, dict)] == ["xlsx", "pdf", "png"]


def test_it_writes_the_workbook_in_the_columns_of_the_team(cast: Cast) -> None:
    wanted = [{"id": "gmv_paid", "heading": "成交"}, {"id": "title", "heading": ""}]
    put = cast.operator.put("/api/v1/reports/columns/show", json.dumps(wanted), content_type="application/json")
    assert put.status_code == 403
    put = cast.director.put("/api/v1/reports/columns/show", json.dumps(wanted), content_type="application/json")
    assert put.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(cast.viewer.get(REPORT + "?form=xlsx").content))
    head, row = list(book[book.sheetnames[0]].values)
    assert head[0] == "成交"
    assert row == (None, "Evening 8801"), "a number that nobody reports is an empty cell"


def test_it_lets_a_director_arrange_columns_on_the_page(cast: Cast) -> None:
    assert cast.operator.get("/reports/columns/").status_code == 403
    assert cast.director.get("/reports/columns/?sheet=product").status_code == 200
    form = {
        "id": ["date", "room", "gmv_paid"],
        "keep-date": "on",
        "keep-gmv_paid": "on",
        "place-date": "2",
        "place-gmv_paid": "1",
        "heading-gmv_paid": "销售",
        "add": "payers",
    }
    cast.director.post("/reports/columns/?sheet=show", form)
    kept = [(one.id, one.heading) for one in reports.columns("show")]
    assert kept == [("gmv_paid", "销售"), ("date", ""), ("payers", "")]
    cast.director.post("/reports/columns/?sheet=show", {"reset": "1"})
    assert reports.columns("show") == reports.defaults("show")
    assert cast.director.get("/reports/columns/?sheet=nothing").status_code == 422


def test_it_opens_one_report_by_link_without_an_account_and_nothing_else(cast: Cast) -> None:
    assert cast.viewer.post(REPORT + "/share/", {"days": "7"}).status_code == 403
    cast.operator.cookies.load({"django_language": "en"})
    show = shows.show("s-mine")
    registers.tick_point(
        show, registers.checklist(show).points[0].point_id, "wrong", note="who was late", actor="user:1"
    )
    cast.operator.post(REPORT + "/share/", {"days": "7"})
    (link,) = reports.links("s-mine")
    shown = re.search(r"/r/([\w:-]+)", cast.operator.get(REPORT).content.decode())
    assert shown
    token, stranger = shown[1], Client()
    page = stranger.get(f"/r/{token}")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Evening 8801" in text
    assert "Daily report" in text, "the link speaks the language of who made it"
    assert "/shows/" not in text, "nothing leads from the link into the house"
    for inside in ("Ads and break-even", "What happened", "By host shift", "Checklist before air", "who was late"):
        assert inside not in text, "the numbers alone: nobody ticked the rest"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cache-Control"] == "private, no-store"
    assert stranger.get(f"/r/{token}?form=png")["Content-Type"] == "image/png"
    assert stranger.get(f"/r/{token}?form=xlsx").headers["Content-Type"].startswith("text/html")
    assert stranger.post(f"/r/{token}").status_code == 405
    assert stranger.get(f"/r/{token}x").status_code == 404
    assert stranger.get(REPORT).status_code == 302
    cast.operator.post(f"{REPORT}/links/{link.id}/revoke/")
    assert stranger.get(f"/r/{token}").status_code == 404
    assert reports.links("s-mine")[0].opens == 3
    cast.operator.post(REPORT + "/share/", {"days": "7", "whole": "on"})
    whole = stranger.get(f"/r/{reports.links('s-mine')[0].token}").content.decode()
    for inside in ("Ads and break-even", "What happened", "who was late"):
        assert inside in whole
    assert stranger.get(f"/r/{reports.links('s-mine')[0].token}?form=png")["Content-Type"] == "image/png"


def test_it_gives_report_and_reconciliation_as_data(cast: Cast) -> None:
    answer = cast.viewer.get("/api/v1/shows/s-mine/report")
    assert answer.status_code == 200
    first = answer.json()["headlines"][0]["value"]
    assert (first["id"], first["value"], first["reason"]) == ("gmv_paid", None, "not_reported")
    assert cast.viewer.get("/api/v1/shows/s-mine/reconcile").json() == []
    assert cast.viewer.get("/api/v1/shows/s-other/report").status_code == 404
    assert cast.outsider.get("/api/v1/shows/s-mine/report").status_code == 404
    assert cast.viewer.get("/api/v1/shows/s-mine/report.png").content[:4] == b"\x89PNG"
    made = cast.operator.post(
        "/api/v1/shows/s-mine/report/links", json.dumps({"days": 1}), content_type="application/json"
    )
    assert made.status_code == 201
    assert Client().get(made.json()["url"].removeprefix("http://testserver")).status_code == 200
    gone = cast.operator.delete(f"/api/v1/shows/s-mine/report/links/{made.json()['id']}")
    assert gone.status_code == 204


def test_it_posts_the_headline_and_a_link_to_the_chosen_bot(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setenv("KAIBO_BOT_TEAM", "https://oapi.dingtalk.com/robot/send?access_token=secret-of-the-bot")
    monkeypatch.setattr("kaibo.connectors.bots.send", lambda _address, text: sent.append(text))
    cast.operator.cookies.load({"django_language": "en"})
    assert "No bot was chosen." in cast.operator.post(REPORT + "/post/", {}, follow=True).content.decode()
    assert cast.viewer.post(REPORT + "/post/", {"bot": "team"}).status_code == 403
    assert "on its way" in cast.operator.post(REPORT + "/post/", {"bot": "team"}, follow=True).content.decode()
    workers.drain()
    (text,) = sent
    assert "Evening 8801" in text
    assert "no feed reports" in text
    url = text.split("days: ", 1)[1]
    assert Client().get(url.removeprefix("http://testserver")).status_code == 200
    page = cast.operator.get(REPORT).content.decode()
    assert "delivered" in page
    assert "secret-of-the-bot" not in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_sets_hours_worked_beside_hours_planned_on_page_and_workbook(cast: Cast, language: str) -> None:
    show = shows.show("s-mine")
    begun = show.started_at or 0
    worked = (begun, begun + 95 * MINUTE_US)
    shift = ShiftView(show.show_id, "shift-0001", "小夏", "desk", begun, begun + 90 * MINUTE_US, *worked, "typed")
    registers.save_shift(show, shift, actor="user:1")
    registers.save_shift(
        show, replace(shift, shift_id="shift-0002", person="阿宁", from_us=None, to_us=None), actor="u"
    )
    points = registers.checklist(show).points
    registers.tick_point(show, points[0].point_id, "wrong", note="麦克风没声", actor="user:1")
    cast.viewer.cookies.load({"django_language": language})
    text = cast.viewer.get(REPORT).content.decode()
    zh = language != "en"
    said = (
        ("班次：排班与实际", "1:35", "+5 分钟", "开播前检查表")
        if zh
        else ("Shifts, planned and worked", "1:35", "+5 min")
    )
    for part in (*said, "麦克风没声", "小夏", "阿宁"):
        assert part in text, part
    assert 'id="rounds"' not in text, "nobody typed a round"
    assert 'id="plans"' not in text, "no file states a plan"
    book = openpyxl.load_workbook(io.BytesIO(cast.viewer.get(REPORT + "?form=xlsx").content))
    rows = {row[0]: row for row in book["班次：排班与实际" if zh else "Shifts, planned and worked"].values}
    assert rows["小夏"][4] == "1:35"
    assert rows["阿宁"][3:6] == (None, None, None), "hours that nobody typed are empty"
    assert cast.viewer.get(REPORT + "?form=png").content[:8] == b"\x89PNG\r\n\x1a\n"


def test_it_lists_ads_by_plan_as_files_state_them_with_a_dash_for_what_they_do_not(cast: Cast) -> None:
    told = reports.report("s-mine")
    plans = (
        PlanLine("P1", 1_773_316_800_000_000, {"spend_minor": 90_000, "attributed_gmv_minor": 270_000}),
        PlanLine("P2", 1_773_316_800_000_000, {"spend_minor": 20_000}),
    )
    with translation.override("en"):
        [table] = work.tables(replace(told, work=Work(plans=plans)))
    assert table.columns == ["Plan", "Ad spend", "Attributed GMV", "Attributed ROI", "As of"]
    assert [row[0] for row in table.rows] == ["P1", "P2"]
    assert [row[2:4] for row in table.rows] == [["¥2,700", "3.00"], ["—", "—"]]
