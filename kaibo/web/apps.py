"""Django application of this room."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registered as `web`."""

    name = "kaibo.web"
    label = "web"
