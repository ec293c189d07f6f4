"""Django application of this room."""

from django.apps import AppConfig


class RadarConfig(AppConfig):
    """Registered as `radar`."""

    name = "kaibo.operations.radar"
    label = "radar"
