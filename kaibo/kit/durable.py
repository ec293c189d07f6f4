"""Files that are there entirely or not at all, whatever is pulled out when."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable; a no-op where folders cannot be opened."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, content: bytes) -> None:
    """Write a whole file so that after a crash it is there entirely or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)
