"""The same job as Spark Structured Streaming, local[2]: read with a schema, refuse bad lines, drop duplicates,
minute sums, first times, Parquet.

Run by `benchmarks.file` in a process of its own: `python -m benchmarks.spark NDJSON WORK WARM_UP_NDJSON` prints JSON.
Spark is given the easier form: first times are merged once at the end instead of after each batch, the duplicate
state is kept for this run only, and the start of the
virtual machine and a first small run, which compiles everything, are not counted.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil

SCHEMA = (
    "event_id string, kind string, platform string, room_id string, occurred_at bigint, viewer_id string, "
    "traffic_source string, product_id string, order_id string, quantity bigint, amount_minor bigint, "
    "currency string, count bigint, text string, duration_ms bigint"
)
ALL = 3  # grouping_id of the coarsest set: neither traffic source nor product
SUMS = """
select grouping_id() as grain, minute, kind, traffic_source, product_id, count(*) as n,
       sum(coalesce(count, 1)) as counts, sum(amount_minor) as amount, sum(duration_ms) as duration
from batch
group by grouping sets ((minute, kind), (minute, kind, traffic_source), (minute, kind, product_id))
"""


def session() -> Any:
    """Spark on this machine only, two cores, few partitions."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    build = SparkSession.builder.master("local[2]").appName("kaibo-bench")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "3g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
    }.items():
        build = build.config(key, value)
    spark = build.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def processor_seconds() -> float:
    """Processor time of this process and of the virtual machine beside it."""
    own = psutil.Process()
    spent = [one.cpu_times() for one in (own, *own.children(recursive=True))]
    return sum(one.user + one.system for one in spent)


def run(spark: Any, folder: Path, work: Path) -> dict[str, Any]:
    """Seconds from the start of the query until the last batch is counted and in Parquet."""
    from pyspark.sql import functions as f

    minutes: dict[tuple[Any, ...], int] = {}

    def count(batch: Any, number: int) -> None:
        batch.persist()
        batch.createOrReplaceTempView("batch")
        for row in batch.sparkSession.sql(SUMS).collect():
            place = (row["grain"], row["minute"], row["kind"], row["traffic_source"], row["product_id"])
            minutes[place] = minutes.get(place, 0) + row["n"]
        earliest = f.min(f.struct("occurred_at", "event_id")).alias("at")
        first = batch.groupBy("room_id", "viewer_id", "kind").agg(earliest)
        first.write.parquet(str(work / "first" / str(number)))
        batch.write.parquet(str(work / "lake" / str(number)))
        batch.unpersist()

    reading = spark.readStream.schema(SCHEMA).option("mode", "FAILFAST").option("maxFilesPerTrigger", 4)
    events = reading.json(str(folder)).dropDuplicates(["platform", "room_id", "event_id"])
    events = events.withColumn("minute", f.floor(f.col("occurred_at") / 60_000_000))
    began, worked = time.perf_counter(), processor_seconds()
    query = (
        events.writeStream.foreachBatch(count)
        .option("checkpointLocation", str(work / "checkpoint"))
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    stages = spark.read.parquet(*(str(path) for path in (work / "first").iterdir()))
    firsts = stages.groupBy("room_id", "viewer_id", "kind").agg(f.min("at").alias("at")).count()
    seconds, processor = time.perf_counter() - began, processor_seconds() - worked
    total = sum(value for (grain, *_), value in minutes.items() if grain == ALL)
    return {"counted": total, "firsts": firsts, "seconds": round(seconds, 3), "processor_seconds": round(processor, 3)}


def main(folder: Path, work: Path, warm: Path) -> dict[str, Any]:
    """A small run first, so that compiled code is warm, then the one that counts."""
    spark = session()
    for name in ("warm", "timed"):
        (work / name).mkdir()
    run(spark, warm, work / "warm")
    result = run(spark, folder, work / "timed")
    spark.stop()
    return result


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*map(Path, sys.argv[1:4]))) + "\n")
