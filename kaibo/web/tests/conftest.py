"""Fixtures of the pages."""

from typing import Any

import pytest

from kaibo.web.tests.people import cast

__all__ = ["cast"]


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """A hasher made to be slow would take most of the time of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
