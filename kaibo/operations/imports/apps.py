"""Django application of this room."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Registered as `imports`."""

    name = "kaibo.operations.imports"
    label = "imports"
