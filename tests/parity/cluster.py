"""A stand-alone Spark master with workers on this machine, each of which can be killed like a machine that dies."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WAIT_SECONDS = 60.0
MEMORY = "640m"
SETTINGS = {
    "spark.executor.memory": MEMORY,
    "spark.executor.cores": "1",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.driver.memory": "1g",
}
"""What fits two workers and a driver on a small machine."""


@dataclass(slots=True)
class Worker:
    """A worker with the executors that it starts: one group of processes."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """What a power cut does."""
        if self.is_alive:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass(slots=True)
class Cluster:
    """A running cluster."""

    url: str
    workers: list[Worker]


@contextmanager
def cluster(folder: Path, *, workers: int = 2) -> Iterator[Cluster]:
    """A master and its workers, gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    master = _start(folder / "master.log", "master.Master", ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"])
    started = [master]
    try:
        url = _said(master, r"Starting Spark master at (spark://[\d.:]+)")
        _said(master, r"(I have been elected leader)")
        for number in range(workers):
            room = ["--cores", "1", "--memory", MEMORY, "--work-dir", str(folder / f"work-{number}")]
            started.append(
                _start(
                    folder / f"worker-{number}.log",
                    "worker.Worker",
                    ["--host", "127.0.0.1", "--webui-port", "0", *room, url],
                )
            )
        for worker in started[1:]:
            _said(worker, r"(Successfully registered with master)")
        yield Cluster(url, started[1:])
    finally:
        for one in reversed(started):
            one.kill()


def _start(log: Path, name: str, arguments: Sequence[str]) -> Worker:
    import pyspark  # not on every machine: who uses a cluster skips before

    spark = Path(pyspark.__file__).parent
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    environment |= {"SPARK_HOME": str(spark), "SPARK_CONF_DIR": str(spark / "conf"), "SPARK_SCALA_VERSION": "2.13"}
    # as `spark-class` does, without a process of its own that only writes the command down
    java = ["java", "-cp", f"{spark}/jars/*", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*java, f"org.apache.spark.deploy.{name}", *arguments],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    return Worker(process, log)


def _said(one: Worker, pattern: str) -> str:
    """What the log says, once it says it."""
    ends = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < ends:
        text = one.log.read_text(errors="replace")
        if found := re.search(pattern, text):
            return found[1]
        if one.process.poll() is not None:
            raise AssertionError(f"Spark ended with {one.process.returncode}:\n{text[-2000:]}")
        time.sleep(0.1)
    raise AssertionError(f"Spark did not say {pattern!r} in {WAIT_SECONDS:.0f} s:\n{text[-2000:]}")
