"""Making a backup: records first, then the log, then the lake and what else the home holds."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kaibo import __version__
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env
from kaibo.operations.backups import records
from kaibo.operations.backups.contracts import BackupReport, Progress
from kaibo.operations.backups.errors import HomeMoved
from kaibo.operations.backups.keeping import to_prune
from kaibo.operations.backups.store import Store

TRIES = 5
LEFT_OUT = frozenset({"run", "keys", "static", "log", "lake", "inbox", "state", "backups", "scratch", "recordings"})
"""Folders not copied as they lie: secrets, what is made again, hours of sound (the clips of cases are copied), and what
`log_files` and `early_files` name."""

Entry = dict[str, Any]


def back_up(location: str, *, keep: bool = True, progress: Progress | None = None) -> BackupReport:
    """Add a snapshot of this home to a store, then take out those that the policy no longer keeps.

    Raises: BadAddress, StorageFault, OSError (the store is full); HomeMoved when files moved again and again.
    """
    began = time.monotonic()
    store = Store(location)
    known = _known(store)
    for attempt in range(TRIES):
        try:
            snapshot, added = _capture(store, known, progress)
            break
        except (FileNotFoundError, EOFError):  # the lake took a segment in meanwhile: nothing is lost, look again
            time.sleep(0.2 * 2**attempt)
    else:
        raise HomeMoved("files of the log moved while they were copied", fix="run the backup again in a quieter minute")
    store.save(snapshot)
    pruned = to_prune(store.snapshots()) if keep else []
    if pruned:
        store.drop(pruned)
    files: list[Entry] = snapshot["files"]
    return BackupReport(
        snapshot=snapshot["id"],
        location=location,
        files=len(files),
        size=sum(int(file["size"]) for file in files),
        added=added,
        seconds=round(time.monotonic() - began, 3),
        pruned=tuple(pruned),
        keys=key_files(),
    )


def key_files() -> tuple[str, ...]:
    """Secrets of this home that no store ever holds: files, and names of variables."""
    folder = env.home() / "keys"
    files = sorted(str(path) for path in folder.iterdir()) if folder.is_dir() else []
    return (*files, *sorted(one.name for one in env.SETTINGS if one.is_secret and _is_set(one.name)))


def _is_set(name: str) -> bool:
    return bool(env.read(name))


def _known(store: Store) -> dict[tuple[str, int], list[str]]:
    """Pieces of final files of the last snapshot: they need not be read again."""
    names = store.snapshots()
    if not names:
        return {}
    files: list[Entry] = store.load(names[-1])["files"]
    return {(file["name"], file["size"]): file["pieces"] for file in files if file["is_final"]}


def _capture(
    store: Store, known: Mapping[tuple[str, int], list[str]], progress: Progress | None
) -> tuple[dict[str, Any], int]:
    at = clock.now_us()
    early = [_kept_entry(store, kept) for kept in eventlog.early_files()]
    with tempfile.TemporaryDirectory(prefix="backup-", dir=_scratch()) as scratch:
        engine, migrations, figures = records.take_picture(Path(scratch))
        wanted = [*_record_files(Path(scratch), engine), *_home_files()]
        files, added, done = [entry for entry, _ in early], sum(grown for _, grown in early), 0
        total = sum(size for _, _, size, _ in wanted)
        for path, name, size, is_final in wanted:
            pieces = known.get((name, size)) if is_final else None
            if pieces is None:
                with path.open("rb") as file:
                    pieces, grown = store.add(file, size)
                added += grown
            elif not path.exists():
                raise FileNotFoundError(path)
            files.append({"name": name, "size": size, "is_final": is_final, "pieces": pieces})
            done += size
            if progress is not None:
                progress(done, total)
    snapshot = {
        "id": f"{clock.to_datetime(at):%Y%m%dT%H%M%S}-{at % 1_000_000:06d}",
        "taken_at": at,
        "kaibo": __version__,
        "engine": engine,
        "migrations": migrations,
        "figures": figures,
        "settings": {one.name: env.read(one.name) for one in env.SETTINGS if _is_plain(one)},
        "files": files,
    }
    return snapshot, added


def _kept_entry(store: Store, kept: eventlog.KeptFile) -> tuple[Entry, int]:
    with (env.home() / kept.name).open("rb") as file:
        pieces, grown = store.add(file, kept.size)
    return {"name": kept.name, "size": kept.size, "is_final": False, "pieces": pieces}, grown


def _is_plain(one: env.Setting) -> bool:
    """A database address holds a password, so it stays out with the secrets."""
    return not one.is_secret and one.name != "KAIBO_DATABASE_URL"


def _scratch() -> Path:
    folder = env.home() / "scratch"
    folder.mkdir(exist_ok=True)
    return folder


Wanted = tuple[Path, str, int, bool]


def _record_files(folder: Path, engine: str) -> Iterator[Wanted]:
    prefix = "" if engine == "sqlite" else f"{records.FOLDER}/"
    for path in sorted(folder.iterdir()):
        yield path, prefix + path.name, path.stat().st_size, False


def _home_files() -> Iterator[Wanted]:
    home = env.home()
    for kept in eventlog.log_files():
        yield home / kept.name, kept.name, kept.size, kept.is_final
    for entry in sorted(home.iterdir()):
        if entry.is_dir() and entry.name not in LEFT_OUT:
            for path in sorted(entry.rglob("*")):
                if path.is_file() and path.suffix != ".tmp":
                    yield path, path.relative_to(home).as_posix(), path.stat().st_size, False
