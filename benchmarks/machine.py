"""What a figure needs beside it: the machine, the versions, the sizes; and where results go."""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "bench-out"
FIGURES = ROOT / "benchmarks" / "figures"  # what the written pages say, so that a part of them can be measured anew
PACKAGES = ("kaibo", "django", "duckdb", "msgspec", "pyarrow", "pyspark", "uvicorn")


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def describe() -> dict[str, Any]:
    """Cores, memory, load and versions, as they are now."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr.splitlines()
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "memory_mb": memory,
        "load_1m": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "java": java[0] if java else "absent",
        "packages": {name: _version(name) for name in PACKAGES},
    }


def save(name: str, result: dict[str, Any]) -> None:
    """Write `bench-out/<name>.json` and say the result in one line."""
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps({**result, "machine": describe()}, indent=1, ensure_ascii=False))
    sys.stdout.write(json.dumps({name: result}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def kept(name: str) -> dict[str, Any]:
    """What the last run of a measurement wrote here, else what the written page was drawn from; {} without both."""
    for folder in (OUT, FIGURES):
        if (path := folder / f"{name}.json").exists():
            return dict(json.loads(path.read_text()))
    return {}


def keep(name: str, result: dict[str, Any]) -> None:
    """Write down what a page is drawn from, beside the code."""
    FIGURES.mkdir(exist_ok=True)
    (FIGURES / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def fresh(folder: Path) -> Path:
    """An empty folder at this place."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
