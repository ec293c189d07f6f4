"""Fixtures of the pages."""

from kaibo.web.tests.conftest import quick_passwords
from kaibo.web.tests.people import cast

__all__ = ["cast", "quick_passwords"]
