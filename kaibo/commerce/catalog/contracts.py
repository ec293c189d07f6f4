"""What leaves the catalog module: frozen dataclasses, no Django."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SkuView:
    """One stockable variant of a product; colour or size is empty where the product has none."""

    colour: str
    size: str


@dataclass(frozen=True, slots=True)
class ProductView:
    """One product by its style number. Units: minor units of the currency of the sheets; None is unknown."""

    style_no: str
    title: str
    skus: tuple[SkuView, ...] = ()
    list_price_minor: int | None = None
    floor_price_minor: int | None = None
    cost_minor: int | None = None
    selling_points: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a sheet states about a product; empty fields state nothing."""

    style_no: str
    title: str = ""
    skus: tuple[SkuView, ...] = ()
    list_price_minor: int | None = None
    floor_price_minor: int | None = None
    cost_minor: int | None = None
    selling_points: str = ""
