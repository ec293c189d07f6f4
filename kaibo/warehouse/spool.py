"""The folder through which a counter hands bytes to DuckDB: in memory where the machine has such a place."""

import os
import re
import shutil
import tempfile
from pathlib import Path

_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - memory-backed; one folder of ours for each counting process
_NAME = re.compile(r"kaibo-count-(\d+)-")


def spool_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for this process; what killed processes left behind goes, for it may hold much of the memory."""
    inside = _MEMORY_FOLDER if os.access(_MEMORY_FOLDER, os.W_OK) else Path(tempfile.gettempdir())
    sweep(inside)
    return tempfile.TemporaryDirectory(prefix=f"kaibo-count-{os.getpid()}-", dir=inside, ignore_cleanup_errors=True)


def sweep(inside: Path) -> None:
    """Delete our folders whose process is gone."""
    for folder in inside.glob("kaibo-count-*"):
        owner = _NAME.match(folder.name)
        if owner is not None and not _lives(int(owner[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    if os.name != "posix":
        return True  # asking would end it there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
