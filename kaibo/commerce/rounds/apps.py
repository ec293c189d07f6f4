"""Django application of this room."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Registered as `rounds`."""

    name = "kaibo.commerce.rounds"
    label = "rounds"
