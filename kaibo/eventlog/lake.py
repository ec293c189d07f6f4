"""The lake: sealed and counted segments as Parquet by hour of receipt, sorted by show; a show's own file after it.

A manifest names the files that count. Lines without a show go to a file of their own (`loose`), because an
order's later events name only their order and belong to any show until that is known.
"""

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import duckdb
import msgspec

from kaibo.eventlog.contracts import BatchRef, Sources
from kaibo.eventlog.errors import DamagedLake, DamagedSegment, LogBusy
from kaibo.eventlog.locks import LockFile
from kaibo.eventlog.segments import Segment, batches_of, read_batch, segments
from kaibo.kit import env
from kaibo.kit.clock import to_datetime
from kaibo.kit.durable import write_durably

SEGMENTS_PER_FILE = 8

_TEXT = (
    *("event_id", "kind", "platform", "room_id", "show_id", "viewer_id", "traffic_source", "product_id", "sku_id"),
    *("link_no", "order_id", "host_id", "currency", "text", "feed_id", "raw_ref", "ingest_id", "translator_version"),
)
_WHOLE = ("occurred_at", "quantity", "amount_minor", "count", "duration_ms", "seq", "received_at", "sign")
COLUMNS: dict[str, str] = {**dict.fromkeys(_TEXT, "varchar"), **dict.fromkeys(_WHOLE, "bigint"), "attrs": "json"}
"""Columns of a stored line and their types, for readers of segments; Parquet has `attrs` as JSON text and `writer`."""

_FORM = "format parquet, compression zstd, compression_level 1, write_bloom_filter false, dictionary_size_limit 1000"
"""Filters cost a tenth and nobody asks them; a dictionary of ids costs a fifth and saves nothing; higher levels of
zstd cost more and save two percent."""


class LakeFile(msgspec.Struct, omit_defaults=True, frozen=True):
    """One entry of the manifest. `covers` names the hourly files whose lines of its show a show's file replaces."""

    name: str
    form: str  # hour | loose | show
    rows: int
    shows: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


class Manifest(msgspec.Struct):
    """What the lake holds: files, and the segments (file names) that are in them."""

    files: list[LakeFile] = []
    segments: set[str] = set()


def lake_folder() -> Path:
    return env.home() / "lake"


_cached: dict[Path, tuple[tuple[int, int], Manifest]] = {}
_cache_lock = threading.Lock()


def manifest() -> Manifest:
    """The manifest as it is now; treat it as read-only. Cost: one stat while it is unchanged."""
    path = lake_folder() / "manifest.json"
    try:
        stat = path.stat()
    except FileNotFoundError:
        return Manifest()
    stamp = (stat.st_mtime_ns, stat.st_ino)
    with _cache_lock:
        known = _cached.get(path)
        if known is None or known[0] != stamp:
            known = _cached[path] = (stamp, msgspec.json.decode(path.read_bytes(), type=Manifest))
        return known[1]


@contextmanager
def changing() -> Iterator[Manifest]:
    """The manifest to change, written back at the end; one process at a time."""
    lock = LockFile(lake_folder() / "lock")
    if not lock.take():
        raise LogBusy(f"process {lock.holder()} is writing the lake", fix="try again when it is done")
    try:
        held = manifest()
        changed = Manifest(list(held.files), set(held.segments))
        yield changed
        write_durably(lake_folder() / "manifest.json", msgspec.json.encode(changed))
    finally:
        lock.release()


def connect() -> duckdb.DuckDBPyConnection:
    """A small DuckDB of its own: one thread, at most a gigabyte, spilling into the lake's folder."""
    spill = lake_folder() / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    return duckdb.connect(config={"threads": "1", "memory_limit": "1GB", "temp_directory": str(spill)})


def select_lines(files: list[Path], writer: str) -> str:
    """SQL that reads NDJSON files of one writer as typed rows; nothing malformed is skipped over."""
    listed = ", ".join(quoted(str(path)) for path in files)
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    plain = ", ".join(f'"{name}"' for name in COLUMNS if name not in {"attrs", "sign"})
    return (
        f"select {plain}, coalesce(sign, 1) as sign, cast(attrs as varchar) as attrs, {quoted(writer)} as writer "  # noqa: S608
        f"from read_json([{listed}], format = 'newline_delimited', columns = {{{types}}})"
    )


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def lake_sealed(counted: Mapping[str, int], *, connection: duckdb.DuckDBPyConnection | None = None) -> list[Path]:
    """Write sealed segments that are counted up to `counted[writer]` as Parquet; the new files.

    Shape: repeating it writes nothing new. Raises: DamagedSegment after every whole segment is written, DamagedLake;
    then the manifest is unchanged.
    """
    ready = [segment for segment in segments() if _is_ready(segment, counted)]
    if not ready:
        return []
    lake_folder().mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    damage: DamagedSegment | None = None
    work = connection or connect()
    try:
        with changing() as changed:
            for together in _by_hour([one for one in ready if one.path.name not in changed.segments]):
                files, written, error = _write_whole(work, together)
                damage = damage or error
                changed.files += files
                changed.segments.update(segment.path.name for segment in written)
                made += [lake_folder() / file.name for file in files]
    finally:
        if connection is None:
            work.close()
    if damage is not None:
        raise damage
    return made


def lake_staged(
    whole: Sequence[Sequence[BatchRef]], *, lines: str, connection: duckdb.DuckDBPyConnection
) -> list[Path]:
    """Write whole sealed segments as Parquet from the verified lines that the counter read already; the new files.

    `lines` is SQL that gives them as `COLUMNS` without `writer`. Call it only once they are counted: the lake comes
    last. Shape: as `lake_sealed`, which takes what this leaves out. Raises: DamagedLake, LogBusy.
    """
    if not whole:
        return []
    lake_folder().mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    with changing() as changed:
        new = [one for one in whole if one[0].path.name not in changed.segments]
        for (writer, _), together in groupby(new, key=lambda one: (one[0].writer, _hour_of(one[0]))):
            refs = [ref for one in together for ref in one]
            span = f"seq between {refs[0].from_seq} and {refs[-1].to_seq}"
            query = f"select *, {quoted(writer)} as writer from ({lines}) where {span}"  # noqa: S608
            files = _write_lines(connection, query, refs)
            changed.files += files
            changed.segments.update(ref.path.name for ref in refs)
            made += [lake_folder() / file.name for file in files]
    return made


def _write_whole(
    work: duckdb.DuckDBPyConnection, together: list[Segment]
) -> tuple[list[LakeFile], list[Segment], DamagedSegment | None]:
    """Files, the segments in them, and the first damage: a damaged segment waits and holds no other up."""
    try:
        return _write_hour(work, together), together, None
    except DamagedSegment as error:
        if len(together) == 1:
            return [], [], error
    files: list[LakeFile] = []
    written: list[Segment] = []
    damage: DamagedSegment | None = None
    for segment in together:
        some, whole, found = _write_whole(work, [segment])
        files, written, damage = files + some, written + whole, damage or found
    return files, written, damage


def _is_ready(segment: Segment, counted: Mapping[str, int]) -> bool:
    if segment.path.name in manifest().segments or not segment.ids_path.exists():
        return False
    refs = batches_of(segment)
    return bool(refs) and refs[-1].to_seq <= counted.get(segment.writer, 0)


def _hour(segment: Segment) -> str:
    return _hour_of(batches_of(segment)[0])


def _hour_of(ref: BatchRef) -> str:
    return f"{to_datetime(ref.committed_at):%Y%m%d/%H}"


def _by_hour(ready: list[Segment]) -> Iterator[list[Segment]]:
    together: list[Segment] = []
    for segment in ready:
        first = together[0] if together else segment
        if (first.writer, _hour(first)) != (segment.writer, _hour(segment)) or len(together) == SEGMENTS_PER_FILE:
            yield together
            together = []
        together.append(segment)
    if together:
        yield together


def _write_hour(work: duckdb.DuckDBPyConnection, together: list[Segment]) -> list[LakeFile]:
    refs = [ref for segment in together for ref in batches_of(segment)]
    for ref in refs:
        read_batch(ref)  # raises DamagedSegment before any engine reads the file
    paths = [segment.path for segment in together]
    try:
        return _write_lines(work, select_lines(paths, refs[0].writer), refs)
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise DamagedSegment(
            f"{', '.join(path.name for path in paths)}: no engine reads its lines: {str(error)[:300]}",
            fix="restore the file from a backup; it stays out of the lake until then",
        ) from error


def _write_lines(work: duckdb.DuckDBPyConnection, query: str, refs: list[BatchRef]) -> list[LakeFile]:
    """The lines of these batches, which `query` gives, as the files of their hour."""
    expected = sum(ref.to_seq - ref.from_seq + 1 for ref in refs)
    stem = f"{_hour_of(refs[0])}/{refs[0].writer}-{refs[0].from_seq:015d}-{refs[-1].to_seq:015d}"
    every = lake_folder() / f"{stem}.lines"
    every.parent.mkdir(parents=True, exist_ok=True)
    found = write_parquet(work, query, every)
    try:
        if found != expected:
            raise DamagedLake(f"{stem}: {found} rows read where {expected} were acknowledged")
        files = _divide(work, every, stem)
        if sum(file.rows for file in files) != expected:
            raise DamagedLake(f"{stem}: the files hold other rows than the {expected} of the segments")
    finally:
        every.unlink(missing_ok=True)
    return files


def _divide(work: duckdb.DuckDBPyConnection, every: Path, stem: str) -> list[LakeFile]:
    """The lines of shows and those without one apart; lines of a single show are well as they are.

    They lie in order of seq, which is nearly that of time, and `rewrite_show` sorts them for good.
    """
    held = f"read_parquet({quoted(str(every))})"
    found = work.execute(f"select show_id, count(*) from {held} group by 1 order by 1").fetchall()  # noqa: S608
    shows = tuple(str(show) for show, _ in found if show is not None)
    hour, apart = f"{stem}.parquet", f"{stem}.loose.parquet"
    if len(found) == 1:
        name, form = (hour, "hour") if shows else (apart, "loose")
        every.replace(lake_folder() / name)
        return [LakeFile(name, form, int(found[0][1]), shows)]
    files = []
    for name, form, where, names in ((hour, "hour", "is not null", shows), (apart, "loose", "is null", ())):
        query = f"select * from {held} where show_id {where} order by show_id, occurred_at, seq"  # noqa: S608
        files.append(LakeFile(name, form, write_parquet(work, query, lake_folder() / name), names))
    return [file for file in files if file.rows]


def write_parquet(work: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write a query's rows, read the file back for their number, then give it its name; an empty one is left out."""
    temporary = path.with_name(path.name + ".tmp")
    work.execute(f"copy ({query}) to {quoted(str(temporary))} ({_FORM})")
    found = work.execute(f"select count(*) from read_parquet({quoted(str(temporary))})").fetchone()  # noqa: S608
    rows = int(found[0]) if found else 0
    if rows:
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    else:
        temporary.unlink()
    return rows


def _present(files: Sequence[LakeFile]) -> tuple[Path, ...]:
    """Where these files lie; what this home has lost comes back from KAIBO_LAKE first."""
    from kaibo.eventlog.lakeaway import bring_back

    bring_back(files)
    return tuple(lake_folder() / file.name for file in files)


def sources_of(show_id: str) -> Sources:
    """Files and batches that together hold every line of the show once, and every line without a show."""
    held = manifest()
    covered = {name for file in held.files if file.form == "show" and show_id in file.shows for name in file.covers}
    chosen = [
        file for file in held.files if file.form == "loose" or (show_id in file.shows and file.name not in covered)
    ]
    return Sources(_present(chosen), unlaked(held))


def every_source() -> Sources:
    """Files and batches that together hold every line once."""
    held = manifest()
    return Sources(_present([file for file in held.files if file.form != "show"]), unlaked(held))


def unlaked(held: Manifest) -> tuple[BatchRef, ...]:
    return tuple(ref for one in segments() if one.path.name not in held.segments for ref in batches_of(one))


def rewrite_show(show_id: str) -> Path | None:
    """Gather what the lake holds of a show into one sorted file, without pairs of + and −; None when it has nothing.

    Shape: later lines of the show stay in their hourly files and are read beside it; calling it again takes them in.
    """
    lake_folder().mkdir(parents=True, exist_ok=True)
    with changing() as changed:
        hours = [file for file in changed.files if file.form == "hour" and show_id in file.shows]
        if not hours:
            return None
        old = [file for file in changed.files if file.form == "show" and show_id in file.shows]
        digest = hashlib.sha256(show_id.encode()).hexdigest()[:16]
        name = f"shows/{digest}-{len(hours):06d}.parquet"
        path = lake_folder() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        listed = ", ".join(quoted(str(each)) for each in _present(hours))
        query = (
            f"select * from read_parquet([{listed}]) where show_id = {quoted(show_id)} "  # noqa: S608
            "window same as (partition by platform, room_id, event_id, occurred_at) qualify sign > 0 "
            "and sum(sign) over same > 0 and row_number() over (same order by sign desc, seq desc) = 1 "
            "order by occurred_at, seq"
        )
        work = connect()
        try:
            rows = write_parquet(work, query, path)
        finally:
            work.close()
        made = LakeFile(name, "show", rows, (show_id,), tuple(file.name for file in hours))
        changed.files = [file for file in changed.files if file not in old] + ([made] if rows else [])
    for file in old:
        if file.name != name:
            (lake_folder() / file.name).unlink(missing_ok=True)
    return path if rows else None
