"""Cells and stock: what people type, read and shown."""

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaibo.commerce.lineup import stock
from kaibo.commerce.lineup.cells import read_cell, show_cell
from kaibo.commerce.lineup.contracts import Pieces
from kaibo.commerce.lineup.sentences import role_names
from kaibo.kit.tables.texts import BadCell


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("live_price_minor", "¥1,299.00", 129900),
        ("live_price_minor", "１２９.９元", 12990),
        ("live_price_minor", "-", None),
        ("live_price_minor", "\t99", 9900),
        ("link_no", "01号链接", "1"),
        ("link_no", "12.0", "12"),
        ("role", "福利款", "welfare"),
        ("role", "Hero", "hero"),
        ("planned_minutes", "8分钟", 8.0),
        ("cap", "50件", 50),
        ("gift", "无", ""),
        ("stock", "", ()),
    ],
)
def test_it_reads_what_people_type(field: str, text: str, value: object) -> None:
    assert read_cell(field, text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("live_price_minor", "面议"),
        ("live_price_minor", "-5"),
        ("live_price_minor", "12.999"),
        ("live_price_minor", "#REF!"),
        ("live_price_minor", "=B2*0.8"),
        ("live_price_minor", "########"),
        ("live_price_minor", "nan"),
        ("link_no", "第一"),
        ("role", "其他"),
        ("stock", "黑 若干"),
        ("planned_minutes", "很久"),
        ("cap", "1.5"),
    ],
)
def test_it_refuses_with_a_fix(field: str, text: str) -> None:
    with pytest.raises(BadCell) as caught:
        read_cell(field, text)
    assert caught.value.problem
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1,200", [("", "", 1200)]),
        ("黑 S10 M20 L5; 白 M3", [("黑", "S", 10), ("黑", "M", 20), ("黑", "L", 5), ("白", "M", 3)]),
        ("黑色:S10/M20；白色:XL5", [("黑色", "S", 10), ("黑色", "M", 20), ("白色", "XL", 5)]),
        ("S:10，M:20", [("", "S", 10), ("", "M", 20)]),
        ("36:10 37*5", [("", "36", 10), ("", "37", 5)]),
        ("黑 2XL:5 均码3", [("黑", "2XL", 5), ("黑", "均码", 3)]),
        ("黑 10\n白 4", [("黑", "", 10), ("白", "", 4)]),
        ("S 10 M 20", [("", "S", 10), ("", "M", 20)]),
        ("M L 20", None),
    ],
)
def test_it_reads_stock_by_colour_and_size(text: str, told: list[tuple[str, str, int]] | None) -> None:
    if told is None:
        with pytest.raises(ValueError, match="M L"):
            stock.read_stock(text)
        return
    assert [(each.colour, each.size, each.pieces) for each in stock.read_stock(text)] == told


_COLOURS = st.sampled_from(["", "黑", "白色", "dark blue", "驼"])
_SIZES = st.sampled_from(["S", "M", "XL", "2XL", "均码", "36", "110"])


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the cells
@given(st.dictionaries(st.tuples(_COLOURS, _SIZES), st.integers(0, 9999), min_size=1, max_size=8))
def test_it_reads_back_what_it_shows(told: dict[tuple[str, str], int]) -> None:
    pieces = tuple(Pieces(colour, size, count) for (colour, size), count in told.items())
    again = read_cell("stock", show_cell("stock", pieces))
    assert set(again) == set(pieces)


@given(st.integers(0, 10**9))
def test_it_reads_back_every_amount(minor: int) -> None:
    assert read_cell("live_price_minor", show_cell("live_price_minor", minor)) == minor


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_reads_every_role_as_the_pages_call_it(language: str) -> None:
    with translation.override(language):
        names = role_names()
        assert {role: read_cell("role", name) for role, name in names.items()} == {role: role for role in names}
