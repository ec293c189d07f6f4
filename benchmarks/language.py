"""`make bench-language`: what the matcher finds, what it flags wrongly, how fast it is; the table of the docs."""

import csv
import gzip
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks import concerns, evasion, intents, language_speed, opinions
from benchmarks.machine import OUT, ROOT, describe
from kaibo.kit import env
from kaibo.language import api
from kaibo.language.api import Action, Scene, Setting, Standing

PAGE = ROOT / "docs" / "reference" / "compliance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SEED = 20_251_103
ROUNDS = 3
DEFAULT_LENGTHS = range(3, 99)  # words of two characters are compared by sound and look only where a rule asks


def data() -> Path:
    """The folder of real texts."""
    folder = Path(env.read("KAIBO_SHARED_DATA"))
    folder = folder if folder.is_absolute() else ROOT / folder
    if not folder.is_dir():
        sys.exit(f"bench-language: no texts in {folder}\n  fix: set KAIBO_SHARED_DATA")
    return folder


def reviews() -> list[str]:
    with gzip.open(data() / "sentiment/online_shopping_10_cats.csv.gz", "rt", encoding="utf-8") as file:
        return [row["review"] for row in csv.DictReader(file) if row["review"]]


def live_comments() -> list[str]:
    with gzip.open(data() / "danmaku/bilibili_rooms_events.jsonl.gz", "rt", encoding="utf-8") as file:
        return [row["text"] for row in map(json.loads, file) if row["type"] == "danmaku" and row.get("text")]


def chinese_terms() -> list[tuple[str, str]]:
    """(rule, term) of the shipped packs: 2 to 6 characters, all Chinese."""
    return [
        (rule.id, term)
        for pack in api.shipped_packs()
        for rule in pack.rules
        for term in rule.terms
        if 2 <= len(term) <= 6 and all("一" <= one <= "鿿" for one in term)
    ]


def recall(carriers: list[str]) -> dict[str, dict[int, list[int]]]:
    """Per disguise and length of the word: how many were found and made. Every word is disguised ROUNDS times, and
    stands in the middle of a real sentence, half of the time between commas."""
    judges = evasion.Judges(SEED)
    dice = random.Random(SEED)
    table = {}
    for kind in evasion.KINDS:
        made: list[tuple[str, str, int]] = []
        for rule, term in chinese_terms() * ROUNDS:
            if disguised := getattr(judges, kind)(term):
                made.append((rule, disguised, len(term)))
        table[kind] = _found(made, carriers, dice)
    # Between commas: a number that touches another number is no number.
    phones = [("conduct.phone", judges.phone(), 11) for _ in range(400)]
    table["phone"] = _found(phones, carriers, dice, ("，",))
    heard = [("conduct.phone", judges.sounded_phone(), 11) for _ in range(400)]
    table["sounded_phone"] = _found(heard, carriers, dice, ("，",))
    return table


def _found(
    made: list[tuple[str, str, int]], carriers: list[str], dice: random.Random, commas: tuple[str, ...] = ("，", "")
) -> dict[int, list[int]]:
    """Length -> (found, made). Found: a hit of the rule overlaps the place and was not put aside as allowed."""
    counts: dict[int, list[int]] = {}
    chosen = dice.choices(commas, k=len(made))
    sides = [(dice.choice(carriers) + comma, comma + dice.choice(carriers)) for comma in chosen]
    texts = [f"{before}{disguised}{after}" for (_, disguised, _), (before, after) in zip(made, sides, strict=True)]
    answers = api.check_many(texts, setting=Setting(Scene.SCRIPT))
    for (rule, disguised, size), (before, _), answer in zip(made, sides, answers, strict=True):
        first = len(before)
        own = counts.setdefault(size, [0, 0])
        own[1] += 1
        own[0] += any(
            hit.rule == rule and hit.start < first + len(disguised) and first < hit.end
            for hit in (*answer.hits, *answer.aside)
            if hit.standing != Standing.ALLOWED
        )
    return counts


def flagged(texts: list[str], scene: Scene) -> dict[str, float]:
    """Messages with a warning or refusal per 10,000: all, and without those that hold a contact detail."""
    counts = Counter[str](all=0, words=0)
    for at in range(0, len(texts), language_speed.BATCH):
        for answer in api.check_many(texts[at : at + language_speed.BATCH], setting=Setting(scene)):
            standing = [hit for hit in answer.hits if hit.action != Action.COUNT]
            counts["all"] += bool(standing)
            counts["words"] += any(hit.view != "contact" for hit in standing)
    return {name: round(count / len(texts) * 10_000, 1) for name, count in counts.items()} | {"texts": len(texts)}


def rows(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """(measurement, reached, aim, beside) of the whole result."""
    table = []
    for kind, (says, aim) in evasion.KINDS.items():
        counts = result["recall"][kind]
        by_length = ", ".join(f"{size}: {_percent(*counts[size])}" for size in sorted(counts))
        made = sum(made for _, made in counts.values())
        table.append((f"found: {says}", _share(counts), aim, f"by length {by_length}; {made} disguises"))
    for kind, says, aim in (
        ("phone", "phone with Chinese or enclosed digits", "≥ 95 %"),
        ("sounded_phone", "phone, half the digits as homophones", ""),
    ):
        table.append((f"found: {says}", _share(result["recall"][kind]), aim, "400 numbers"))
    for name, says, aim in (
        ("reviews_comment", "flagged of 10,000 reviews, scene comment", "≤ 10"),
        ("live_comment", "flagged of 10,000 live comments, scene comment", ""),
        ("reviews_script", "flagged of 10,000 reviews, read as a script", ""),
    ):
        one = result["flagged"][name]
        table.append((says, f"{one['words']}", aim, f"{one['all']} with contact details; {one['texts']:,} texts"))
    fast = result["speed"]
    listed = f"{fast['listed_terms']:,} words"
    shipped = f"shipped packs, {fast['terms']} words"
    table += [
        (
            "matching only, batches of 2,000",
            _rate(fast["matching_batch"]),
            "≥ 280,000",
            f"Kaibo's engine (daachorse), {listed}",
        ),
        ("  beside ahocorasick-rs, batches", _rate(fast["rust_batch"]), "", listed),
        (
            "  beside hyperscan, batches",
            _rate(fast["hyperscan"]),
            "",
            f"a call per place; {listed}",
        ),
        ("  beside pyahocorasick, batches", _rate(fast["pyahocorasick"]), "", listed),
        ("  beside a plain loop", _rate(fast["loop"]), "", f"`term in text`, {listed}"),
        ("matching only, one by one", _rate(fast["matching_each"]), "", listed),
        ("check, every view, batches of 2,000", _rate(fast["shipped_batch"]), "≥ 126,000", shipped),
        ("check, every view, one by one", _rate(fast["shipped_each"]), "", shipped),
        (
            "check, large list, batches of 2,000",
            _rate(fast["listed_batch"]),
            "",
            f"{listed}, with evidence of every hit",
        ),
        (
            "compiling the large list",
            f"{fast['compile_waited_seconds']} s",
            "< 0.5 s",
            f"on the clock; {fast['compile_seconds']} s of both cores; {listed}",
        ),
        ("reading it compiled", f"{fast['thaw_seconds']} s", "", f"{fast['frozen_bytes'] / 1e6:.0f} MB"),
    ]
    return table


def _share(counts: dict[int, list[int]]) -> str:
    kept = [own for size, own in counts.items() if size in DEFAULT_LENGTHS]
    return _percent(sum(found for found, _ in kept), sum(made for _, made in kept))


def _percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f} %" if whole else "none made"


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f}/s" if per_second >= 10 else f"{per_second:.1f}/s"


def markdown(table: list[tuple[str, str, str, str]]) -> str:
    machine = describe()
    head = f"{machine['system']}, {machine['cores']} cores, Python {machine['python']}, load {machine['load_1m']}; "
    head += "one process, one thread, rates per CPU second at 110 characters a message.\n\n"
    lines = ["| measurement | reached | aim | beside |", "|---|---|---|---|"]
    return head + "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in table)]) + "\n"


def main() -> int:
    """Measure, print, remember; with --write put the table into the page."""
    evasion.fetch()
    texts = reviews()
    dice = random.Random(SEED)
    carriers = [text[:12].replace("，", "") for text in dice.sample(texts, 2000)]
    result = {
        "recall": recall(carriers),
        "flagged": {
            "reviews_comment": flagged(texts, Scene.COMMENT),
            "live_comment": flagged(live_comments(), Scene.COMMENT),
            "reviews_script": flagged(texts, Scene.SCRIPT),
        },
        "speed": language_speed.speed(texts, data() / "lexicon/houbb_dict_v20240407.txt"),
    }
    OUT.mkdir(exist_ok=True)
    (OUT / "language.json").write_text(json.dumps(result, indent=1))
    table = [*rows(result), *intents.rows(), *opinions.rows()]
    for cells in table:
        sys.stdout.write(f"{cells[0]:<52}{cells[1]:>14}   {cells[2]:<11}{cells[3]}\n")
    if "--write" in sys.argv:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{markdown(table)}{END}{after}", encoding="utf-8")
        concerns.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
