"""Sheets as teams send them, damaged ones too: every line kept, every refused cell named."""

import io

import pytest
from openpyxl import Workbook

from kaibo.commerce.lineup import drafts, grids
from kaibo.commerce.lineup.contracts import Draft
from kaibo.commerce.lineup.errors import BadFile

PLAIN = """链接号\t款号\t商品名称\t角色\t直播价（元）\t原价\t库存\t讲解时长
1\tA-1001\t羊毛大衣\t主推\t899.00\t1599\t黑 S10 M20\t12
2号\tB-22\t打底衫\t福利\t面议\t99\t-\t5分钟
3\tC-3\t围巾\t引流\t9.9\t39\t500\t3
合计\t\t\t\t918.9\t\t530\t20
"""


def read(data: bytes | str, **more: object) -> Draft:
    found = grids.grids_of(data) if isinstance(data, bytes) else grids.grids_of_text(data)
    return drafts.read_grids(found, remembered={}, **more)  # type: ignore[arg-type]


def told(draft: Draft, field: str) -> list[object]:
    return [getattr(line, field) for line in draft.lines]


def workbook(*rows: tuple[object, ...], merged: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_it_keeps_the_good_and_names_the_cell() -> None:
    draft = read(PLAIN)
    assert told(draft, "link_no") == ["1", "2", "3"]
    assert told(draft, "live_price_minor") == [89900, None, 990]
    assert told(draft, "role") == ["hero", "welfare", "traffic"]
    [problem] = draft.problems
    assert (problem.row, problem.column, problem.field, problem.text) == (3, "直播价（元）", "live_price_minor", "面议")
    assert problem.fix
    assert draft.lines[1].refused == {"live_price_minor": "面议"}
    assert [row for row, _why in draft.left_out] == [5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_it_reads_every_encoding_that_spreadsheets_save(encoding: str) -> None:
    as_csv = PLAIN.replace("\t", ",").replace("899.00", '"\t899.00"')
    draft = read(as_csv.encode(encoding))
    assert told(draft, "title") == ["羊毛大衣", "打底衫", "围巾"]
    assert draft.lines[0].live_price_minor == 89900


def test_it_reads_merged_cells_as_one_link_of_many_skus() -> None:
    data = workbook(
        ("11月23日 晚场排品",),
        ("链接", "款号", "品名", "颜色", "尺码", "库存", "直播价"),
        (1, "A-1001", "羊毛大衣", "黑", "S", 10, 899),
        (None, None, None, "黑", "M", 20, None),
        (None, None, None, "白", "M", 3, None),
        (2, "B-22", "打底衫", "白", "均码", "=1+1", 39.9),
        merged=("A1:G1", "A3:A5", "B3:B5", "C3:C5", "G3:G5"),
    )
    draft = read(data)
    assert told(draft, "link_no") == ["1", "2"]
    assert [(each.colour, each.size, each.pieces) for each in draft.lines[0].stock] == [
        ("黑", "S", 10),
        ("黑", "M", 20),
        ("白", "M", 3),
    ]
    assert draft.lines[0].live_price_minor == 89900
    assert draft.problems[0].text == "=1+1", "a formula without a saved result is refused, not taken for nothing"


def test_it_reads_two_header_rows_with_sizes_below_stock() -> None:
    data = workbook(
        ("链接号", "款号", "商品名称", "颜色", "库存", None, None, "直播价"),
        (None, None, None, None, "S", "M", "L", None),
        (1, "A-1", "大衣", "黑", 5, 6, "-", 100),
        (None, None, None, "白", 1, "x", 2, None),
        merged=("E1:G1",),
    )
    draft = read(data)
    [line] = draft.lines
    assert {(each.colour, each.size): each.pieces for each in line.stock} == {
        ("黑", "S"): 5,
        ("黑", "M"): 6,
        ("白", "S"): 1,
        ("白", "L"): 2,
    }
    assert [(one.row, one.column, one.text) for one in draft.problems] == [(4, "M", "x")]
    assert line.refused == {"stock": "x"}


def test_it_reads_english_headings_and_repeated_skus() -> None:
    text = "Link No,Style,Product,Color,Size,Qty,Live Price\n7,Z9,Scarf,red,S,4,19.9\n7,Z9,Scarf,red,M,6,19.9\n"
    [line] = read(text).lines
    assert (line.link_no, line.live_price_minor, line.pieces) == ("7", 1990, 10)


def test_it_lets_a_person_say_which_column_is_which() -> None:
    text = "链接号\t主播口播价格档\t名称\n1\t59\t毛衣\n"
    guessed = read(text)
    assert [(one.field, one.certainty) for one in guessed.columns] == [
        ("link_no", "exact"),
        ("live_price_minor", "guessed"),
        ("title", "exact"),
    ]
    chosen = read(text, chosen={1: "list_price_minor"})
    assert (chosen.lines[0].live_price_minor, chosen.lines[0].list_price_minor) == (None, 5900)


@pytest.mark.parametrize(
    "data",
    [
        b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
        b"PK\x03\x04 not really",
        b"\x00\x01\x02\x00\xff",
        b"",
        "随便\t写写\n1\t2\n".encode(),
        ("链接号\t直播价\n" + "1\t2\n" * 3000).encode(),
    ],
)
def test_it_refuses_what_is_no_lineup_with_a_sentence(data: bytes) -> None:
    with pytest.raises(BadFile) as caught:
        read(data)
    assert caught.value.sentence
    assert caught.value.fix


def test_it_is_not_fooled_by_a_lone_quote_or_leading_tabs() -> None:
    text = '\t链接号\t商品名称\t直播价\n\t1\t12" 屏幕支架\t29\n\t2\t毛衣\t59\n'
    assert told(read(text), "title") == ['12" 屏幕支架', "毛衣"]
