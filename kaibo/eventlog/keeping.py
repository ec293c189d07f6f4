"""What of the log a backup has to keep: only what was acknowledged, each file up to where it is whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kaibo.eventlog.lake import lake_folder, manifest
from kaibo.eventlog.lakeaway import bring_back
from kaibo.eventlog.segments import RECORD, batches_of, forget_listing, log_folder, segments
from kaibo.eventlog.spool import SUFFIX, spool_folder
from kaibo.kit import env


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file by its path below the home and the number of bytes that count. A final one never changes again."""

    name: str
    size: int
    is_final: bool


def early_files() -> Iterator[KeptFile]:
    """Deliveries that wait to be brought into the records: to be copied before the records are.

    One that is brought in meanwhile is then in both copies, and the inbox takes it once; the other way round it would
    be in neither.
    """
    folder = spool_folder()
    for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
        yield _kept(path, path.stat().st_size)


def log_files() -> Iterator[KeptFile]:
    """Files of the log and then of the lake, in the order in which they must be copied.

    Shape: a segment's index comes before its data, both cut at the last acknowledged batch; the lake's list of files
    comes before the files it names, so that a copy holds every line at least once. A file that is gone when its turn
    comes was folded into the lake meanwhile: begin again.
    """
    forget_listing()
    for path in (log_folder() / "writer", log_folder() / "shards.json"):
        if path.exists():
            yield _kept(path, path.stat().st_size)
    for segment in segments():
        refs = batches_of(segment)
        if not refs:
            continue
        is_sealed = segment.ids_path.exists()
        yield _kept(segment.index_path, len(refs) * RECORD.size, is_final=is_sealed)
        size = refs[-1].offset + refs[-1].length
        if is_sealed and segment.path.stat().st_size == 0:
            size = 0  # emptied by retention: the lake holds its lines
        yield _kept(segment.path, size, is_final=is_sealed)
        if is_sealed:
            yield _kept(segment.ids_path, segment.ids_path.stat().st_size, is_final=True)
    listed = lake_folder() / "manifest.json"
    if listed.exists():
        held = manifest()
        bring_back(held.files)
        yield _kept(listed, listed.stat().st_size)
        for file in held.files:
            path = lake_folder() / file.name
            yield _kept(path, path.stat().st_size, is_final=True)


def _kept(path: Path, size: int, *, is_final: bool = False) -> KeptFile:
    return KeptFile(path.relative_to(env.home()).as_posix(), size, is_final)
