"""`kaibo language words|train`: the shop's own words, and a model of opinions taught with the shop's own reviews."""

import csv
import hashlib
from pathlib import Path
from typing import Annotated

import typer

ACTOR = "system:command"
LIKED = frozenset({"1", "positive", "pos", "liked", "good", "好评", "正面"})
DISLIKED = frozenset({"0", "-1", "negative", "neg", "disliked", "bad", "差评", "负面"})
HELD_OUT = 5  # one text in so many measures what was learned


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The shop's own words, and opinions as its own customers write them.")
    app.add_typer(group, name="language")

    @group.command()
    def words(
        path: Annotated[Path, typer.Argument(metavar="FILE", help="UTF-8, one word a line; # begins a remark.")],
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Publish the words of the shop (products, brands, slang): from the next show on they are counted whole."""
        from kaibo.config.cli import emit, migrate, start_django
        from kaibo.language import api as language

        known = language.read_dictionary(_read(path))
        start_django()
        migrate()
        from kaibo.warehouse.contracts import SHOP_DICTIONARY

        version = _publish(SHOP_DICTIONARY, known.content())
        emit({"words": len(known.words), "version": version}, as_json=as_json)

    @group.command()
    def train(
        path: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8 with a heading row.")],
        text: Annotated[str, typer.Option(help="The column of the text.")] = "review",
        label: Annotated[
            str, typer.Option(help="The column of the label: 1/0, positive/negative, 好评/差评.")
        ] = "label",
        to: Annotated[Path | None, typer.Option(help="Write the model here instead of publishing it.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Teach a model of opinions with labelled texts; a fifth is held out. Shows to come are read with it."""
        from kaibo.config.cli import emit, migrate, start_django
        from kaibo.language import api as language

        texts, liked = _labelled(path, text=text, label=label)
        held = [_is_held_out(one) for one in texts]
        taught = [at for at, out in enumerate(held) if not out]
        model = language.train_model(
            [texts[at] for at in taught], [liked[at] for at in taught], made_from=f"{path.name}, {len(taught)} texts"
        )
        asked = [at for at, out in enumerate(held) if out]
        right = (model.scores([texts[at] for at in asked]) > 0.5) == [liked[at] for at in asked]
        told: dict[str, object] = {
            "taught_with": len(taught),
            "held_out": len(asked),
            "accuracy": round(float(right.mean()), 4) if asked else None,
        }
        if to is not None:
            to.write_bytes(model.content())
            emit({**told, "file": to.name}, as_json=as_json)
            return
        start_django()
        migrate()
        from kaibo.warehouse.contracts import OPINION_MODEL

        emit({**told, "version": _publish(OPINION_MODEL, model.content())}, as_json=as_json)


def _publish(name: str, content: bytes) -> int:
    from kaibo.eventlog import api as log

    return log.publish_artifact(name, content, actor=ACTOR)


def _read(path: Path) -> bytes:
    from kaibo.kit.errors import KaiboError

    try:
        return path.read_bytes()
    except OSError as error:
        raise KaiboError(f"{path.name} cannot be read: {error.strerror}", fix="check the path") from error


def _labelled(path: Path, *, text: str, label: str) -> tuple[list[str], list[bool]]:
    """Texts and whether each is liked; a text that stands twice is taken once."""
    from kaibo.kit.errors import KaiboError

    try:
        lines = _read(path).decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise KaiboError(f"{path.name} is not UTF-8 (byte {error.start})", fix="save it as UTF-8") from error
    rows = csv.DictReader(lines)
    missing = [name for name in (text, label) if name not in (rows.fieldnames or ())]
    if missing:
        there = ", ".join(rows.fieldnames or ()) or "none"
        raise KaiboError(f"{path.name} has no column {missing[0]}", fix=f"its columns are {there}; use --text, --label")
    found: dict[str, bool] = {}
    for row in rows:
        said, given = (row[text] or "").strip(), (row[label] or "").strip().lower()
        if said and given not in LIKED | DISLIKED:
            raise KaiboError(
                f"{path.name} line {rows.line_num}: {label} is “{given}”",
                fix="use 1 or 0, positive or negative, 好评 or 差评",
            )
        if said:
            found[said] = given in LIKED
    return list(found), list(found.values())


def _is_held_out(text: str) -> bool:
    """By the hash of the text: the same split whenever the same text is seen."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % HELD_OUT == 0
