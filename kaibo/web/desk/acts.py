"""Acts of the desk and the published list: what the room's feeds know of its links is looked up here."""

from collections.abc import Iterable

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import Act, ActAnswer
from kaibo.commerce.shows.contracts import ShowView
from kaibo.warehouse import api as warehouse


def known_products(show_id: str) -> dict[str, str]:
    """Link number -> product id, where a feed of the platform has told it. Cost: one query."""
    return {
        offer.link_no: offer.product_id
        for offer in warehouse.offers(show_id)
        if offer.link_no and offer.product_id and offer.is_listed
    }


def publish(show: ShowView, *, actor: str) -> int:
    """Tell the lineup to the show; links that the platform lists keep the platform's price and stock."""
    offers = warehouse.offers(show.show_id)
    known = {each.link_no: each.product_id for each in offers if each.link_no and each.product_id and each.is_listed}
    ours = frozenset(each.link_no for each in offers if each.link_no and not each.product_id and each.is_listed)
    return lineups.publish(show, known=known, listed=ours, actor=actor)


def record(show: ShowView, acts: Iterable[Act], *, actor: str) -> list[ActAnswer]:
    """Record acts; a lap names the platform's product where that is known."""
    titles = {line.link_no: line.title or line.style_no for line in lineups.lineup(show.show_id).lines if line.link_no}
    return lineups.record_acts(show, acts, known=known_products(show.show_id), titles=titles, actor=actor)
