"""Django application of this room."""

from django.apps import AppConfig


class LineupConfig(AppConfig):
    """Registered as `lineup`."""

    name = "kaibo.commerce.lineup"
    label = "lineup"
