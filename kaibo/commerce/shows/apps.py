"""Django application of this room."""

from django.apps import AppConfig


class ShowsConfig(AppConfig):
    """Registered as `shows`."""

    name = "kaibo.commerce.shows"
    label = "shows"
