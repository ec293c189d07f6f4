"""What is on stage at an instant: the lap being explained, its product, its offer."""

from kaibo.metrics.rows import Rows
from kaibo.metrics.scope import Scope, Unknown
from kaibo.warehouse.contracts import Lap, Offer

LAP_KIND = "lap.started"


def product_key(product_id: str | None, link_no: str | None) -> str | None:
    """The key of the product grain: the product id, else '#' and the link number."""
    return product_id or (f"#{link_no}" if link_no else None)


def current_lap(s: Scope) -> Lap:
    """The lap being explained at the clock. Raises: Unknown when nothing is, or no feed reports laps."""
    s.require(LAP_KIND)
    on_air = [lap for lap in s.facts.laps if lap.from_us <= s.clock and (lap.to_us is None or lap.to_us > s.clock)]
    if not on_air:
        raise Unknown("no_denominator", "现在没有在讲解商品", "no product is being explained now")
    return on_air[-1]


def current_key(s: Scope) -> str:
    """Key of the product being explained. Raises: Unknown."""
    lap = current_lap(s)
    key = product_key(lap.product_id, lap.link_no)
    if key is None:
        raise Unknown("not_reported", "讲解没有写明商品", "the lap names no product")
    return key


def product_scope(s: Scope) -> Scope:
    """The rows of the product being explained, over the whole show."""
    key = current_key(s)
    rows = Rows.fixed(s.facts.by("product").get(key, {}))
    return Scope(s.facts, rows, s.clock, "product", key, None, None, s.trace)


def offer_of(s: Scope, key: str) -> Offer:
    """The offer on the list with this key. Raises: Unknown not_reported."""
    for offer in s.facts.offers:
        if offer.key == key:
            return offer
    raise Unknown("not_reported", "商品列表里没有这个商品", "the list of offers has no such product")
