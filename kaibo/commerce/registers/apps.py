"""Django application of this room."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """Registered as `registers`."""

    name = "kaibo.commerce.registers"
    label = "registers"
