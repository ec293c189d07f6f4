"""Django application of this room."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Registered as `reports`."""

    name = "kaibo.operations.reports"
    label = "reports"
