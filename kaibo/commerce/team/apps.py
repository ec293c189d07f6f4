"""Django application of this room."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """Registered as `team`."""

    name = "kaibo.commerce.team"
    label = "team"
