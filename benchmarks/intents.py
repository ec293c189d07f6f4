"""How far the intents of messages can be trusted: against labels made by hand, guide in benchmarks/labels."""

import csv
import gzip
import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.machine import ROOT
from kaibo.kit import env
from kaibo.language import api

LABELS = Path(__file__).with_name("labels")
_SAID = re.compile(r"<d [^>]*>([^<]*)</d>")


def recorded() -> Iterator[str]:
    """Every comment of the recordings."""
    folder = Path(env.read("KAIBO_SHARED_DATA")) / "danmaku"
    folder = folder if folder.is_absolute() else ROOT / folder
    with gzip.open(folder / "bilibili_rooms_events.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            if row["type"] == "danmaku" and row.get("text"):
                yield row["text"].strip()
    for path in sorted((folder / "asoul_xml").iterdir()):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for said in _SAID.findall(raw.decode("utf-8", "ignore")):
            yield html.unescape(said).strip()


def labelled(name: str) -> dict[str, set[str]]:
    """Text or hash -> intents."""
    with (LABELS / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return {text: set(intents.split()) for text, intents in rows}


def live_comments() -> dict[str, set[str]]:
    """The labelled comments of real rooms, with their texts."""
    wanted = labelled("live_comments.tsv")
    found = {}
    for text in recorded():
        if (digest := hashlib.sha256(text.encode()).hexdigest()[:16]) in wanted:
            found[text] = wanted[digest]
    return found


def simulated() -> dict[str, set[str]]:
    """The labelled wordings of the simulator, filled in."""
    return {text.format(h=165, w=112, n=3): intents for text, intents in labelled("simulator.tsv").items()}


def measure(labels: dict[str, set[str]]) -> dict[str, dict[str, int]]:
    """Per intent and in all: how often it was said rightly, said, and meant."""
    counts: dict[str, Counter[str]] = {"all": Counter()}
    for (_, meant), reading in zip(labels.items(), api.read_intents(list(labels)), strict=True):
        said = {intent.value for intent in reading.intents}
        for intent in said | meant:
            for name in (intent, "all"):
                own = counts.setdefault(name, Counter())
                own.update(said=int(intent in said), meant=int(intent in meant), right=int(intent in said & meant))
    return {name: {key: own[key] for key in ("right", "said", "meant")} for name, own in counts.items()}


def rows() -> list[tuple[str, str, str, str]]:
    """(measurement, reached, aim, beside) for the table of the docs."""
    table = []
    for says, labels in (("live comments", live_comments()), ("simulator", simulated())):
        counts = measure(labels)
        own = counts.pop("all")
        parts = ", ".join(f"{name} {one['right']}/{one['said']}" for name, one in sorted(counts.items()) if one["said"])
        table.append(
            (
                f"intents, precision on {says}",
                f"{own['right'] / max(1, own['said']) * 100:.1f} %",
                "",
                f"{len(labels)} labelled by hand; right of said: {parts}",
            )
        )
        found = f"{own['right'] / max(1, own['meant']) * 100:.1f} %"
        table.append((f"  found of those meant, {says}", found, "", f"{own['right']} of {own['meant']}"))
    return table
