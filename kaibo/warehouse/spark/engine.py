"""The counting engine on Spark: what grows with events runs on the cluster, what grows with minutes here.

Statements of `live/` that read lines of events run on Spark, where the lines are; their answers, sums by second and
minute, come here, into the tables that the other statements of the engine read. So both engines are one: the same
files, the same order of statements, the same rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.errors import DamagedSegment
from kaibo.kit.errors import KaiboError
from kaibo.warehouse import sqlfiles
from kaibo.warehouse.engine import Engine
from kaibo.warehouse.spark import reading
from kaibo.warehouse.spark.dialect import in_spark
from kaibo.warehouse.spark.firsts import Firsts
from kaibo.warehouse.typed import Chunk

ON_SPARK = frozenset(
    {
        *("overview", "second_part", "minute_part", "first_moves", "samples", "order_events", "moments", "figures"),
        *("comments", "comment_texts", "currencies"),
    }
)
"""Statements of `live/` over lines of events and over firsts, whose answer comes here."""


class ClusterFailed(KaiboError):
    """Spark could not do its work for a reason that is not the data's: nothing was counted."""

    code = "cluster_failed"
    status = 503


class SparkEngine(Engine):
    """An Engine whose lines of events, and firsts of viewers, are on a cluster."""

    reads_itself = True

    def __init__(
        self, spark: Any, *, overflow: Path, threads: int = 1, memory: str = "1GB", ends_spark: bool = False
    ) -> None:
        from pyspark.sql.pandas.types import from_arrow_schema

        self._spark = spark
        self._ends_spark = ends_spark
        self._schema = {name: from_arrow_schema(schema) for name, schema in reading.schemas().items()}
        self._firsts_at = overflow / "spark-firsts"
        self._event: Any = None
        self._held: list[Any] = []  # what executors keep for this batch
        self._asides: list[tuple[Any, Any, list[Any]]] = []
        super().__init__(threads=threads, memory=memory, overflow=overflow)

    def _open(self) -> None:
        super()._open()
        self._drop(self._held)
        for *_, held in self._asides:
            self._drop(held)
        self._asides.clear()
        self._firsts = Firsts(self._spark, self._firsts_at)
        self._event, self._stated = self._empty("event"), self._empty("stated")

    def close(self) -> None:
        self._firsts.close()
        super().close()
        if self._ends_spark:
            self._spark.stop()
        else:
            self._drop(self._held)

    # --- reading -----------------------------------------------------------------------------------------------

    def damage(self, refs: Sequence[BatchRef]) -> Mapping[BatchRef, DamagedSegment]:
        """Checksums are computed where the segments are read. Cost: one Spark job, one read of the bytes."""
        numbers = {ref: number for number, ref in enumerate(refs)}
        groups = [[(numbers[ref], span_of(ref)) for ref in group] for group in divided(refs)]
        if not groups:
            return {}
        rows = self._spark.range(0, len(groups), 1, len(groups))
        bad = self._take(rows.mapInArrow(reading.damage_reader(groups), "number bigint"))
        return {refs[number]: _damaged(refs[number]) for number in bad.column(0).to_pylist()}

    def stage(self, chunks: Iterable[Chunk], _files: Sequence[Path] = ()) -> None:
        self._overview = None
        self._drop(self._held)
        self._event = self._lines(_parts(chunks), "event")
        self._event.createOrReplaceTempView("event")

    def stage_more(self, chunks: Iterable[Chunk], show_id: str, _files: Sequence[Path] = ()) -> None:
        self._add(_parts(chunks, show_id=show_id))

    def stage_lake(self, paths: Sequence[Path], show_id: str, *, without: Sequence[tuple[str, int, int]] = ()) -> None:
        self._add([reading.Part(lake=(str(path),), without=tuple(without), show_id=show_id) for path in paths])

    def _add(self, parts: Sequence[reading.Part]) -> None:
        if parts:
            self._set_event(self._event.union(self._lines(parts, "event")))

    def _set_event(self, lines: Any) -> None:
        self._overview = None
        self._event = lines
        lines.createOrReplaceTempView("event")

    def _lines(self, parts: Sequence[reading.Part], table: str) -> Any:
        if not parts:
            return self._empty(table)
        numbers = self._spark.range(0, len(parts), 1, len(parts))
        return self._hold(numbers.mapInArrow(reading.line_reader(parts), self._schema[table]))

    def _empty(self, table: str) -> Any:
        return self._spark.createDataFrame([], self._schema[table])

    def _hold(self, lines: Any) -> Any:
        self._held.append(lines.persist())
        return lines

    def _drop(self, held: list[Any]) -> None:
        for lines in held:
            lines.unpersist()
        held.clear()

    # --- lines of the batch --------------------------------------------------------------------------------------

    def net(self) -> None:
        if self.has_negatives():
            self._set_event(self._hold(self._spark.sql(in_spark(sqlfiles.load("staging", "net")))))

    def leave_out(self, shows: Iterable[str]) -> None:
        shown = self._event.show_id
        self._set_event(self._event.where(shown.isNull() | ~shown.isin(list(shows))))

    def overview(self) -> list[tuple[str | None, str, int, int, int, int]]:
        if self._overview is None:
            self._overview = _tuples(self._take(self._spark.sql(in_spark(sqlfiles.load("live", "overview")))))
        return self._overview

    def negatives(self) -> list[tuple[str | None, str, str]]:
        if not self.has_negatives():
            return []
        query = (
            "select show_id, platform || chr(10) || room_id || chr(10) || event_id,"
            " coalesce(platform || chr(10) || order_id, '') from event where sign < 0"
        )
        return _tuples(self._take(self._spark.sql(query)))

    def set_aside(self, *, back: bool = False) -> None:
        self._made -= {("order_new", "order_events")}
        self._overview = None
        self.facts_found = False
        old, new = ("order_new_aside", "order_new") if back else ("order_new", "order_new_aside")
        self.duck.execute(f"drop table if exists {new}; alter table {old} rename to {new}")
        if back:
            self._drop(self._held)
            self._event, self._stated, self._held = self._asides.pop()
        else:
            self._asides.append((self._event, self._stated, self._held))
            self._held = []
        self._event.createOrReplaceTempView("event")
        self._stated.createOrReplaceTempView("stated")

    # --- statements ------------------------------------------------------------------------------------------------

    def make(self, table: str, name: str, *, folder: str = "live", needed: bool = True) -> None:
        if name == "stated":
            self._state(needed=needed)
        elif name == "derived_lines":
            lines = self._spark.sql(in_spark(sqlfiles.load(folder, name)))
            (lines if needed else lines.limit(0)).createOrReplaceTempView(table)
        else:
            super().make(table, name, folder=folder, needed=needed)

    def text(self, folder: str, name: str, *, needed: bool = True) -> str:
        if folder != "live" or name not in ON_SPARK:
            return super().text(folder, name, needed=needed)
        answer = self._spark.sql(in_spark(sqlfiles.load(folder, name)))
        table = self._take(answer if needed else answer.limit(0))
        self.duck.complete()  # a question that was asked before and not read to its end
        self.duck.register(f"spark_{name}", table)
        return f"select * from spark_{name}"  # noqa: S608 - names of our own files

    def _state(self, *, needed: bool) -> None:
        """The numbers inside attrs, read a batch of lines at a time where the lines are."""
        self._stated = self._empty("stated")
        if needed:
            run = reading.statement_reader("stated")
            self._stated = self._hold(self._event.mapInArrow(run, self._schema["stated"]))
        self._stated.createOrReplaceTempView("stated")

    def _change_firsts(self, *, needed: bool) -> None:
        if needed:
            with told():
                self._firsts.change()

    def drop_show(self, show_id: str) -> None:
        self._firsts.forget(show_id)
        super().drop_show(show_id)

    def _take(self, answer: Any) -> pa.Table:
        with told():
            return answer.toArrow()


@contextmanager
def told() -> Iterator[None]:
    """Raises: ValueError for what the lines cause, ClusterFailed for everything else that Spark says."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        _, is_bad, said = str(error).partition(reading.BAD_LINES)
        if is_bad:
            raise ValueError(said.splitlines()[0]) from error
        raise ClusterFailed(
            f"Spark failed: {_essence(error)}", fix="look at the log of the master and its workers"
        ) from error


def _essence(error: Exception) -> str:
    """What Spark says in one line; of a Python error inside a worker its last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    is_python = "Python worker" in lines[0]
    return " … ".join(dict.fromkeys([lines[0], lines[-1]] if is_python else lines[:1]))


def _tuples(table: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def span_of(ref: BatchRef) -> reading.Span:
    """Where a batch lies, for a worker."""
    return reading.Span(str(ref.path), ref.offset, ref.length, ref.crc32)


def divided(refs: Sequence[BatchRef]) -> Iterator[list[BatchRef]]:
    """Batches in groups that one task reads."""
    group: list[BatchRef] = []
    size = 0
    for ref in refs:
        if group and size + ref.length > reading.PART_BYTES:
            yield group
            group, size = [], 0
        group.append(ref)
        size += ref.length
    if group:
        yield group


def _parts(chunks: Iterable[Chunk], *, show_id: str | None = None) -> list[reading.Part]:
    given = list(chunks)
    bodies = tuple(chunk for chunk in given if isinstance(chunk, bytes))
    parts = [
        reading.Part(spans=tuple(map(span_of, group)), show_id=show_id)
        for group in divided([chunk for chunk in given if isinstance(chunk, BatchRef)])
    ]
    return [*parts, reading.Part(chunks=bodies, show_id=show_id)] if bodies else parts


def _damaged(ref: BatchRef) -> DamagedSegment:
    return DamagedSegment(
        f"batch {ref.writer} {ref.from_seq}-{ref.to_seq} in {ref.path.name} does not match its checksum",
        fix="restore the file from a backup, or let the sender deliver this span again",
    )
