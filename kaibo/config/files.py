"""What a page needs beside code, checked before a server starts: charts, translations."""

from importlib.util import find_spec
from pathlib import Path

from kaibo.config import assets
from kaibo.kit.errors import BadConfiguration

FIX = "run `make install`, or in an environment that has the development packages `python -m kaibo.config.assets`"


def require_files() -> None:
    """Compile translations that are missing or old; raises BadConfiguration for what cannot be made here.

    Without this a Chinese page would silently be half English and the control room would have no chart.
    """
    gone = [name for name in assets.FILES.values() if not (assets.VENDOR / name).is_file()]
    if gone:
        raise BadConfiguration(f"the browser library {gone[0]} is missing: pages would have no charts", fix=FIX)
    old = [path for path in (assets.ROOT / "kaibo").rglob("LC_MESSAGES/*.po") if not _is_compiled(path)]
    if not old:
        return
    if assets.is_checkout() and find_spec("polib") is not None:
        assets.compile_catalogues()
    elif any(not path.with_suffix(".mo").is_file() for path in old):
        raise BadConfiguration(f"{len(old)} translation catalogues are not compiled", fix=FIX)


def _is_compiled(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return compiled.is_file() and compiled.stat().st_mtime >= source.stat().st_mtime
