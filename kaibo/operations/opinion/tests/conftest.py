"""Fixtures of the opinion watch."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """As in the server's threads, which speak the team's language."""
    with translation.override("zh-hans"):
        yield
