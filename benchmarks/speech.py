"""How well forbidden words are found in speech: synthetic voices → engine → rules; recall, false hits, speed.

`python -m benchmarks.speech --models DIR [--phrases N] [--voices N] [--write]`; what must lie in DIR stands in
docs/guides/listen.md. Without it nothing is measured, and it says why.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import voices
from benchmarks.machine import OUT, ROOT, describe, save
from kaibo.language import api as language
from kaibo.language.contracts import Action, Scene, Setting, View
from kaibo.studio.speech import audio, engines
from kaibo.studio.speech.contracts import Engine, EngineName
from kaibo.studio.speech.whisper import expected

PAGE = ROOT / "docs" / "guides" / "listen.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
CLEAN = Path(__file__).with_name("labels") / "spoken_clean.txt"
CARRIERS = (
    "家人们，{}，喜欢的直接拍。",
    "我跟大家说，{}，想要的看一下链接。",
    "这个真的是{}，来看细节。",
    "还有人问，{}，对吧？",
)
AS_WRITTEN = {View.PLAIN, View.COLLAPSED, View.UNSPACED}
NOISE_DB = 10.0
SPOKEN = Setting(Scene.SPEECH)
SEED = 20_261_111


@dataclass(frozen=True, slots=True)
class Take:
    """A recording of a synthetic voice: what it says; the forbidden phrase, none in a clean sentence."""

    path: Path
    text: str
    voice: str
    phrase: str = ""


@dataclass(slots=True)
class Found:
    """What an engine made of the recordings."""

    heard: list[tuple[Take, str]] = field(default_factory=list)
    sound_seconds: float = 0.0
    seconds: float = 0.0
    processor_seconds: float = 0.0


def phrases(count: int) -> list[str]:
    """Every n-th of the phrases that an engine is told, from the gravest to the least grave."""
    known = engines.banned_phrases()
    return known[:: len(known) // count][:count]


def rules_in(text: str) -> dict[str, set[View]]:
    """Rule -> views in which it was found, of findings that would become a case."""
    found: dict[str, set[View]] = {}
    [answer] = language.check_many([text], setting=SPOKEN)
    for hit in answer.hits:
        if hit.action is Action.BLOCK or (hit.action is Action.WARN and hit.severity >= 3):
            found.setdefault(hit.rule, set()).add(hit.view)
    return found


def takes(models: Path, wanted: Sequence[str], spoken_by: Sequence[str]) -> list[Take]:
    """Every phrase by every voice, every clean sentence by one; sound that was made before is used again."""
    said = [(CARRIERS[number % len(CARRIERS)].format(one), one) for number, one in enumerate(wanted)]
    planned = [(text, voice, phrase) for text, phrase in said for voice in spoken_by]
    clean = CLEAN.read_text(encoding="utf-8").split("\n")
    planned += [(text, spoken_by[number % len(spoken_by)], "") for number, text in enumerate(filter(None, clean))]
    for text, _, phrase in planned:
        if bool(phrase) != bool(rules_in(text)):
            sys.exit(f"bench-speech: “{text}” is no fair sentence: {rules_in(text)}")
    made, speaker = [], None
    for number, (text, voice, phrase) in enumerate(planned):
        path = models / "takes" / voice / f"{text.rstrip('。？')}.wav"
        if not path.is_file():
            speaker = speaker or voices.Speaker(models)
            voices.keep(path, speaker.speak(text, voice))
        made.append(Take(path, text, voice, phrase))
        if number % 50 == 0:
            sys.stderr.write(f"bench-speech: {number} of {len(planned)} spoken\n")
    return made


def listen(engine: Engine, recordings: Sequence[Take], *, noise_db: float | None = None) -> Found:
    """What the engine hears, through the same pieces as `kaibo listen`; with white noise so far below the voice."""
    found, dice = Found(), np.random.default_rng(SEED)
    for take in recordings:
        pieces = list(audio.pieces(str(take.path)))
        found.sound_seconds += sum(map(len, pieces)) / audio.RATE
        if noise_db is not None:
            pieces = list(_noisy(pieces, noise_db, dice))
        began, used = time.perf_counter(), time.process_time()
        said = [one.text for piece in pieces for one in engine.accept(piece)]
        said += [one.text for one in engine.finish()]
        found.seconds += time.perf_counter() - began
        found.processor_seconds += time.process_time() - used
        found.heard.append((take, "，".join(said)))
    return found


def _noisy(pieces: Sequence[Any], noise_db: float, dice: np.random.Generator) -> Iterator[Any]:
    whole = np.concatenate(pieces)
    voiced = whole[np.abs(whole) > 0.01]
    level = float(np.sqrt(np.mean(voiced**2))) * 10 ** (-noise_db / 20)
    for piece in pieces:
        yield (piece + dice.normal(0, level, len(piece))).astype(np.float32)


def judged(found: Found, told: Sequence[str]) -> dict[str, Any]:
    """Recall over the phrases, those that the engine was told and the others apart, and false hits."""
    rows = [(take, text, rules_in(text)) for take, text in found.heard]
    spoken = [(take, rules_in(take.text), heard) for take, _, heard in rows if take.phrase]
    clean = [(take, text, heard) for take, text, heard in rows if not take.phrase]
    others = sum(bool(heard.keys() - meant.keys()) for _, meant, heard in spoken)
    result: dict[str, Any] = {
        "all": _recall(spoken),
        "told": _recall([row for row in spoken if row[0].phrase in told]),
        "not_told": _recall([row for row in spoken if row[0].phrase not in told]),
        "clean": len(clean),
        "false": [(text, sorted(heard)) for _, text, heard in clean if heard],
        "silent": sum(not text for _, text in found.heard),
        "other_rule": others,
        "real_time": round(found.seconds / found.sound_seconds, 3),
        "processor": round(found.processor_seconds / found.sound_seconds, 3),
        "sound_seconds": round(found.sound_seconds),
    }
    result["missed"] = [(take.phrase, text) for take, text, heard in rows if take.phrase and not _is_found(take, heard)]
    return result


def _is_found(take: Take, heard: dict[str, set[View]]) -> bool:
    return bool(rules_in(take.text).keys() & heard.keys())


def _recall(rows: Sequence[tuple[Take, dict[str, set[View]], dict[str, set[View]]]]) -> dict[str, int]:
    written = sum(any(heard.get(rule, set()) & AS_WRITTEN for rule in meant) for _, meant, heard in rows)
    sounded = sum(bool(meant.keys() & heard.keys()) for _, meant, heard in rows)
    return {"of": len(rows), "written": written, "sound": sounded}


def measure(models: Path, wanted: Sequence[str], spoken_by: Sequence[str]) -> dict[str, Any]:
    folder = voices.ready(models)
    recordings = takes(models, wanted, spoken_by)
    half = random.Random(SEED).sample(list(wanted), len(wanted) // 2)
    plans: list[tuple[str, list[str], float | None]] = [
        ("nothing told", [], None),
        ("told the phrases of the packs", engines.banned_phrases(), None),
        ("told half of the phrases spoken here", half, None),
        (f"the same, one voice, white noise {NOISE_DB:.0f} dB below it", half, NOISE_DB),
    ]
    result: dict[str, Any] = {"phrases": len(wanted), "voices": len(spoken_by), "runs": {}}
    for name, told, noise in plans:
        sys.stderr.write(f"bench-speech: {name}\n")
        chosen = recordings if noise is None else [one for one in recordings if one.voice == spoken_by[0]]
        found = listen(engines.open_engine(EngineName.WHISPER, folder, hotwords=told), chosen, noise_db=noise)
        result["runs"][name] = judged(found, expected(told))
    return result


def markdown(result: dict[str, Any]) -> str:
    machine = describe()
    head = f"{result['phrases']} phrases of the packs × {result['voices']} voices, Whisper base (int8); "
    head += f"{machine['system']}, {machine['cores']} cores, Python {machine['python']}, load {machine['load_1m']}.\n\n"
    lines = ["| the engine was | by characters | by sound too | of those told | of the others | false hits | speed |"]
    lines.append("|---|---|---|---|---|---|---|")
    for name, run in result["runs"].items():
        shares = [_share(run["all"], "written"), *(_share(run[one], "sound") for one in ("all", "told", "not_told"))]
        speed = f"{run['real_time']} ({run['processor']} of a core)"
        lines.append(f"| {' | '.join([name, *shares])} | {len(run['false'])} of {run['clean']} | {speed} |")
    return head + "\n".join(lines) + "\n"


def _share(row: dict[str, int], what: str) -> str:
    return f"{row[what] / row['of'] * 100:.0f} % ({row[what]} of {row['of']})" if row["of"] else "—"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--phrases", type=int, default=28)
    parser.add_argument("--voices", type=int, default=4)
    parser.add_argument("--write", action="store_true", help="put the table into the guide")
    given = parser.parse_args()
    try:
        result = measure(given.models.resolve(), phrases(given.phrases), voices.VOICES[: given.voices])
    except voices.NoModels as why:
        sys.stdout.write(f"bench-speech: nothing measured, {why}\n")
        return 1
    save("speech", result)
    table = markdown(json.loads((OUT / "speech.json").read_text()))
    sys.stdout.write(table)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{table}{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
