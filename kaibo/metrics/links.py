"""One line per link: what is told of '#' and a link number is told of the product that stood under that number."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from kaibo.warehouse.columns import BY_NAME
from kaibo.warehouse.contracts import Offer

Lines = dict[str, dict[str, int]]


def products_of(offers: Iterable[Offer]) -> dict[str, str]:
    """'#' and a link number -> its product, where exactly one product ever stood under that number."""
    claims: dict[str, set[str]] = {}
    for offer in offers:
        if offer.product_id:
            for number in offer.links or ((offer.link_no,) if offer.link_no else ()):
                claims.setdefault(f"#{number}", set()).add(offer.product_id)
    return {key: next(iter(products)) for key, products in claims.items() if len(products) == 1}


def one_per_link(offers: Iterable[Offer], product_of: Mapping[str, str]) -> list[Offer]:
    """Offers with those of a number folded into their product, which wins where both say something."""
    found = list(offers)
    numbered = {product_of[offer.key]: offer for offer in found if offer.key in product_of}
    return [
        _folded(offer, numbered[offer.key]) if offer.key in numbered else offer
        for offer in found
        if offer.key not in product_of
    ]


def _folded(own: Offer, numbered: Offer) -> Offer:
    told = {one.name: getattr(own, one.name) for one in fields(Offer)}
    lent = {name: getattr(numbered, name) for name, value in told.items() if value is None or value == {}}
    if own.stock is not None or own.stock_by_sku:  # the stock of one source, never a mixture
        lent = {name: value for name, value in lent.items() if not name.startswith("stock")}
    is_listed, is_pinned = own.is_listed or numbered.is_listed, own.is_pinned or numbered.is_pinned
    return replace(own, **lent, is_listed=is_listed, is_pinned=is_pinned)


def merged(lines: Lines, product_of: Mapping[str, str]) -> tuple[Lines, dict[str, frozenset[str]]]:
    """Lines by product, and product -> columns that have no sum.

    Shape: what adds up is added; people and orders that were counted once by number and once by product may be the
    same ones, so such a column is named instead of summed, unless one of the two lines has none of them.
    """
    found: Lines = {key: dict(values) for key, values in lines.items() if key not in product_of}
    without: dict[str, set[str]] = {}
    for key, values in lines.items():
        product = product_of.get(key)
        if product is None:
            continue
        line = found.setdefault(product, {})
        for name, value in values.items():
            column = BY_NAME[name]
            if (column.is_first or column.merge == "last") and value and line.get(name):
                without.setdefault(product, set()).add(name)
            line[name] = max(value, line.get(name, value)) if column.merge == "max" else value + line.get(name, 0)
    return found, {product: frozenset(names) for product, names in without.items()}
