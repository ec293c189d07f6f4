"""Django application of this room."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """Registered as `compliance`."""

    name = "kaibo.operations.compliance"
    label = "compliance"
