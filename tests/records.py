"""The records of a home in which nothing has happened yet, made once: to make them takes longer than most tests."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

UP_TO_DATE = "from kaibo.config.cli import migrate, start_django\nstart_django()\nmigrate()\n"
"""What a process runs first that works inside a home."""
_NAME = "records.sqlite3"


def give_records(home: Path) -> None:
    """Put them into a home that has none."""
    if not (home / _NAME).exists():
        shutil.copy(_made(), home / _NAME)


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kaibo-records-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {**os.environ, "KAIBO_HOME": str(folder), "KAIBO_DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([sys.executable, "-c", UP_TO_DATE], env=environment, check=True, timeout=600)
    return folder / _NAME
