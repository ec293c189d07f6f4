"""The door of the catalog module."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from kaibo.commerce.catalog import services
from kaibo.commerce.catalog.contracts import ProductView, Sighting, SkuView
from kaibo.commerce.catalog.errors import ProductNotFound
from kaibo.commerce.catalog.models import Product


def product(style_no: str) -> ProductView:
    """One product, however its style number is written. Raises ProductNotFound. Cost: two queries."""
    row = Product.objects.prefetch_related("skus").filter(style_key=services.style_key(style_no)).first()
    if row is None:
        raise ProductNotFound(_("There is no such product."), style_no=style_no)
    return _view(row)


def products(*, search: str = "", limit: int = 200) -> list[ProductView]:
    """Products by style number, those whose number or title holds the text. Cost: two queries."""
    rows = Product.objects.prefetch_related("skus").order_by("style_no")
    if search.strip():
        rows = rows.filter(Q(style_key__contains=services.style_key(search)) | Q(title__icontains=search.strip()))
    return [_view(row) for row in rows[:limit]]


def remember(sightings: Iterable[Sighting], *, actor: str) -> int:
    """Take what a sheet states about products; how many are new or changed. Safe to repeat."""
    return services.remember(sightings, actor=actor)


def _view(row: Product) -> ProductView:
    return ProductView(
        style_no=row.style_no,
        title=row.title,
        skus=tuple(SkuView(sku.colour, sku.size) for sku in sorted(row.skus.all(), key=lambda sku: sku.pk)),
        list_price_minor=row.list_price_minor,
        floor_price_minor=row.floor_price_minor,
        cost_minor=row.cost_minor,
        selling_points=row.selling_points,
    )
