"""The lake at an address (KAIBO_LAKE): every file of it sent there and seen to be there, its list last.

The home writes and reads its own lake and never waits for the address: what could not be sent is sent later. The list
there names size and checksum of each file, so that another home, or another tool, reads what was meant. A file that
the home has lost comes back from there, checked, when somebody reads it.
"""

import hashlib
import logging
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kaibo.eventlog.errors import DamagedLake
from kaibo.eventlog.lake import LakeFile, lake_folder, manifest
from kaibo.eventlog.locks import LockFile
from kaibo.eventlog.recovery import identity_of_home
from kaibo.kit import env
from kaibo.kit.clock import now_us
from kaibo.kit.durable import write_durably
from kaibo.kit.errors import Conflict, KaiboError
from kaibo.kit.storage import Storage

log = logging.getLogger("kaibo.eventlog")

LIST = "lake.json"
PACE_SECONDS = 10.0
"""A file of the lake is an hour of a show or the end of an import; ten seconds later it is elsewhere too."""
_CHUNK = 16 * 1024 * 1024


class Sent(msgspec.Struct, frozen=True):
    """A file that is there: its size and SHA-256."""

    size: int
    sha256: str


class Listed(msgspec.Struct, omit_defaults=True, frozen=True):
    """A file as the list there names it."""

    name: str
    form: str
    rows: int
    size: int
    sha256: str
    shows: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


class Listing(msgspec.Struct):
    """What `lake.json` there holds: whose lake it is, its files, and the segments that are in them."""

    writer: str
    written_at: int
    files: list[Listed] = []
    segments: list[str] = []


class Known(msgspec.Struct, omit_defaults=True):
    """What this home remembers of the address. `trouble` is why the last try failed, since `trouble_at`."""

    address: str = ""
    files: dict[str, Sent] = {}
    listed: str = ""
    trouble: str = ""
    code: str = ""
    fix: str = ""
    trouble_at: int | None = None


@dataclass(frozen=True, slots=True)
class LakeAway:
    """How the lake at its address stands: `files` are there, `waiting` are not yet; `trouble` says why, '' is none."""

    address: str
    files: int
    waiting: int
    waiting_bytes: int
    trouble: str = ""
    code: str = ""
    fix: str = ""
    trouble_at: int | None = None


class OthersLake(Conflict):
    """Another home's lake lies at the address."""

    code = "others_lake"


def lake_away() -> LakeAway | None:
    """The lake at KAIBO_LAKE; None where that is not set. Cost: two stats while nothing changes."""
    address = env.read("KAIBO_LAKE")
    if not address:
        return None
    known = _known(address)
    waiting = [file for file in manifest().files if file.name not in known.files]
    size = sum(path.stat().st_size for path in map(_here, waiting) if path.exists())
    there = len(manifest().files) - len(waiting)
    return LakeAway(address, there, len(waiting), size, known.trouble, known.code, known.fix, known.trouble_at)


def send_lake() -> int:
    """Send what is not there yet, then the list, then take away what no list names; how many files were sent.

    Shape: each file that arrived is remembered at once; a try that breaks off goes on there. Nothing where KAIBO_LAKE
    is not set, or where another process is sending. Raises: StorageFault, BadAddress, OthersLake.
    """
    address = env.read("KAIBO_LAKE")
    lock = LockFile(lake_folder() / "away.lock")
    if not address or not lock.take():
        return 0
    known = _known(address)
    try:
        sent = _send(Storage(address), known)
    except KaiboError as error:
        _keep(_in_trouble(known, error))
        raise
    finally:
        lock.release()
    return sent


def _send(place: Storage, known: Known) -> int:
    held = manifest()
    if not held.files and not known.files:
        return 0
    if not known.files:
        _refuse_others(place)
    sent = 0
    for file in held.files:
        if file.name not in known.files and _here(file).exists():  # else it was written anew meanwhile
            summed = _summed(_here(file))
            place.send(_here(file), file.name)
            known.files[file.name] = summed
            _keep(known)
            sent += 1
    named = {file.name for file in held.files}
    if named <= known.files.keys() and (known.trouble or known.listed != _mark(named)):
        place.write(LIST, msgspec.json.encode(_listing(held.files, held.segments, known)))
        _forget(place, known, named)
        known.listed, known.trouble, known.code, known.fix, known.trouble_at = _mark(named), "", "", "", None
        _keep(known)
    return sent


def _forget(place: Storage, known: Known, named: Collection[str]) -> None:
    """Take away files that the lake has replaced: they may hold words that were to be forgotten."""
    for name in sorted(known.files.keys() - named):
        if place.has(name):
            place.delete(name)
        del known.files[name]


def _refuse_others(place: Storage) -> None:
    try:
        there = msgspec.json.decode(place.read(LIST), type=Listing)
    except FileNotFoundError:
        return
    except msgspec.MsgspecError as error:
        raise OthersLake(
            f"{place.path(LIST)} is no list of a lake: {error}", fix="give KAIBO_LAKE an empty folder"
        ) from (error)
    if there.writer != identity_of_home()[0]:
        raise OthersLake(
            f"{place.address} holds the lake of another home, {there.writer}", fix="give each home a folder of its own"
        )


def bring_back(files: Iterable[LakeFile]) -> int:
    """Fetch those of these files that this home has lost; how many. Raises: DamagedLake by name, StorageFault."""
    missing = [file for file in files if not _here(file).exists()]
    address = env.read("KAIBO_LAKE")
    if not missing or not address:
        return 0
    place, known = Storage(address), _known(address)
    brought = 0
    for file in missing:
        wanted = known.files.get(file.name)
        if wanted is None:
            continue
        try:
            place.fetch(file.name, _here(file))
        except FileNotFoundError:
            raise _damaged(place, file, "is missing") from None
        if _summed(_here(file)) != wanted:
            _here(file).unlink()
            raise _damaged(place, file, "is not what was sent")
        brought += 1
    return brought


def _damaged(place: Storage, file: LakeFile, says: str) -> DamagedLake:
    return DamagedLake(
        f"{file.name} cannot be brought back: {place.path(file.name)} {says}", fix="restore the file from a backup"
    )


class LakeSender(threading.Thread):
    """Sends again and again while the server runs; what fails is said once and tried again, ever more slowly."""

    def __init__(self, *, seconds: float = PACE_SECONDS) -> None:
        super().__init__(name="lake sender", daemon=True)
        self._stopped = threading.Event()
        self._seconds = seconds

    def run(self) -> None:
        pause = self._seconds
        while not self._stopped.wait(pause):
            try:
                send_lake()
                pause = self._seconds
            except (KaiboError, OSError) as error:
                if pause == self._seconds:
                    log.error("the lake waits to be sent: %s", getattr(error, "sentence", error))
                pause = min(2 * pause, 20 * self._seconds)

    def stop(self) -> None:
        """Let it end; a file on its way is sent again at the next start."""
        self._stopped.set()
        if self.is_alive():
            self.join(timeout=5)


def _here(file: LakeFile) -> Path:
    return lake_folder() / file.name


def _summed(path: Path) -> Sent:
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            digest.update(data)
            size += len(data)
    return Sent(size, digest.hexdigest())


def _mark(names: Collection[str]) -> str:
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def _listing(files: Iterable[LakeFile], segments: Collection[str], known: Known) -> Listing:
    listed = []
    for file in files:
        sent = known.files[file.name]
        listed.append(Listed(file.name, file.form, file.rows, sent.size, sent.sha256, file.shows, file.covers))
    return Listing(identity_of_home()[0], now_us(), listed, sorted(segments))


def _known(address: str) -> Known:
    try:
        known = msgspec.json.decode((lake_folder() / "away.json").read_bytes(), type=Known)
    except FileNotFoundError:
        known = Known()
    return known if known.address == address else Known(address)


def _keep(known: Known) -> None:
    write_durably(lake_folder() / "away.json", msgspec.json.encode(known))


def _in_trouble(known: Known, error: KaiboError) -> Known:
    known.trouble, known.code, known.fix = error.sentence, error.code, error.fix
    known.trouble_at = known.trouble_at or now_us()
    return known
