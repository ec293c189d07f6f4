"""What Spark says when it fails is told in a sentence that names the cause."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from kaibo.warehouse.spark.engine import ClusterFailed, told
from kaibo.warehouse.spark.reading import BAD_LINES

pytestmark = [pytest.mark.journey, pytest.mark.spark]


def failing(error: Exception) -> Any:
    """A step of a worker that fails so."""

    def work(_batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        raise error

    return work


def test_it_names_what_a_worker_could_not_do(spark: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ClusterFailed, match=r"Python worker.*No space left on device"), told():
        spark.range(1).mapInArrow(failing(OSError(28, "No space left on device")), "id bigint").toArrow()
    with pytest.raises(ClusterFailed, match="DIVIDE_BY_ZERO"), told():
        spark.sql("select 1 / id from range(2)").toArrow()
    assert "at org.apache" not in capfd.readouterr().err, "a page of Java says no more than the sentence"


def test_it_tells_bad_lines_from_a_machine_that_failed(spark: Any) -> None:
    with pytest.raises(ValueError, match=r"^evening\.seg at 0 does not match$"), told():
        spark.range(1).mapInArrow(
            failing(ValueError(f"{BAD_LINES}evening.seg at 0 does not match")), "id bigint"
        ).toArrow()
