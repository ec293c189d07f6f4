"""Django application of this module."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    """Registered as `backups`."""

    name = "kaibo.operations.backups"
    label = "backups"
