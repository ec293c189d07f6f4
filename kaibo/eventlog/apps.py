"""Django application of this room."""

from django.apps import AppConfig


class EventlogConfig(AppConfig):
    """Registered as `eventlog`."""

    name = "kaibo.eventlog"
    label = "eventlog"
