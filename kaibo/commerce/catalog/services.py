"""The rules of the catalog: what a sheet states is taken, what it leaves out stays."""

import unicodedata
from collections.abc import Iterable

from django.db import transaction

from kaibo.commerce.catalog.contracts import Sighting
from kaibo.commerce.catalog.models import Product, Sku
from kaibo.eventlog import api as eventlog

STATED = ("title", "list_price_minor", "floor_price_minor", "cost_minor", "selling_points")
"""Fields that a sheet corrects when it states them."""


def style_key(style_no: str) -> str:
    """The style number as machines compare it: half width, lower case, without spaces and dashes."""
    plain = unicodedata.normalize("NFKC", style_no).lower()
    return "".join(sign for sign in plain if sign not in " -_/\t")[:80]


@transaction.atomic
def remember(sightings: Iterable[Sighting], *, actor: str) -> int:
    """Products and SKUs of a sheet; how many products are new or changed. Repeating it changes nothing."""
    by_key = {style_key(one.style_no): one for one in sightings if style_key(one.style_no)}
    rows = {row.style_key: row for row in Product.objects.filter(style_key__in=list(by_key)).prefetch_related("skus")}
    changed = 0
    for key, sighting in by_key.items():
        row = rows.get(key)
        if row is None:
            row = Product.objects.create(style_key=key, style_no=sighting.style_no.strip()[:80], created_by=actor)
        changed += _take(row, sighting, is_new=key not in rows, actor=actor)
    return changed


def _take(row: Product, sighting: Sighting, *, is_new: bool, actor: str) -> bool:
    stated = {name: getattr(sighting, name) for name in STATED}
    news = {name: value for name, value in stated.items() if value not in {None, ""} and value != getattr(row, name)}
    known = set() if is_new else {(sku.colour, sku.size) for sku in row.skus.all()}
    fresh = sorted({(sku.colour, sku.size) for sku in sighting.skus} - known)
    if not (news or fresh or is_new):
        return False
    before = {name: getattr(row, name) for name in news}
    for name, value in news.items():
        setattr(row, name, value)
    row.save()
    Sku.objects.bulk_create([Sku(product=row, colour=colour[:60], size=size[:30]) for colour, size in fresh])
    after = {**news, **({"skus": [" ".join(pair).strip() for pair in fresh]} if fresh else {})}
    act = "product.created" if is_new else "product.changed"
    eventlog.audit(actor, act, f"product:{row.style_no}", before=before or None, after=after)
    return True
