"""Django application of this room."""

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    """Registered as `rooms`."""

    name = "kaibo.commerce.rooms"
    label = "rooms"
