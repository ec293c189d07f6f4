"""`kaibo simulate`: a plausible night into a file, or through the HTTP door of a server."""

import gzip
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kaibo.kit.clock import MINUTE_US, now_us, parse_instant

if TYPE_CHECKING:  # every command reads this file, and few make a night
    from kaibo.connectors.simulator.night import Night

FIXED_START = "2026-03-12T20:00:00+08:00"
"""Start of a night written to a file: the same seed gives the same bytes on any day."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="simulate")(simulate_command)


def simulate_command(
    *,
    out: Annotated[Path | None, typer.Option(help="Write NDJSON here (.gz packs it) and the truth beside it.")] = None,
    to: Annotated[str, typer.Option(help="Send to a server, for example http://127.0.0.1:8000.")] = "",
    token: Annotated[str, typer.Option(help="Token of the feed; else KAIBO_TOKEN of the environment.")] = "",
    seed: Annotated[int, typer.Option(help="Another seed is another night.")] = 1,
    minutes: Annotated[int, typer.Option(help="Length of the show.")] = 240,
    scale: Annotated[float, typer.Option(help="Multiplies the crowd.")] = 1.0,
    room: Annotated[str, typer.Option(help="Room the night happens in.")] = "room-1",
    platform: Annotated[str, typer.Option(help="Platform the room belongs to.")] = "simulated",
    start: Annotated[str, typer.Option(help="When the show begins, ISO 8601; a sent night ends now.")] = "",
    plant: Annotated[list[str] | None, typer.Option(help="Plant a fault; may be repeated.")] = None,
    night: Annotated[Path | None, typer.Option(help="A calibrated night.yaml.")] = None,
    rate: Annotated[float, typer.Option(help="Events per second; 0 is as fast as possible.")] = 0.0,
    speed: Annotated[float, typer.Option(help="Pace of the clock: 1 is real time, 60 an hour a minute.")] = 0.0,
    shuffle: Annotated[bool, typer.Option("--shuffle", help="Deliver in no order.")] = False,
    duplicates: Annotated[float, typer.Option(help="Share of lines delivered twice.")] = 0.0,
    counts: Annotated[bool, typer.Option("--counts", help="State impressions without viewers.")] = False,
    later: Annotated[bool, typer.Option("--later", help="Also shipping and refunds of the days after.")] = False,
    exports: Annotated[Path | None, typer.Option(help="Also write the seven tables a team would export.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Generate a plausible night from causes, with the truth beside it."""
    from kaibo.config.cli import emit
    from kaibo.connectors.simulator.config import BadNight, NightConfig, ranges
    from kaibo.connectors.simulator.night import simulate
    from kaibo.connectors.simulator.pace import at_pace, delivered, show_clock, throttled

    if bool(out) == bool(to):
        raise BadNight("say where the night goes", fix="use either --out FILE or --to URL")
    if not 0 <= duplicates <= 1:
        raise BadNight(f"--duplicates {duplicates} is no share", fix="choose 0 to 1, for example 0.02")
    config = NightConfig(
        platform=platform,
        room_id=room,
        minutes=minutes,
        scale=scale,
        plant=tuple(plant or ()),
        impressions="counts" if counts else "persons",
        ranges=ranges(night),
    )
    began = time.monotonic()
    made = simulate(config, seed=seed, started_us=_start(start, to, speed, minutes), later=later)

    batches: Iterator[list[str]] = delivered(made, is_shuffled=shuffle, duplicates=duplicates)
    if speed:
        batches = at_pace(made, show_clock(speed))
    elif rate:
        batches = throttled(batches, rate)
    watched = _watched(batches, made.truth()["events"], is_quiet=as_json)
    result = _write(made, out, watched) if out else _send(made, to, token, watched)
    if exports:
        from kaibo.connectors.simulator.exports.files import write_exports

        result["exports"] = [str(path) for path in write_exports(made, exports)]
    seconds = time.monotonic() - began
    result |= {"seconds": round(seconds, 3), "events_per_second": round(result["events"] / seconds)}
    emit(result, as_json=as_json)


def _start(start: str, to: str, speed: float, minutes: int) -> int:
    if start:
        return parse_instant(start)
    if not to:
        return parse_instant(FIXED_START)
    return now_us() - (0 if speed else minutes * MINUTE_US)


def _truth_path(out: Path) -> Path:
    return out.with_name(out.name.removesuffix(".gz").removesuffix(".ndjson").removesuffix(".jsonl") + ".truth.json")


def _write(night: "Night", out: Path, batches: Iterable[list[str]]) -> dict[str, Any]:
    count = 0
    with out.open("wb") as plain:
        # no name and no time in the header: the same night gives the same file
        file = gzip.GzipFile("", "wb", 5, plain, mtime=0) if out.suffix == ".gz" else plain
        for batch in batches:
            file.write(("\n".join(batch) + "\n").encode())
            count += len(batch)
        if file is not plain:
            file.close()
    truth = _truth_path(out)
    truth.write_text(json.dumps(night.truth(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return {"events": count, "out": str(out), "truth": str(truth), "seed": night.seed}


def _send(night: "Night", url: str, token: str, batches: Iterable[list[str]]) -> dict[str, Any]:
    from kaibo.connectors.simulator.client import Door
    from kaibo.connectors.simulator.config import BadNight

    token = token or os.environ.get("KAIBO_TOKEN", "")
    if not token:
        raise BadNight("the door wants a feed's token", fix="give --token, or set KAIBO_TOKEN")
    door = Door(url, token)
    try:
        for batch in batches:
            door.send(batch)
    finally:
        door.close()
    tally = door.tally
    told = {"first_problem": tally.first_problem} if tally.first_problem else {}
    return {
        "events": tally.sent,
        "accepted": tally.accepted,
        "duplicates": tally.duplicates,
        "rejected": tally.rejected,
        "retries": tally.retries,
        "seed": night.seed,
        **told,
    }


def _watched(batches: Iterable[list[str]], total: int, *, is_quiet: bool) -> Iterator[list[str]]:
    """The batches, with a progress bar on a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=is_quiet, transient=True) as bar:
        task = bar.add_task("events", total=total)
        for batch in batches:
            yield batch
            bar.advance(task, len(batch))
