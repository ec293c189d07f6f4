"""The room's list of offers, folded from its events in order of time: the same whatever order they arrived in."""

from collections.abc import Iterable
from dataclasses import replace

from kaibo.warehouse.contracts import Moment, Offer


def product_key(product_id: str | None, link_no: str | None) -> str | None:
    """The key of the `product` grain: the product, or '#' and its number where a feed knows only numbers."""
    if product_id:
        return product_id
    return f"#{link_no}" if link_no else None


def fold_offers(moments: Iterable[Moment]) -> list[Offer]:
    """What is on the list after these events. Shape: ordered by link number, then key; one pin at most."""
    offers: dict[str, Offer] = {}
    for moment in moments:
        key = product_key(moment.product_id, moment.link_no)
        if key is None:
            continue
        before = offers.get(key) or Offer(
            key=key,
            product_id=moment.product_id,
            link_no=moment.link_no,
            title=None,
            price_minor=None,
            stock=None,
            is_listed=False,
            is_pinned=False,
        )
        if moment.kind == "offer.pinned":
            offers = {other: replace(offer, is_pinned=False) for other, offer in offers.items()}
        offers[key] = _apply(before, moment)
    return sorted(offers.values(), key=_place)


def _apply(offer: Offer, moment: Moment) -> Offer:
    attrs = moment.attrs
    stocks = dict(offer.stock_by_sku)
    if isinstance(attrs.get("stock"), int):
        stocks[str(attrs.get("sku_id") or "")] = attrs["stock"]
    price = attrs.get("price_minor")
    if price is None and moment.kind in {"price.changed", "offer.listed"}:
        price = moment.amount_minor
    listed = {"offer.listed": True, "offer.unlisted": False, "offer.pinned": True}.get(moment.kind, offer.is_listed)
    pinned = {"offer.pinned": True, "offer.unlisted": False}.get(moment.kind, offer.is_pinned)
    return replace(
        offer,
        link_no=moment.link_no or offer.link_no,
        links=tuple(dict.fromkeys((*offer.links, *([moment.link_no] if moment.link_no else [])))),
        title=attrs.get("title") or offer.title,
        price_minor=offer.price_minor if price is None else price,
        stock=sum(stocks.values()) if stocks else None,
        stock_by_sku={sku: pieces for sku, pieces in stocks.items() if sku},
        is_listed=listed,
        is_pinned=pinned,
        role=attrs.get("role") or offer.role,
        planned_minutes=attrs.get("planned_minutes") or offer.planned_minutes,
    )


def _place(offer: Offer) -> tuple[int, int, str]:
    number = offer.link_no or ""
    return (0, int(number), offer.key) if number.isdigit() else (1, 0, offer.key)
