"""Spark on this machine, and rows of both engines made comparable."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.driver.memory": "1g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}


@contextmanager
def session(master: str = "local[2]") -> Iterator[Any]:
    """A Spark session, skipped with the reason where a part is missing."""
    sql = pytest.importorskip("pyspark.sql", reason="Spark is not installed; `make install-all` brings it")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or 21, and there is none")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    build = sql.SparkSession.builder.master(master).appName("kaibo-parity")
    for name, value in SETTINGS.items():
        build = build.config(name, value)
    spark = build.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    try:
        yield spark
    finally:
        spark.stop()


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
