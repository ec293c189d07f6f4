"""Who did what first, as Spark keeps it: changes on the shared folder, of which the least counts.

A first is a minimum, so the state needs no update in place: every change is written beside the others, and the least
per key is the first. What a dead worker had written is there for the next one. Thrown away at start and rebuilt from
the log like all state.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kaibo.warehouse import sqlfiles
from kaibo.warehouse.spark.dialect import in_spark

MOST_FILES = 16  # then they become one: each costs a listing and a schema to read
_SCHEMA = (
    "show_id string, product string, kind string, viewer_id string, key_hash bigint, occurred_at bigint,"
    " event_id string, source string, old_occurred_at bigint, old_source string"
)
_LEAST = (
    "select show_id, product, kind, viewer_id, key_hash, least.occurred_at, least.event_id, least.source"
    " from (select show_id, product, kind, viewer_id, key_hash, min(struct(occurred_at, event_id, source)) as least"
    " from {told} group by show_id, product, kind, viewer_id, key_hash)"
)


@dataclass(slots=True)
class _Told:
    """One file of changes, and the shows that were forgotten since it was written."""

    path: Path
    forgotten: set[str] = field(default_factory=set)


class Firsts:
    """The state of first-time counts. Not for two threads."""

    def __init__(self, spark: Any, folder: Path) -> None:
        self._spark = spark
        self._folder = folder
        self._number = 0
        self._told: list[_Told] = []
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        spark.createDataFrame([], _SCHEMA).createOrReplaceTempView("first_changes")

    def close(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def forget(self, show_id: str) -> None:
        """Forget one show."""
        for told in self._told:
            told.forgotten.add(show_id)

    def change(self) -> None:
        """Remember the firsts of the views `event` and `first_seen`'s files; makes the view `first_changes`.

        A first of the batch that is neither new nor earlier changes nothing.
        """
        spark = self._spark
        candidates = spark.sql(in_spark(sqlfiles.load("live", "first_candidates"))).persist()
        try:
            candidates.createOrReplaceTempView("first_candidates")
            self._lines(self._told).createOrReplaceTempView("first_told")
            # the state is large and the batch small: only keys of the batch are compared
            spark.sql(
                "select f.* from first_told as f left semi join first_candidates as c on c.key_hash = f.key_hash"
            ).createOrReplaceTempView("first_told_here")
            spark.sql(_LEAST.format(told="first_told_here")).createOrReplaceTempView("first_seen")
            changes = spark.sql(in_spark(sqlfiles.load("live", "first_changes")))
            path = self._write(changes)
        finally:
            candidates.unpersist()
        self._told.append(_Told(path))
        self._read(path).createOrReplaceTempView("first_changes")
        if len(self._told) > MOST_FILES:
            self._gather()

    def _gather(self) -> None:
        """Let all changes but the newest, which may still be read, become one file."""
        *older, newest = self._told
        self._lines(older).createOrReplaceTempView("first_told_all")
        least = self._spark.sql(_LEAST.format(told="first_told_all"))
        path = self._write(
            least.selectExpr("*", "cast(null as bigint) old_occurred_at", "cast(null as string) old_source")
        )
        self._told = [_Told(path), newest]
        for told in older:
            shutil.rmtree(told.path, ignore_errors=True)

    def _lines(self, told: list[_Told]) -> Any:
        """Their lines without those of shows that were forgotten; those that forget nothing are read as one."""
        found = self._read(*(one.path for one in told if not one.forgotten))
        for one in told:
            if one.forgotten:
                lines = self._read(one.path)
                found = found.union(lines.where(~lines.show_id.isin(sorted(one.forgotten))))
        return found

    def _read(self, *paths: Path) -> Any:
        if not paths:
            return self._spark.createDataFrame([], _SCHEMA)
        return self._spark.read.schema(_SCHEMA).parquet(*(path.as_uri() for path in paths))

    def _write(self, lines: Any) -> Path:
        self._number += 1
        path = self._folder / f"{self._number:06d}"
        lines.write.parquet(path.as_uri())
        return path
