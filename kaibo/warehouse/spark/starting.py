"""A Spark session for counting and analyses, with clear words where a part is missing."""

import logging
import os
import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any

from kaibo.kit.errors import BadConfiguration

SETTINGS: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.structuredLogging.enabled": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # batches are small for Spark: planning a statement again after each of its stages costs more than it saves
    "spark.sql.adaptive.enabled": "false",
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
    # statements change little from batch to batch: what Spark compiled for one serves the next
    "spark.sql.codegen.cache.maxEntries": "1000",
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    # a worker that dies is given up soon, and its tasks go to the others
    "spark.network.timeout": "60s",
    "spark.executor.heartbeatInterval": "5s",
    "spark.task.maxFailures": "8",
}
"""What a session has unless `--set` says otherwise."""
WAIT_SECONDS = 60.0
ON_LOOPBACK: Mapping[str, str] = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


def start(master: str, settings: Mapping[str, str] | None = None, *, name: str = "kaibo") -> Any:
    """A session of our own on this master. Raises: BadConfiguration where Spark, Java or the master is missing."""
    try:
        from pyspark.logger import PySparkLogger
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise BadConfiguration("Spark is not installed", fix="pip install 'kaibo[spark]'") from error
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise BadConfiguration("Spark needs Java 17 or 21, and there is none", fix="install a JRE, e.g. OpenJDK 17")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    chosen = dict(SETTINGS)
    if master.startswith("local") or "//127.0.0.1" in master or "//localhost" in master:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        chosen |= ON_LOOPBACK
    build = SparkSession.builder.master(master).appName(name)
    for key, value in (chosen | dict(settings or {})).items():
        build = build.config(key, value)
    try:
        spark = build.getOrCreate()
    except Exception as error:
        raise BadConfiguration(
            f"Spark did not start on {master}: {str(error).splitlines()[0]}",
            fix="look whether the master runs there, and at the settings given with --set",
        ) from error
    spark.sparkContext.setLogLevel("OFF")
    for said_by in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):  # a page of Java; we tell it in a sentence
        PySparkLogger.getLogger(said_by).setLevel(logging.CRITICAL)
    if not master.startswith("local"):
        _await_workers(spark, master)
    return spark


def _await_workers(spark: Any, master: str) -> None:
    """Return once a worker has given us an executor: without one, work would wait in silence for ever."""
    tracker = spark.sparkContext._jsc.sc().statusTracker()
    ends = time.monotonic() + WAIT_SECONDS
    while len(tracker.getExecutorInfos()) < 2:  # the driver is one of them
        if time.monotonic() > ends:
            spark.stop()
            raise BadConfiguration(
                f"no worker of {master} took up work within {WAIT_SECONDS:.0f} s",
                fix="start workers, or ask for less with --set spark.executor.memory=512m --set spark.executor.cores=1",
            )
        time.sleep(0.1)


def parse_settings(given: list[str]) -> dict[str, str]:
    """`spark.executor.memory=2g` and the like. Raises: BadConfiguration naming what is no setting."""
    found = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key.startswith("spark."):
            raise BadConfiguration(f"{one!r} is no setting of Spark", fix="write --set spark.executor.memory=2g")
        found[key] = value
    return found
