"""Checks: pure functions over lines."""

from dataclasses import replace

import pytest

from kaibo.commerce.lineup.checks import check, loss_minor
from kaibo.commerce.lineup.contracts import Finding, Line, Pieces, Rules
from kaibo.commerce.lineup.sentences import _sentences, sentence

GOOD = Line(
    "l1",
    link_no="1",
    title="大衣",
    role="profit",
    live_price_minor=10000,
    stock=(Pieces("黑", "S", 3), Pieces("黑", "M", 5), Pieces("黑", "L", 5)),
    planned_minutes=10,
)


def codes(*lines: Line, rules: Rules | None = None, minutes: float | None = None) -> list[str]:
    return [finding.code for finding in check(lines, rules or Rules(), show_minutes=minutes)]


def test_it_says_nothing_about_a_good_sheet() -> None:
    assert codes(GOOD, replace(GOOD, line_id="l2", link_no="2"), minutes=20) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"floor_price_minor": 12000}, "below_floor"),
        ({"list_price_minor": 9000}, "above_list"),
        ({"cost_minor": 11000}, "below_cost"),
        ({"stock": (Pieces("黑", "S", 3), Pieces("黑", "M", 5), Pieces("黑", "L", 0))}, "core_size"),
        ({"stock": (Pieces("", "", 0),)}, "sold_out"),
        ({"stock": ()}, "no_stock"),
        ({"link_no": ""}, "no_link_no"),
        ({"live_price_minor": None}, "no_price"),
        ({"title": ""}, "no_name"),
        ({"role": ""}, "no_role"),
        ({"role": "welfare"}, "no_cap"),
        ({"cap": 99}, "cap_over_stock"),
        ({"refused": {"gift": "#REF!"}}, "refused"),
    ],
)
def test_it_finds_what_is_wrong_with_a_line(change: dict[str, object], code: str) -> None:
    found = check([replace(GOOD, **change)], Rules())
    assert [finding.code for finding in found] == [code]
    assert found[0].line_id == "l1"
    assert all(sentence(found[0], currency="CNY"))


def test_it_asks_core_sizes_only_of_letters() -> None:
    shoes = replace(GOOD, stock=(Pieces("", "36", 1), Pieces("", "37", 1)))
    assert codes(shoes, replace(GOOD, line_id="x", link_no="9", stock=(Pieces("", "均码", 4),))) == []
    assert codes(GOOD, rules=Rules(core_sizes=("XL",))) == ["core_size"]


def test_it_finds_two_heroes_in_a_row_and_links_named_twice() -> None:
    hero = replace(GOOD, role="hero")
    assert codes(hero, replace(hero, line_id="l2", link_no="2")) == ["heroes_in_row"]
    assert codes(GOOD, replace(GOOD, line_id="l2")) == ["link_no_twice", "link_no_twice"]


def test_it_compares_planned_minutes_with_the_show() -> None:
    two = (GOOD, replace(GOOD, line_id="l2", link_no="2"))
    assert codes(*two, minutes=15) == ["minutes_over"]
    assert codes(*two, minutes=30) == ["minutes_under"]
    assert codes(GOOD, replace(two[1], planned_minutes=None), minutes=30) == [], "an open minute may still fill it"
    assert codes(*two) == []


def test_it_limits_what_give_aways_lose() -> None:
    gift = replace(GOOD, role="welfare", cost_minor=15000, cap=10)
    assert loss_minor(gift) == 50_000
    assert loss_minor(replace(gift, cap=None, stock=())) is None
    assert loss_minor(replace(gift, cost_minor=None)) is None
    assert loss_minor(GOOD) == 0
    assert codes(gift) == []
    assert codes(gift, rules=Rules(giveaway_loss_minor=40_000)) == ["giveaway_loss"]
    assert codes(gift, rules=Rules(giveaway_loss_minor=None)) == []


def test_it_has_words_for_every_code() -> None:
    values = {"link_no": 1, "live_minor": 1, "floor_minor": 1, "list_minor": 1, "cost_minor": 1, "sizes": "M"}
    values |= {"before": 1, "planned": 1, "show": 1, "cap": 1, "pieces": 1, "loss_minor": 1, "limit_minor": 1}
    for code in _sentences():
        problem, fix = sentence(
            Finding(code, GOOD and check.__globals__["Severity"].BAD, values=values), currency="CNY"
        )
        assert "%" not in problem
        assert fix
