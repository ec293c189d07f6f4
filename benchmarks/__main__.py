"""`make bench`: every measurement one after the other, one table at the end. Results lie in bench-out/*.json."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.machine import OUT, ROOT, describe

RUNS = (
    ("benchmarks.file",),
    ("benchmarks.door",),
    ("benchmarks.door", "--known", "100000000"),
    ("benchmarks.push",),
    ("benchmarks.watchers",),
    ("benchmarks.tables",),
    ("benchmarks.report",),
    ("benchmarks.cue",),
    ("benchmarks.gateway",),
    ("benchmarks.scale",),
    ("benchmarks.restore",),
)


def rows(results: dict[str, dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """(measurement, reached, aim, beside what) for what was measured."""
    table = []
    if file := results.get("file"):
        table.append(("file → counted, in Parquet", f"{file['kaibo']['per_second']:,} events/s", "≥ 600,000", ""))
        if "spark" in file:
            beside = f"Spark local[2]: {file['spark']['per_second']:,} events/s"
            table.append(("  beside Spark", f"{file['times_spark']} ×", "≥ 3 ×", beside))
        beside = f"row by row: {file['loop']['per_second']:,} events/s, extrapolated from {file['loop']['events']:,}"
        table.append(("  beside the plain loop", f"{file['times_loop']:,} ×", "≥ 100 ×", beside))
        costs = file["processor_us_per_event"]
        beside = ", ".join(f"{name} {cost:,} µs" for name, cost in costs.items() if name != "kaibo")
        table.append(("  processor time per event", f"{costs['kaibo']} µs", "≤ 3.3 µs", beside))
    for name, says in (("door", "HTTP door, 2 clients"), ("door_known", "  with known ids on disk")):
        if door := results.get(name):
            beside = f"{door['known_ids']:,} known ids, answer p99 {door['answer_p99_ms']} ms"
            beside += f", server {door['server_us_per_event']} µs/event"
            table.append((says, f"{door['per_second']:,} events/s", "≥ 150,000", beside))
    if push := results.get("push"):
        beside = f"p50 {push['p50_ms']} ms at {push['rate']:,} events/s"
        table.append(("event → pushed, p99", f"{push['p99_ms']} ms", "< 1,500 ms", beside))
    if watchers := results.get("watchers"):
        beside = f"p50 {watchers['p50_ms']} ms, {watchers['watchers']:,} watchers"
        table.append(("watchers, p99", f"{watchers['p99_ms']} ms", "< 1,000 ms", beside))
    if tables := results.get("tables"):
        beside = f"{tables['seconds']} s with the start of a process, peak {tables['peak_mb']} MB"
        cost = f"{tables['processor_seconds']} s of processor"
        table.append((f"{tables['orders']:,} exported orders → log", cost, "< 15 s", beside))
    if report := results.get("report"):
        beside = f"{report['orders']:,} orders; picture, PDF and workbook; {report['processor_seconds']} s of processor"
        table.append(("last file → report", f"{report['seconds']} s", "< 5 s", beside))
    if cue := results.get("cue"):
        beside = f"p50 {cue['p50_ms']} ms, {cue['words']} words among {cue['rate']} comments/s"
        table.append(("forbidden word → alert, p99", f"{cue['p99_ms']} ms", "< 2,000 ms", beside))
    if gateway := results.get("gateway"):
        beside = f"{gateway['lost']} lost of {gateway['pushes']:,}; a bare server's p99 {gateway['bare_p99_ms']} ms"
        table.append(("push → answer at 100/s, p99", f"{gateway['p99_ms']} ms", "< 200 ms", beside))
    table += scale_rows(results.get("scale", {}))
    table += restore_rows(results.get("restore", {}))
    return table


def restore_rows(found: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Backup and restore beside copying and packing the folder."""
    for name, says, plain in (
        ("backup", "backup, the first", "cp"),
        ("again", "  after a little more", "tar"),
        ("restore", "restore", "untar"),
        ("rehearse", "rehearse", "cp"),
    ):
        if found:
            beside = f"{plain}: {found[plain]['mb_per_second']:,} MB/s; {found[name]['events_per_second']:,} events/s"
            yield says, f"{found[name]['mb_per_second']:,} MB/s", "", beside


def scale_rows(scale: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """The same log on three engines, a merge in both databases, the last point of the curve."""
    names = {
        "duckdb": "log → counted, DuckDB",
        "spark_local": "  Spark local[2]",
        "spark_cluster": "  Spark, two workers",
    }
    for name, found in scale.get("engines", {}).items():
        beside = f"{found['events']:,} events in {found['seconds']} s, {found['processor_us_per_event']} µs each"
        yield names[name], f"{found['per_second']:,} events/s", "", beside
    for name, found in scale.get("merge", {}).items():
        yield (
            f"merge into {name}, p50",
            f"{found['p50_ms']} ms",
            "",
            f"p99 {found['p99_ms']} ms, {found['merges']} merges",
        )
    for row in scale.get("growth", [])[-1:]:
        found = row["duckdb"]
        beside = (
            f"at {found['events']:,} events; first point {scale['growth'][0]['duckdb']['processor_us_per_event']} µs"
        )
        yield "processor per event, DuckDB", f"{found['processor_us_per_event']} µs", "", beside


def main() -> int:
    """Run, print, remember; 1 when a run failed."""
    names = ("file", "door", "door_known", "push", "watchers", "tables", "report", "cue", "gateway", "scale", "restore")
    for name in names:
        (OUT / f"{name}.json").unlink(missing_ok=True)  # a run that fails must not show what an earlier one reached
    failed = []
    for run in RUNS:
        sys.stdout.write(f"== {' '.join(run)}\n")
        sys.stdout.flush()
        if subprocess.call([sys.executable, "-m", *run], cwd=ROOT):
            failed.append(" ".join(run))
    found = {path.stem: json.loads(path.read_text()) for path in OUT.glob("*.json")}
    machine = describe()
    sys.stdout.write(f"\n{machine['system']}, {machine['cores']} cores, {machine['memory_mb']} MB, ")
    sys.stdout.write(f"Python {machine['python']}, {machine['packages']}\n\n")
    for cells in (("measurement", "reached", "aim", "beside"), *rows(found)):
        sys.stdout.write(f"{cells[0]:<28}{cells[1]:>22}   {cells[2]:<12}{cells[3]}\n")
    for name in failed:
        sys.stdout.write(f"failed: {name}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
