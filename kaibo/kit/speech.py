"""Sentences in the reader's language where a language is set, in English where nothing is: rooms below the pages."""

import os

from django.conf import settings
from django.utils import translation


def gettext(message: str) -> str:
    """The message in the active language; as it stands in a process without settings (a pure command line)."""
    if settings.configured or "DJANGO_SETTINGS_MODULE" in os.environ:
        return translation.gettext(message)
    return message
