"""Public word lists become packs that only count: nobody has reviewed them, and on ordinary shopping reviews the
largest of them flags one message in ten."""

from collections.abc import Callable, Iterator
from pathlib import Path

from kaibo.language.contracts import Action, Pack, Rule, Scene
from kaibo.language.errors import BadWordList

MOST_TERM = 64


def _plain(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """One word per line; a leading # is a remark."""
    for line in lines:
        if (word := line.strip().rstrip(",，、")) and not word.startswith("#"):
            yield word, "imported"


def _tagged(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """`word tag,tag`: the tags file of houbb/sensitive-word."""
    for line in lines:
        word, _, tags = line.strip().partition(" ")
        if word:
            yield word, tags.strip().split(",")[0] or "imported"


def _separated(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Words of one line separated by | 、 or comma, as in older lists."""
    for line in lines:
        for word in line.replace("、", "|").replace("，", "|").replace(",", "|").split("|"):
            if word.strip():
                yield word.strip(), "imported"


KINDS: dict[str, Callable[[Iterator[str]], Iterator[tuple[str, str]]]] = {
    "plain": _plain,
    "tagged": _tagged,
    "separated": _separated,
}


def read(path: Path, *, pack_id: str, kind: str = "plain") -> Pack:
    """A pack whose rules only count, in every scene, one rule per tag. Raises BadWordList."""
    if kind not in KINDS:
        raise BadWordList(f"there is no list format {kind}", fix=f"use one of {', '.join(KINDS)}", kind=kind)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadWordList(f"there is no file {path.name}", fix="check the path", file=path.name) from error
    except UnicodeDecodeError as error:
        raise BadWordList(
            f"{path.name} is not UTF-8 (byte {error.start})", fix="convert it to UTF-8", file=path.name
        ) from error
    words: dict[str, dict[str, None]] = {}
    for word, tag in KINDS[kind](iter(text.splitlines())):
        if len(word) <= MOST_TERM:
            words.setdefault(tag, {})[word] = None
    if not words:
        raise BadWordList(f"{path.name} holds no word", fix="check the format with --list-kind", file=path.name)
    actions = dict.fromkeys(Scene, Action.COUNT)
    rules = tuple(
        Rule(
            id=f"{pack_id}.{tag}",
            terms=tuple(found),
            actions=actions,
            category=tag,
            severity=1,
            countries=frozenset(),
            sound_from=4,
            is_split=False,
            is_lookalike=False,
        )
        for tag, found in words.items()
    )
    return Pack(pack_id, 1, path.stem, path.stem, (path.name,), rules)
