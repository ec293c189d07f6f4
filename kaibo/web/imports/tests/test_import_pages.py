"""The import wizard's page and its JSON door: dropped, mapped, imported, assigned, undone; who may."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from kaibo.commerce.shows import api as shows
from kaibo.eventlog import workers
from kaibo.kit import clock, env, speech
from kaibo.kit.tables.files import UnreadableTable
from kaibo.operations.imports.tablerun import TableRun
from kaibo.web.tests.people import Cast

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "主订单编号,子订单编号,订单应付金额,订单提交时间,支付完成时间,订单状态,达人昵称\n"


def at(cast: Cast, minutes: int = 10) -> str:
    begins = shows.show(cast.show_id).started_at or 0
    local = clock.to_datetime(begins + minutes * clock.MINUTE_US).astimezone(env.zone())
    return f"{local:%Y-%m-%d %H:%M:%S}"


def orders(cast: Cast, *, author: str = "Room 8801", amount: str = "10.00") -> str:
    return HEAD + "".join(f"\t{n},\t{n}1,{amount},{at(cast)},{at(cast)},待发货,{author}\n" for n in range(1, 4))


def drop(client: Client, text: str, name: str = "订单.csv", **more: str) -> Any:
    file = SimpleUploadedFile(name, text.encode("utf-8-sig"))
    answer = client.post("/api/v1/imports/tables", {"file": file, **more})
    assert answer.status_code == 201, answer.content
    workers.drain()
    return table(client, answer.json()["id"])


def table(client: Client, table_id: str) -> Any:
    return client.get(f"/api/v1/imports/tables/{table_id}").json()


def send(client: Client, method: str, address: str, body: dict[str, Any] | None = None) -> Any:
    return getattr(client, method)(address, data=json.dumps(body or {}), content_type="application/json")


def test_it_checks_without_keeping_then_imports_and_reports(cast: Cast) -> None:
    seen = drop(cast.operator, orders(cast))
    assert (seen["state"], seen["export"], seen["may_start"]) == ("checked", "doudian_orders", True)
    begins = shows.show(cast.show_id).begins_at
    assert seen["shows"] == [{"id": cast.show_id, "title": "Evening 8801", "begins_at": begins, "rows": 3}]
    assert cast.operator.get("/api/v1/imports").json() == []
    answer = send(cast.operator, "post", f"/api/v1/imports/tables/{seen['id']}/start")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    workers.drain()
    done = table(cast.operator, seen["id"])
    assert (done["state"], done["accepted"]) == ("complete", 6)
    assert done["read"] == done["accepted"] + done["duplicates"] + done["rejected"] + done["skipped"]
    assert send(cast.operator, "post", f"/api/v1/imports/tables/{seen['id']}/start").status_code == 409
    again = drop(cast.operator, orders(cast))
    assert again["earlier"] == done["ingest_id"]
    undone = send(cast.director, "post", f"/api/v1/imports/{done['ingest_id']}/undo", {"why": "a test"})
    assert undone.json() == {"undone": done["ingest_id"], "events": 6}


def test_it_draws_cards_and_a_page_for_each_file(cast: Cast) -> None:
    seen = drop(cast.operator, orders(cast, amount="十元"))
    page = cast.operator.get("/imports/").content.decode()
    assert "订单.csv" in page
    assert "十元" in page
    inside = cast.operator.get(f"/imports/tables/{seen['id']}/").content.decode()
    assert "订单应付金额" in inside
    answer = cast.operator.get(f"/imports/tables/{seen['id']}/?export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:3] == (2, "订单应付金额", "十元")
    assert len(rows) == 4
    assert cast.operator.post(f"/imports/tables/{seen['id']}/discard/").status_code == 302
    assert "订单.csv" not in cast.operator.get("/imports/tables/").content.decode()


def test_it_remembers_how_a_strange_table_is_read(cast: Cast) -> None:
    text = f"单据,何时,收钱\n1,{at(cast)},5.00\n2,{at(cast)},6.00\n"
    seen = drop(cast.operator, text, "账本.csv")
    assert (seen["state"], seen["export"]) == ("unclear", "")
    looked = cast.operator.get(f"/imports/tables/{seen['id']}/?kind=any_orders").content.decode()
    assert 'name="column-2"' in looked
    form = {"kind": "any_orders", "column-0": "order_id", "column-1": "placed_at", "column-2": "amount"}
    cast.operator.post(f"/imports/tables/{seen['id']}/", {**form, "show_id": cast.show_id})
    workers.drain()
    told = table(cast.operator, seen["id"])
    assert (told["state"], told["events"]) == ("checked", 2)
    assert drop(cast.director, text.replace("5.00", "7.00"), "账本2.csv")["export"] == "any_orders"
    wrong = send(cast.operator, "put", f"/api/v1/imports/tables/{seen['id']}", {"export": "x", "columns": {}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_mapping")


def test_it_says_why_a_file_is_refused(cast: Cast) -> None:
    file = SimpleUploadedFile("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"))
    told = cast.operator.post("/api/v1/imports/tables", {"file": file}).json()
    assert told["state"] == "refused"
    assert told["problem"]
    assert told["fix"]
    assert told["problem"] in cast.operator.get("/imports/").content.decode()


PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00\x00\x01\x00" * 2000


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (PNG, "这是图片，不是表格。"),
        (b"\xff\xd8\xff\xe0" + bytes(5000), "这是图片，不是表格。"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "这是图片，不是表格。"),
        (b"%PDF-1.7\n,;,;\n", "这是 PDF，不是表格。"),
        (b"\x00\x00\x00 ftypisom" + bytes(500), "这是音频或视频，不是表格。"),
    ],
)
def test_it_says_what_was_dropped_instead_of_a_table(cast: Cast, start: bytes, says: str) -> None:
    file = SimpleUploadedFile("订单.xlsx", start)
    told = cast.operator.post("/api/v1/imports/tables", {"file": file}, headers={"accept-language": "zh-hans"}).json()
    assert (told["state"], told["problem"]) == ("refused", says)


def test_it_says_problems_in_the_language_of_who_reads(cast: Cast) -> None:
    def seen_in(language: str, table_id: str) -> Any:
        return cast.operator.get(f"/api/v1/imports/tables/{table_id}", headers={"accept-language": language}).json()

    def dropped(name: str, content: bytes) -> str:
        told = {"file": SimpleUploadedFile(name, content)}
        answer = cast.operator.post("/api/v1/imports/tables", told, headers={"accept-language": "zh-hans"})
        workers.drain()
        return str(answer.json()["id"])

    refused = dropped("图.xlsx", PNG)
    assert seen_in("zh-hans", refused)["fix"] == "请直接拖入平台导出的 .xlsx 或 .csv。"
    told = seen_in("en", refused)
    assert told["problem"] == "This is a picture, not a spreadsheet."
    assert told["fix"] == "Drop the .xlsx or .csv as the platform exports it."
    checked = dropped("订单.csv", orders(cast, amount="十元").encode("utf-8-sig"))
    chinese, english = (seen_in(language, checked)["problems"][0] for language in ("zh-hans", "en"))
    assert chinese["problem"] == "“十元”不是金额。"
    assert english["problem"] == "“十元” is no amount."
    assert english["fix"] == "Write only the amount, e.g. 129.90"
    cells = cast.operator.get(f"/imports/tables/{checked}/?export=csv", headers={"accept-language": "en"})
    assert "“十元” is no amount." in b"".join(cells.streaming_content).decode()


def test_it_says_in_every_language_that_nothing_of_a_file_was_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = drop(cast.operator, orders(cast))

    def breaks(_run: TableRun, **_values: str) -> None:
        raise UnreadableTable(speech.gettext("Row %(n)s cannot be read: a quotation mark is open.") % {"n": 7})

    monkeypatch.setattr(TableRun, "keep", breaks)
    send(cast.operator, "post", f"/api/v1/imports/tables/{seen['id']}/start")
    workers.drain()
    address = f"/api/v1/imports/tables/{seen['id']}"
    page, other = (cast.operator.get(address, headers={"accept-language": one}).json() for one in ("zh-hans", "en"))
    assert page["state"] == "failed"
    assert page["problem"] == "第 7 行读不了：有一个引号没有闭合。这个文件一行都没有导入。"
    assert other["problem"] == "Row 7 cannot be read: a quotation mark is open. Nothing of the file was kept."


def test_it_assigns_orders_that_wait(cast: Cast) -> None:
    seen = drop(cast.operator, orders(cast, author="某达人"))
    assert [one["rows"] for one in seen["waiting"]] == [3]
    cast.operator.post("/imports/start/")
    workers.drain()
    (group,) = cast.operator.get("/api/v1/imports/waiting").json()
    assert "某达人" in cast.operator.get("/imports/").content.decode()
    told = {"platform": group["platform"], "author": group["author"], "evidence": group["evidence"]}
    stranger = send(cast.operator, "post", "/api/v1/imports/assign", {**told, "show_id": cast.other_show_id})
    assert stranger.status_code == 404
    cast.operator.post("/imports/assign/", {**told, "show_id": cast.show_id, "is_account": "1"})
    assert cast.operator.get("/api/v1/imports/waiting").json() == []
    assert drop(cast.operator, orders(cast, author="某达人").replace("\t1,", "\t9,"))["waiting"] == []


def test_it_keeps_files_to_those_who_dropped_them(cast: Cast) -> None:
    mine = drop(cast.director, orders(cast))
    assert cast.operator.get("/api/v1/imports/tables").json() == []
    for client, status in ((cast.operator, 404), (cast.viewer, 403), (cast.outsider, 403)):
        assert client.get(f"/api/v1/imports/tables/{mine['id']}").status_code == status
        assert client.get(f"/imports/tables/{mine['id']}/").status_code == status
        assert client.post(f"/imports/tables/{mine['id']}/start/").status_code == status
        assert client.post(f"/imports/tables/{mine['id']}/discard/").status_code == status
    assert cast.viewer.post("/imports/drop/", {}).status_code == 403


def test_it_finds_no_show_of_a_room_that_the_person_does_not_see(cast: Cast) -> None:
    seen = drop(cast.operator, orders(cast, author="Room 77").replace(",待发货", ",待发货"), "订单.csv")
    assert seen["shows"] == []
    other = SimpleUploadedFile("订单.csv", orders(cast).encode())
    answer = cast.operator.post("/api/v1/imports/tables", {"file": other, "show_id": cast.other_show_id})
    assert answer.status_code == 404
