"""Tables of the rooms module."""

from django.db import models
from django.db.models import Q


def _ratio() -> "models.FloatField[float | None, float | None]":
    return models.FloatField(null=True, blank=True)


def _money() -> "models.BigIntegerField[int | None, int | None]":
    return models.BigIntegerField(null=True, blank=True)


class Room(models.Model):
    """A platform's place where shows are on air, with what a sale costs there."""

    platform = models.CharField(max_length=40)
    room_id = models.CharField(max_length=120)
    name = models.CharField(max_length=120, blank=True, default="")
    note = models.TextField(blank=True, default="")
    currency = models.CharField(max_length=3, default="CNY")
    margin_ratio = _ratio()
    platform_fee_ratio = _ratio()
    commission_ratio = _ratio()
    refund_before_shipping_ratio = _ratio()
    refund_after_shipping_ratio = _ratio()
    freight_minor = _money()
    insurance_minor = _money()
    handling_minor = _money()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["platform", "room_id"], name="rooms_room_identity"),
            models.CheckConstraint(
                condition=Q(margin_ratio__isnull=True) | Q(margin_ratio__range=(0, 1)), name="rooms_margin_is_ratio"
            ),
        )

    def __str__(self) -> str:
        return self.name or f"{self.platform} {self.room_id}"
