"""`python -m benchmarks.concerns [--write]`: how far named complaints can be trusted, against labels made by hand.

Guide in benchmarks/labels. Every second message (by its hash) may be looked at when cues are changed; what counts is
the other half.
"""

import csv
import gzip
import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from benchmarks import intents
from benchmarks.intents import labelled
from benchmarks.machine import ROOT
from kaibo.kit import env
from kaibo.language import api
from kaibo.language.api import Concern

PAGE = ROOT / "docs" / "reference" / "compliance.md"
BEGIN, END = "<!-- concerns: begin -->", "<!-- concerns: end -->"
ANY = "any complaint"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_seen(text: str) -> bool:
    """Whether a message is of the half that may be looked at when cues are changed."""
    return int(digest(text), 16) % 2 == 0


def reviews() -> Iterable[str]:
    folder = ROOT / env.read("KAIBO_SHARED_DATA")  # an absolute path stays one
    with gzip.open(folder / "sentiment/online_shopping_10_cats.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["review"].strip()


def found(name: str, texts: Iterable[str]) -> dict[str, set[str]]:
    """The labelled of these texts with their concerns."""
    wanted = labelled(name)
    return {text: wanted[key] for text in texts if (key := digest(text)) in wanted}


SETS: dict[str, Callable[[], dict[str, set[str]]]] = {
    "live comments": lambda: found("concerns_live.tsv", intents.recorded()),
    "reviews": lambda: found("concerns_reviews.tsv", reviews()),
    "simulator": lambda: {
        text.format(h=165, w=112, n=3): concerns for text, concerns in labelled("concerns_simulator.tsv").items()
    },
}


def measure(labels: Mapping[str, set[str]]) -> dict[str, Counter[str]]:
    """Per concern, and for any at all: how often it was said rightly, said, and meant."""
    counts = {name: Counter[str]() for name in (*map(str, Concern), ANY)}
    for (_, meant), told in zip(labels.items(), api.read_concerns(list(labels)), strict=True):
        said = {str(one.concern) for one in told}
        for name in said | meant:
            counts[name].update(right=int(name in said & meant), said=int(name in said), meant=int(name in meant))
        counts[ANY].update(right=int(bool(said and meant)), said=int(bool(said)), meant=int(bool(meant)))
    return counts


def wrong(labels: Mapping[str, set[str]]) -> Iterable[tuple[str, set[str], set[str]]]:
    """(text, said but not meant, meant but not said) where the cues differ from the labels."""
    for (text, meant), told in zip(labels.items(), api.read_concerns(list(labels)), strict=True):
        said = {str(one.concern) for one in told}
        if said != meant:
            yield text, said - meant, meant - said


def share(part: int, whole: int) -> str:
    return f"{part / whole * 100:.0f} % ({part}/{whole})" if whole else "–"


def table() -> str:
    """The table of the docs: per concern what of the said was right, and what of the meant was found."""
    sets = {name: make() for name, make in SETS.items()}
    halves = {
        name: {text: meant for text, meant in labels.items() if not is_seen(text)} for name, labels in sets.items()
    }
    columns = [*halves.values(), sets["live comments"] | sets["reviews"]]
    measured = [measure(labels) for labels in columns]
    heads = [*(f"{name}, unseen half ({len(labels)})" for name, labels in halves.items())]
    heads.append(f"live comments and reviews, all ({len(columns[-1])})")
    lines = [
        "Each cell: right of said; found of meant.\n",
        f"| concern | {' | '.join(heads)} |",
        "|---" * (len(heads) + 1) + "|",
    ]
    for name in (*map(str, Concern), ANY):
        cells = [
            f"{share(one[name]['right'], one[name]['said'])}; {share(one[name]['right'], one[name]['meant'])}"
            for one in measured
        ]
        lines.append(f"| {name if name == ANY else f'`{name}`'} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write() -> None:
    """Put the table into the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table()}{END}{after}", encoding="utf-8")


def main() -> int:
    sys.stdout.write(table())
    if "--seen" in sys.argv:
        for name, make in SETS.items():
            labels = {text: meant for text, meant in make().items() if is_seen(text)}
            for text, more, less in wrong(labels):
                sys.stdout.write(f"{name}: {text}  said {sorted(more)}  missed {sorted(less)}\n")
    if "--write" in sys.argv:
        write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
