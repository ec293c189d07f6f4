"""Django application of this room."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Registered as `catalog`."""

    name = "kaibo.commerce.catalog"
    label = "catalog"
