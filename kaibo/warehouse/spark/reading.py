"""What runs inside Spark's workers: spans of the log become typed rows, as Arrow batches.

The lines are read and typed by the statements of `staging/` in a DuckDB that lives for one part, so that both engines
count the same rows. Nothing here needs Django or a home.
"""

import os
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from kaibo.warehouse import sqlfiles
from kaibo.warehouse.typed import make_types

BAD_LINES = "kaibo: bad lines: "
"""Begins what a worker says of content, so that the driver tells it from a machine that failed."""
ROWS = 50_000  # rows of one Arrow batch
PART_BYTES = 8 * 1024 * 1024
"""Lines that one task reads: small enough that a lost worker costs little, large enough that starting costs less."""
_READ_BYTES = 4 * 1024 * 1024
COLUMNS = (
    *(
        "show_id",
        "platform",
        "room_id",
        "event_id",
        "kind",
        "occurred_at",
        "minute_us",
        "second_us",
        "source",
        "product",
    ),
    *("viewer_id", "product_id", "sku_id", "link_no", "order_id", "host_id", "quantity", "amount_minor", "currency"),
    *("counted", "text", "duration_ms", "feed_id", "seq", "sign", "attrs_json"),
)
"""What statements read of a line; the rest is for the lake."""
_TEXTS = ("kind", "attrs_json")  # DuckDB keeps them as a number and as JSON

Reader = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class Span:
    """A batch of the log, where it lies."""

    path: str
    offset: int
    length: int
    crc32: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one task reads: spans and bytes of NDJSON, or files of the lake without some (writer, from, to)."""

    spans: tuple[Span, ...] = ()
    chunks: tuple[bytes, ...] = ()
    lake: tuple[str, ...] = ()
    without: tuple[tuple[str, int, int], ...] = ()
    show_id: str | None = None


def is_whole(span: Span) -> bool:
    """Whether the span lies there with the checksum it was written with."""
    left, found = span.length, 0
    try:
        with open(span.path, "rb") as file:
            file.seek(span.offset)
            while left and (read := file.read(min(left, _READ_BYTES))):
                found, left = zlib.crc32(read, found), left - len(read)
    except FileNotFoundError:
        return False
    return not left and found == span.crc32


def damage_reader(groups: Sequence[Sequence[tuple[int, Span]]]) -> Reader:
    """Row n of the input looks at the spans of group n; out come the numbers of those that are damaged."""

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for group in batch.column(0).to_pylist():
                bad = [number for number, span in groups[group] if not is_whole(span)]
                yield pa.record_batch([pa.array(bad, pa.int64())], names=["number"])

    return look


def line_reader(parts: Sequence[Part]) -> Reader:
    """Row n of the input is part n; out come its lines as `staging/events.sql` types them."""

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from _lines(parts[number])

    return read


def plain_reader(parts: Sequence[Part], names: Sequence[str]) -> Reader:
    """Row n of the input is part n; out come these fields of its lines as they are stored."""

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                if number < len(parts):
                    yield from _plain(parts[number], names)

    return read


def statement_reader(name: str) -> Reader:
    """Rows of `event` in, the answer of `staging/<name>.sql` out, a batch at a time: it looks at one line only."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        duck = connect()
        try:
            for batch in batches:
                duck.register("event", pa.Table.from_batches([batch]))
                yield from duck.sql(sqlfiles.load("staging", name)).to_arrow_reader(ROWS)
        except duckdb.Error as error:
            raise ValueError(f"{BAD_LINES}{type(error).__name__}: {error}") from None
        finally:
            duck.close()

    return run


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB for one task."""
    duck = duckdb.connect(":memory:", config={"threads": "1", "memory_limit": "512MB"})
    make_types(duck)
    return duck


def schemas() -> dict[str, pa.Schema]:
    """What `line_reader` and `statement_reader("stated")` give."""
    duck = connect()
    try:
        event = duck.sql(_typed("read_segment", " and false"), params=[[os.devnull]]).to_arrow_table()
        duck.register("event", event)
        return {"event": event.schema, "stated": duck.sql(sqlfiles.load("staging", "stated")).to_arrow_table().schema}
    finally:
        duck.close()


def _typed(read: str, where: str) -> str:
    """The select of `staging/<read>.sql` with the types that Spark has; `where` narrows the lines."""
    named = ", ".join(f"cast({name} as varchar) as {name}" if name in _TEXTS else name for name in COLUMNS)
    held = f"select * from ({sqlfiles.load('staging', read)}) where true{where}"  # noqa: S608 - our own files
    return f"with e as ({held}) select {named} from ({sqlfiles.load('staging', 'events')}) as typed"  # noqa: S608


def _plain(part: Part, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    named = ", ".join("coalesce(sign, 1) as sign" if name == "sign" else name for name in names)
    duck = connect()
    try:
        with tempfile.TemporaryDirectory(prefix="kaibo-part-") as folder:
            spool = Path(folder) / "lines.ndjson"
            if _spool(part, spool):
                query = f"select {named} from ({sqlfiles.load('staging', 'read_segment')})"  # noqa: S608 - our own names
                yield from duck.sql(query, params=[[str(spool)]]).to_arrow_reader(ROWS)
    except duckdb.Error as error:
        raise ValueError(f"{BAD_LINES}{type(error).__name__}: {error}") from None
    finally:
        duck.close()


def _lines(part: Part) -> Iterator[pa.RecordBatch]:
    duck = connect()
    where, values = ("", []) if part.show_id is None else (" and show_id = ?", [part.show_id])
    try:
        with tempfile.TemporaryDirectory(prefix="kaibo-part-") as folder:
            spool = Path(folder) / "lines.ndjson"
            if _spool(part, spool):
                query = _typed("read_segment", where)
                yield from duck.sql(query, params=[[str(spool)], *values]).to_arrow_reader(ROWS)
        if part.lake:
            out = "".join(" and not (writer = ? and seq between ? and ?)" for _ in part.without)
            spans = [each for span in part.without for each in span]
            query = _typed("read_lake", where + out)
            yield from duck.sql(query, params=[list(part.lake), *values, *spans]).to_arrow_reader(ROWS)
    except duckdb.Error as error:
        raise ValueError(f"{BAD_LINES}{type(error).__name__}: {error}") from None
    finally:
        duck.close()


def _spool(part: Part, path: Path) -> int:
    """Write the lines where DuckDB reads them, each span checked again: it may have changed since it was looked at."""
    with path.open("wb") as out:
        for data in part.chunks:
            out.write(data)
            out.write(b"" if data.endswith(b"\n") else b"\n")
        for span in part.spans:
            out.write(_read(span))
        return out.tell()


def _read(span: Span) -> bytes:
    try:
        with open(span.path, "rb") as file:
            file.seek(span.offset)
            data = file.read(span.length)
    except FileNotFoundError:
        data = b""
    if len(data) != span.length or zlib.crc32(data) != span.crc32:
        raise ValueError(f"{BAD_LINES}{Path(span.path).name} at {span.offset} does not match its checksum")
    return data
