"""Tables of the catalog module."""

from django.db import models


class Product(models.Model):
    """One product; `style_key` is the style number as machines compare it."""

    style_key = models.CharField(max_length=80, unique=True)
    style_no = models.CharField(max_length=80)
    title = models.CharField(max_length=300, blank=True, default="")
    list_price_minor = models.BigIntegerField(null=True, blank=True)
    floor_price_minor = models.BigIntegerField(null=True, blank=True)
    cost_minor = models.BigIntegerField(null=True, blank=True)
    selling_points = models.TextField(blank=True, default="")
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.style_no} {self.title}".strip()


class Sku(models.Model):
    """One variant of a product."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="skus")
    colour = models.CharField(max_length=60, blank=True, default="")
    size = models.CharField(max_length=30, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["product", "colour", "size"], name="catalog_sku_once"),)

    def __str__(self) -> str:
        return f"{self.product.style_no} {self.colour} {self.size}".strip()
