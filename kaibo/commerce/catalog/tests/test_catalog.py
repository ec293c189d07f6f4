"""Products as sheets tell them, through the door."""

import pytest

from kaibo.commerce.catalog import api as catalog
from kaibo.commerce.catalog.contracts import Sighting, SkuView
from kaibo.commerce.catalog.errors import ProductNotFound
from kaibo.eventlog import api as eventlog

pytestmark = pytest.mark.django_db
WHO = "user:1"


def test_it_takes_what_a_sheet_states_and_keeps_the_rest() -> None:
    first = Sighting("A-1001", "羊毛大衣", (SkuView("黑", "M"),), list_price_minor=89900, cost_minor=21000)
    assert catalog.remember([first], actor=WHO) == 1
    later = Sighting("ａ1001", "", (SkuView("黑", "L"), SkuView("黑", "M")), list_price_minor=79900)
    assert catalog.remember([later], actor=WHO) == 1
    product = catalog.product("a 1001")
    assert (product.style_no, product.title, product.list_price_minor) == ("A-1001", "羊毛大衣", 79900)
    assert product.cost_minor == 21000
    assert {(sku.colour, sku.size) for sku in product.skus} == {("黑", "M"), ("黑", "L")}


def test_it_changes_nothing_when_repeated() -> None:
    sighting = Sighting("B2", "毛衣", (SkuView("", "均码"),))
    catalog.remember([sighting], actor=WHO)
    assert catalog.remember([sighting, Sighting("", "无款号")], actor=WHO) == 0
    assert len(eventlog.audit_entries(thing="product:B2")) == 1
    assert [one.style_no for one in catalog.products(search="毛")] == ["B2"]


def test_it_knows_no_product_that_nobody_told() -> None:
    with pytest.raises(ProductNotFound):
        catalog.product("none")
