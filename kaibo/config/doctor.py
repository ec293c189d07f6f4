"""What `kaibo doctor` looks at: each check gives one line with the fix."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kaibo.kit import env
from kaibo.kit.errors import KaiboError
from kaibo.kit.money import MINOR_DIGITS

LEAST_FREE = 512 * 1024 * 1024  # below this the log refuses
LITTLE_FREE = 5 * 1024 * 1024 * 1024
LATE_SECONDS = 30.0
JAVA_MAJORS = ("17", "21")  # what Spark 4 runs on


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: ok, warn (works, look at it) or fail (does not work)."""

    check: str
    status: Literal["ok", "warn", "fail"]
    says: str
    fix: str = ""


Check = Callable[[], Iterator[Finding]]


def examine() -> list[Finding]:
    """Every finding, in order; a check that breaks is one too. What stands on broken ground is not looked at."""
    findings: list[Finding] = []
    for checks in ((python, settings, home), (records,), (log, processes, counter, lake, backups, people)):
        findings += [found for check in checks for found in _run(check)]
        if any(found.status == "fail" for found in findings):
            break
    return findings + [found for check in (files, programs) for found in _run(check)]


def _run(check: Check) -> Iterator[Finding]:
    name = check.__name__
    try:
        yield from check()
    except KaiboError as error:
        yield Finding(name, "fail", error.sentence, error.fix)
    except Exception as error:  # noqa: BLE001 - the doctor reports whatever is broken, that is what it is for
        yield Finding(name, "fail", f"{type(error).__name__}: {error}", "this should not happen; report it")


def python() -> Iterator[Finding]:
    """The interpreter."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("python", "ok", f"Python {version}")


def settings() -> Iterator[Finding]:
    """Every setting can be read; unknown KAIBO_ names are usually misspelt."""
    from kaibo.config.server import check_settings

    check_settings()
    known = {setting.name for setting in env.SETTINGS} | {"KAIBO_TOKEN"}
    strange = sorted(name for name in os.environ if name.startswith("KAIBO_") and name not in known)
    for name in strange:
        yield Finding("settings", "warn", f"{name} is no setting of Kaibo", "look at docs/reference/settings.md")
    currency = env.read("KAIBO_CURRENCY")
    if currency not in MINOR_DIGITS:
        yield Finding(
            "settings",
            "warn",
            f"KAIBO_CURRENCY={currency} is unknown, two decimals are assumed",
            "use an ISO 4217 code",
        )
    if env.read_flag("KAIBO_DEBUG"):
        yield Finding("settings", "warn", "KAIBO_DEBUG is on", "set KAIBO_DEBUG=0 on a reachable host")
    yield Finding("settings", "ok", f"zone {env.read('KAIBO_ZONE')}, {'PostgreSQL' if _url() else 'SQLite'}")


def _url() -> str:
    return env.read("KAIBO_DATABASE_URL")


def home() -> Iterator[Finding]:
    """The folder that holds everything: writable, with room, keys only for us."""
    folder = env.home()
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as probe:
            os.fsync(probe.fileno())
    except OSError as error:
        yield Finding(
            "home", "fail", f"{folder} cannot be written: {error.strerror}", "correct its owner or KAIBO_HOME"
        )
        return
    yield Finding("home", "ok", str(folder))
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB free"
    if free < LEAST_FREE:
        yield Finding("disk", "fail", says, "free space: the log takes nothing below 0.5 GB")
    elif free < LITTLE_FREE:
        yield Finding("disk", "warn", says, "a busy month takes a few GB; free some space soon")
    else:
        yield Finding("disk", "ok", says)
    for path in (folder / "keys").glob("*"):
        if os.name == "posix" and path.stat().st_mode & 0o077:
            yield Finding("keys", "fail", f"{path.name} can be read by others", f"chmod 600 {path}")


def records() -> Iterator[Finding]:
    """The database answers and is up to date."""
    from kaibo.config.cli import start_django

    start_django()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    try:
        connection.ensure_connection()
    except OperationalError as error:
        fix = "look at KAIBO_DATABASE_URL and whether the database runs" if _url() else "look at the folder's rights"
        yield Finding("records", "fail", f"the database does not answer: {str(error).strip()}", fix)
        return
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield Finding("records", "fail", f"{len(waiting)} migrations wait", "kaibo serve, or kaibo manage migrate")
        return
    yield Finding("records", "ok", f"{connection.vendor}, up to date")


def log() -> Iterator[Finding]:
    """Who holds the log, and whether it takes events."""
    from kaibo.eventlog import api as eventlog
    from kaibo.eventlog.shards import agreed

    number = agreed().number
    for shard in range(number):
        yield from _holder(shard, f"shard {shard} of {number}: " if number > 1 else "")
    status = eventlog.status()
    yield Finding("log", "ok", f"{status.segments} segments, {status.bytes_total / 1e6:.1f} MB")
    if status.is_refusing:
        yield Finding("log", "fail", f"it refuses events: {status.reason}", "see the line above")
    if status.quarantined:
        yield Finding("log", "warn", f"{status.quarantined} lines are set aside", "kaibo quarantine list, then replay")


def _holder(shard: int, which: str) -> Iterator[Finding]:
    """Who holds the log, or a shard of it."""
    from kaibo.eventlog import api as eventlog
    from kaibo.eventlog.log import log_lock

    lock, address = log_lock(shard), eventlog.server_address(shard)
    is_free = lock.is_free()
    if is_free and address is not None:
        says = f"{which}the last server did not stop in order"
        yield Finding("log", "warn", says, "start `kaibo serve`: it recovers by itself")
    elif is_free:
        yield Finding("log", "ok", f"{which}nobody writes now; the first who comes may")
    elif address is None:
        says = f"{which}process {lock.holder()} writes and no server runs"
        yield Finding("log", "warn", says, "wait until it is done")
    else:
        yield Finding("log", "ok", f"{which}held by the server at {address.url}")


def processes() -> Iterator[Finding]:
    """Servers and workers that live, and what each holds; the counter with them."""
    from kaibo.eventlog import api as eventlog
    from kaibo.eventlog import hung
    from kaibo.eventlog.log import log_lock
    from kaibo.warehouse.counter import counter_lock

    locks, counting = [log_lock(shard) for shard in range(eventlog.count_shards())], counter_lock()
    silent = {one.instance for one in hung.silent_now()}
    for one in eventlog.processes():
        where = f"process {one.pid} on {one.machine}"
        held = [str(shard) for shard, lock in enumerate(locks) if lock.is_held_by(one.instance)]
        if one.does != "serve":
            yield Finding("processes", "ok", f"{where}: background work")
        elif one.instance in silent:
            says = f"{where}, {one.url}: holds the log and does not answer"
            yield Finding("processes", "fail", says, hung.fix_of(one))
        elif held:
            what = "the log" if len(locks) == 1 else f"shard {', '.join(held)} of the log"
            yield Finding("processes", "ok", f"{where}, {one.url}: holds {what}")
        else:
            yield Finding("processes", "ok", f"{where}, {one.url}: a replica, takes the log over when it is free")
    is_free = counting.take()
    counting.release()
    if not is_free:
        yield Finding("processes", "ok", f"process {counting.holder()}: counts")


def counter() -> Iterator[Finding]:
    """How far counting is behind."""
    from kaibo.warehouse import api as warehouse

    status = warehouse.count_status()
    if status.quarantined_batches:
        yield Finding(
            "counter",
            "fail",
            f"{status.quarantined_batches} batches could not be counted",
            "kaibo quarantine list says why; kaibo quarantine replay tries them again",
        )
    if not status.behind_events:
        yield Finding("counter", "ok", "everything is counted")
    elif (status.behind_seconds or 0) > LATE_SECONDS:
        says = f"{status.behind_events} events behind, {status.behind_seconds:.0f} s"
        yield Finding("counter", "warn", says, "kaibo serve counts them; without a server: kaibo count --once")
    else:
        yield Finding("counter", "ok", f"{status.behind_events} events behind, catching up")


def lake() -> Iterator[Finding]:
    """The lake at its address, where it has one."""
    from kaibo.eventlog import api as eventlog
    from kaibo.kit.clock import iso

    away = eventlog.lake_away()
    if away is None:
        return
    waiting = f"{away.waiting} files ({away.waiting_bytes / 1e6:.1f} MB) wait to be sent to {away.address}"
    if away.trouble:
        since = iso(away.trouble_at) if away.trouble_at else ""
        yield Finding("lake", "warn", f"{waiting} since {since}: {away.trouble}; counting goes on", away.fix)
    elif away.waiting:
        yield Finding("lake", "ok", waiting)
    else:
        yield Finding("lake", "ok", f"{away.files} files are at {away.address}")


def backups() -> Iterator[Finding]:
    """The place for backups answers, and the last one went well."""
    from kaibo.kit.clock import iso
    from kaibo.operations.backups import api

    address = env.read("KAIBO_BACKUP_TO")
    if not address:
        return
    last = next((run for run in api.runs() if run.kind == "backup"), None)
    if last is not None and last.is_good is False:
        yield Finding("backups", "fail", f"the backup of {iso(last.started_at)} failed: {last.says}", "kaibo backup")
        return
    held = api.count()
    if held:
        yield Finding("backups", "ok", f"{held} in {address}")
    else:
        yield Finding("backups", "warn", f"{address} answers and holds none yet", "kaibo backup")


def people() -> Iterator[Finding]:
    """Somebody can log in."""
    from kaibo.commerce.team import api as team

    active = [person for person in team.people() if person.is_active]
    if active:
        yield Finding("people", "ok", f"{len(active)} can log in")
    else:
        yield Finding("people", "warn", "nobody has an account", "kaibo serve --admin NAME")


def files() -> Iterator[Finding]:
    """What a checkout has to fetch or compile once."""
    from kaibo.config.assets import FILES, VENDOR

    fix = "python -m kaibo.config.assets"
    missing = [name for name in FILES.values() if not (VENDOR / name).is_file()]
    if missing:
        yield Finding("browser files", "fail", f"{missing[0]} is missing: pages have no charts", fix)
    else:
        yield Finding("browser files", "ok", "charts are there")
    web = Path(__file__).parents[1] / "web"
    stale = [path for path in web.glob("**/*.po") if not path.with_suffix(".mo").is_file()]
    if stale:
        yield Finding("translations", "fail", f"{len(stale)} catalogues are not compiled", fix)
    else:
        yield Finding("translations", "ok", "compiled")


def programs() -> Iterator[Finding]:
    """Programs that only some work needs; their absence is fine."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    yield Finding("chromium", "ok", browser or "not installed; only the browser tests need it")
    java = shutil.which("java")
    yield Finding("java", "ok", java or f"not installed; only Spark needs it (Java {' or '.join(JAVA_MAJORS)})")
