"""Sentences in the reader's language where a language is set, in English where nothing is: rooms below the pages.

A sentence that is kept for others is kept with what it was made of (`kept`), so that each reader has it in a language
of his own (`say`).
"""

import os
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation


class Said(str):
    """A sentence in one language that knows how to be said in another: its message, and what was put into it."""

    message: str
    values: dict[str, Any]

    def __new__(cls, text: str, message: str = "", values: Mapping[str, Any] | None = None) -> "Said":
        made = super().__new__(cls, text)
        made.message, made.values = message, dict(values or {})
        return made

    def __mod__(self, values: Any) -> str:
        text = str.__mod__(self, values)
        return Said(text, self.message, values) if isinstance(values, Mapping) else text


def gettext(message: str) -> str:
    """The message in the active language; as it stands in a process without settings (a pure command line)."""
    if settings.configured or "DJANGO_SETTINGS_MODULE" in os.environ:
        return Said(translation.gettext(message), message)
    return Said(message, message)


def kept(*sentences: str) -> list[list[Any]]:
    """Sentences as JSON for the records: message and values, or the bare text of what was not said by `gettext`."""
    return [
        [one.message, {name: value if isinstance(value, int) else str(value) for name, value in one.values.items()}]
        if isinstance(one, Said)
        else ["", {"text": str(one)}]
        for one in sentences
        if one
    ]


def say(told: list[list[Any]] | None, *, instead: str = "") -> str:
    """Kept sentences in the active language, one after the other; `instead` where nothing is kept."""
    found = [
        str(values["text"]) if not message else (translation.gettext(message) % values if values else gettext(message))
        for message, values in told or ()
    ]
    return " ".join(found).replace("。 ", "。") or instead  # Chinese has no space between sentences
