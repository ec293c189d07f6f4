"""One Spark on this machine for all that compare with it."""

from typing import Any

import pytest

from tests.parity.spark import SETTINGS, needs_spark


@pytest.fixture
def spark() -> Any:
    """The session of this process; another one where a test has ended it."""
    needs_spark()
    from kaibo.warehouse.spark.starting import start

    return start("local[2]", SETTINGS, name="kaibo-parity")
