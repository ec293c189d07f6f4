"""The sheet against the platform's list: by style, title or number; unknown is not equal."""

import pytest

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import Line, Listed, Pieces
from kaibo.commerce.shows import api as shows


def line(number: str, **more: object) -> Line:
    return Line(f"l{number}", link_no=number, **more)  # type: ignore[arg-type]


def told(lines: list[Line], listed: list[Listed]) -> list[tuple[str, str, object, object]]:
    found = lineups.compare_listed(lines, listed).differences
    return [(each.kind, each.link_no, each.sheet, each.listed) for each in found]


def test_it_names_what_differs() -> None:
    lines = [
        line("1", style_no="A-1", title="羊毛大衣", live_price_minor=89_900, stock=(Pieces("黑", "M", 20),)),
        line("2", title="毛衣", live_price_minor=9_900),
        line("3", title="围巾", live_price_minor=3_900),
        Line("loose", title="还没编号"),
    ]
    listed = [
        Listed("2", "a1", "大衣 秋冬新款", 79_900, 18),
        Listed("1", "", "毛衣", 9_900, 5),
        Listed("9", "", "帽子", 100, 1),
    ]
    assert told(lines, listed) == [
        ("order", "1", "1", "2"),
        ("price", "1", 89_900, 79_900),
        ("stock", "1", 20, 18),
        ("order", "2", "2", "1"),
        ("missing", "3", "3", ""),
        ("extra", "9", "", "9"),
    ]


def test_it_counts_what_nobody_states_as_unknown() -> None:
    found = lineups.compare_listed([line("1"), line("2", live_price_minor=100)], [Listed("1", "", "", 5), Listed("2")])
    assert (found.differences, found.checked, found.unknown) == (
        (),
        {"price": 0, "stock": 0},
        {"price": 2, "stock": 2},
    )


def test_it_gives_a_style_on_two_links_each_to_its_own_number() -> None:
    lines = [line("1", style_no="A"), line("2", style_no="A")]
    assert told(lines, [Listed("2", "A"), Listed("1", "A")]) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_it_reads_an_exported_product_list() -> None:
    shows.ensure_show("s", platform="douyin", room_id="r", title="晚场", started_at=1, actor="user:1")
    text = "商品ID\t商品名称\t售价\t库存\n3501\t羊毛大衣\t¥799.00\t18\n3502\t毛衣\t99\t5\n"
    draft = lineups.read_sheet("s", text=text)
    assert lineups.listed_of(draft) == [
        Listed("1", "", "羊毛大衣", 79_900, 18),
        Listed("2", "", "毛衣", 9_900, 5),
    ]
