"""Django application of this room."""

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    """Registered as `warehouse`."""

    name = "kaibo.warehouse"
    label = "warehouse"
