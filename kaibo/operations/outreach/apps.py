"""Django application of this room."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Registered as `outreach`."""

    name = "kaibo.operations.outreach"
    label = "outreach"
