"""The folder in memory through which a counter works."""

import os
import subprocess
import sys
from pathlib import Path

from kaibo.warehouse.spool import spool_folder, sweep


def test_it_gives_the_memory_of_killed_counters_back_and_leaves_living_ones(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    killed, living = tmp_path / f"kaibo-count-{ended.pid}-a", tmp_path / f"kaibo-count-{os.getpid()}-b"
    for folder in (killed, living):
        folder.mkdir()
        (folder / "batch.ndjson").write_bytes(b"x")
    sweep(tmp_path)
    assert not killed.exists()
    assert (living / "batch.ndjson").exists()


def test_it_names_the_folder_after_its_process_and_removes_it() -> None:
    with spool_folder() as folder:
        assert f"-{os.getpid()}-" in folder
    assert not Path(folder).exists()
