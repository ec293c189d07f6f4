"""The lineup's page and its JSON door: who may, what is refused, what comes back."""

import io
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import StreamingHttpResponse
from django.test import Client
from openpyxl import Workbook, load_workbook

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.team.contracts import ACTS
from kaibo.web.tests.people import Cast

SHEET = """链接号\t款号\t商品名称\t角色\t直播价\t库存
1\tA-1\t大衣\t主推\t899\t黑 S3 M5 L2
2\tB-2\t毛衣\t福利\t面议\t10
合计\t\t\t\t899\t20
"""


def url(cast: Cast, path: str = "") -> str:
    return f"/api/v1/shows/{cast.show_id}/lineup{path}"


def send(client: Client, method: str, address: str, body: dict[str, Any]) -> Any:
    return getattr(client, method)(address, data=json.dumps(body), content_type="application/json")


def take(cast: Cast) -> Any:
    return cast.operator.post(url(cast, "/sheet"), {"text": SHEET, "mode": "replace"}).json()


def test_it_previews_without_writing_then_takes_the_good_part(cast: Cast) -> None:
    draft = cast.operator.post(url(cast, "/sheet"), {"text": SHEET}).json()
    assert [each["field"] for each in draft["columns"]][-1] == "pieces"
    assert [(each["row"], each["column"], each["text"]) for each in draft["problems"]] == [(3, "直播价", "面议")]
    assert draft["left_out"][0]["row"] == 4
    assert lineups.lineup(cast.show_id).version == 0
    told = take(cast)
    assert [line["cells"]["title"] for line in told["lines"]] == ["大衣", "毛衣"]
    assert told["lines"][1]["refused"] == ["live_price_minor"]
    codes = {(each["code"], each["field"]) for each in told["findings"]}
    assert {("refused", "live_price_minor"), ("no_cap", "cap")} <= codes
    assert all(each["problem"] and each["fix"] for each in told["findings"])


def test_it_saves_cells_and_names_a_conflict(cast: Cast) -> None:
    line = take(cast)["lines"][1]["id"]
    body = {"base": 1, "cells": [[line, "live_price_minor", "39.9"], [line, "cap", "5"]]}
    told = send(cast.operator, "post", url(cast, "/save"), body).json()
    assert (told["version"], told["lines"][1]["cells"]["live_price_minor"]) == (2, "39.90")
    stale = {"base": 1, "cells": [[line, "cap", "9"]]}
    refused = send(cast.director, "post", url(cast, "/save"), stale)
    assert refused.status_code == 409
    assert refused.json()["theirs"] == "5"
    assert send(cast.operator, "post", url(cast, "/undo"), {}).json()["version"] == 3
    kinds = [each["kind"] for each in cast.viewer.get(url(cast, "/differences?before=1&after=2")).json()]
    assert kinds == ["changed"]
    assert [each["act"] for each in cast.viewer.get(url(cast, "/versions")).json()] == ["undone", "typed", "pasted"]


def test_it_gives_the_file_it_reads_again(cast: Cast) -> None:
    take(cast)
    answer = cast.viewer.get(f"/shows/{cast.show_id}/lineup?export=xlsx")
    data = b"".join(answer.streaming_content)
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert sheet.max_row == 3
    before = lineups.lineup(cast.show_id).lines
    upload = SimpleUploadedFile("lineup.xlsx", data)
    told = cast.operator.post(url(cast, "/sheet"), {"file": upload, "mode": "replace"}).json()
    assert told["version"] == 1, "a sheet that went out and came back changes nothing"
    assert lineups.lineup(cast.show_id).lines == before


def test_it_changes_limits_and_copies(cast: Cast) -> None:
    take(cast)
    rules = {"core_sizes": ["XL"], "giveaway_loss_minor": None, "minutes_tolerance_ratio": 0.2}
    told = send(cast.operator, "put", url(cast, "/rules"), rules).json()
    assert told["rules"] == rules
    assert "core_size" in {each["code"] for each in told["findings"]}
    other = f"/api/v1/shows/{cast.other_show_id}/lineup/copy"
    copied = send(cast.director, "post", other, {"show_id": cast.show_id}).json()
    assert [line["cells"].get("stock") for line in copied["lines"]] == [None, None]
    assert send(cast.operator, "post", other, {"show_id": cast.show_id}).status_code == 404


def test_it_refuses_who_may_not(cast: Cast) -> None:
    take(cast)
    assert cast.viewer.get(f"/shows/{cast.show_id}/lineup").status_code == 200
    assert cast.viewer.post(url(cast, "/sheet"), {"text": SHEET, "mode": "replace"}).status_code == 403
    assert send(cast.viewer, "post", url(cast, "/save"), {"base": 1, "cells": []}).status_code == 403
    assert cast.outsider.get(f"/shows/{cast.show_id}/lineup").status_code == 403
    assert cast.outsider.get(url(cast)).status_code == 404
    assert cast.operator.get(f"/shows/{cast.other_show_id}/lineup").status_code == 404


def test_it_refuses_what_is_no_sheet_in_words(cast: Cast) -> None:
    answer = cast.operator.post(url(cast, "/sheet"), {"text": "随便写写"})
    assert answer.status_code == 422
    assert answer.json()["fix"]
    assert cast.operator.post(url(cast, "/sheet"), {"text": SHEET, "chosen": "["}).status_code == 422


def test_it_holds_the_platforms_list_against_the_sheet_and_remembers_its_columns(cast: Cast) -> None:
    url = "/api/v1/shows/s-mine/lineup/sheet"
    ours = "链接号\t商品名称\t直播价\t库存\n1\t羊毛大衣\t899\t20\n2\t毛衣\t99\t5\n3\t围巾\t39\t8"
    cast.operator.post(url, {"text": ours, "mode": "replace"})
    theirs = "讲解序号\t商品名称\t直播间展示价格\t可售库存\n1\t毛衣\t99\t5\n2\t羊毛大衣\t799\t\n"
    draft = cast.operator.post(url, {"text": theirs}).json()
    guessed = {each["header"]: each["field"] for each in draft["columns"] if each["certainty"] == "guessed"}
    assert guessed["直播间展示价格"] == "live_price_minor"
    chosen = {each["index"]: each["field"] for each in draft["columns"] if each["field"]}
    told = cast.operator.post(url, {"text": theirs, "mode": "compare", "chosen": json.dumps(chosen)}).json()
    found = [(each["kind"], each["link_no"], each["sheet"], each["listed"]) for each in told["differences"]]
    assert found == [
        ("order", "1", "1", "2"),
        ("price", "1", "¥899.00", "¥799.00"),
        ("order", "2", "2", "1"),
        ("missing", "3", "3", ""),
    ]
    assert (told["checked"], told["unknown"]) == ({"price": 2, "stock": 1}, {"price": 0, "stock": 1})
    for form in ("csv", "xlsx"):
        file = cast.operator.post(url, {"text": theirs, "mode": "compare", "form": form, "chosen": json.dumps(chosen)})
        assert f"differences.{form}" in file["Content-Disposition"]
    assert isinstance(file, StreamingHttpResponse)
    cells = list(load_workbook(io.BytesIO(b"".join(file.streaming_content))).active.values)
    assert (len(cells), cells[2][0], cells[2][3:]) == (5, "1", (899, 799)), "prices are numbers in the file"
    book = Workbook()
    for line in theirs.splitlines():
        book.active.append(line.split("\t"))
    uploaded = io.BytesIO()
    book.save(uploaded)
    upload = SimpleUploadedFile("products.xlsx", uploaded.getvalue())
    assert len(cast.operator.post(url, {"file": upload, "mode": "compare"}).json()["differences"]) == 4
    again = cast.operator.post(url, {"text": theirs}).json()
    assert {each["certainty"] for each in again["columns"]} <= {"exact", "remembered"}
    assert len(cast.operator.get("/api/v1/shows/s-mine/lineup").json()["lines"]) == 3, "nothing was taken over"
    assert cast.viewer.post(url, {"text": theirs, "mode": "compare"}).status_code == 403


def test_it_keeps_costs_from_who_may_not_see_them(cast: Cast) -> None:
    text = "链接号\t商品名称\t直播价\t底价\t成本价\n1\t大衣\t899\t777.77\t333.33\n2\t毛衣\t99\t77.7x\t33.3x\n"
    cast.operator.post(url(cast, "/sheet"), {"text": text, "mode": "replace"})
    line = lineups.lineup(cast.show_id).lines[0].line_id
    body = {"base": 1, "cells": [[line, "cost_minor", "444.44"], [line, "gift", "袜子"]]}
    send(cast.operator, "post", url(cast, "/save"), body)
    page = f"/shows/{cast.show_id}/lineup"
    places = (url(cast), url(cast, "/differences?before=1&after=2"), page, f"{page}?export=csv")
    costs = ("777.77", "333.33", "444.44", "77.7x", "33.3x")
    for place in places:
        told = cast.viewer.get(place)
        text = b"".join(told.streaming_content).decode() if told.streaming else told.content.decode()
        assert told.status_code == 200
        assert not [cost for cost in costs if cost in text], place
        assert "大衣" in text or "\\u5927\\u8863" in text
    assert "444.44" in cast.operator.get(url(cast)).content.decode()
    for role, acts in ACTS.items():
        assert "lineup.edit" not in acts or "cost.see" in acts, f"{role} would write a sheet without seeing all of it"
