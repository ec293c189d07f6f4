"""Django application of this room."""

from django.apps import AppConfig


class OpinionConfig(AppConfig):
    """Registered as `opinion`."""

    name = "kaibo.operations.opinion"
    label = "opinion"
