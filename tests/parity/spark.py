"""Spark on this machine, and rows of both engines made comparable."""

import shutil
from typing import Any

import pytest

SETTINGS = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    # a few hundred lines: compiling a statement costs far more than running it
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def needs_spark() -> None:
    """Skip with the reason where a part is missing."""
    pytest.importorskip("pyspark.sql", reason="Spark is not installed; `make install-all` brings it")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or 21, and there is none")


def end() -> None:
    """End the session of this process, if there is one: another master is asked next."""
    from pyspark.sql import SparkSession

    if session := SparkSession.getActiveSession():
        session.stop()


def rows_of(table: Any) -> list[tuple[Any, ...]]:
    """Rows of an Arrow table or of a Spark answer, comparable and in one order."""
    found = table.to_pylist() if hasattr(table, "to_pylist") else [row.asDict(recursive=True) for row in table]
    return sorted((tuple(map(_value, row.values())) for row in found), key=repr)


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(map(_value, value.values()))
    if hasattr(value, "as_integer_ratio") and not isinstance(value, bool):
        return int(value) if value == int(value) else round(float(value), 9)
    return value
