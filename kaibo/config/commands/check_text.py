"""`kaibo check-text`."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kaibo.language.contracts import Scene


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("check-text")
    def check_text(  # noqa: PLR0917 - the command line names them
        path: Annotated[Path | None, typer.Argument(metavar="FILE", help="UTF-8; `-` or none: standard input.")] = None,
        scene: Annotated[Scene, typer.Option(help="Where the words will stand.")] = Scene.SCRIPT,
        product: Annotated[str, typer.Option(help="Category of the product, for example cosmetics or food.")] = "",
        platform: Annotated[str, typer.Option(help="Platform, for rules of one platform.")] = "",
        pack: Annotated[list[str] | None, typer.Option(help="Only this rule pack; can be repeated.")] = None,
        word_list: Annotated[Path | None, typer.Option("--list", help="Count words of a public list too.")] = None,
        list_kind: Annotated[str, typer.Option(help="plain, tagged or separated.")] = "plain",
        show_aside: Annotated[bool, typer.Option("--all", help="Show hits that do not stand too.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Check a text by the rule packs, line by line. Exit 0 nothing to object, 1 warned or refused, 2 bad input."""
        from kaibo.language.api import import_words
        from kaibo.operations.compliance import services  # the door would need the database
        from kaibo.operations.compliance.contracts import Action, Question

        question = Question(scene, product=product or None, platform=platform or None, packs=tuple(pack or ()))
        extra = [import_words(word_list, pack_id=word_list.stem, kind=list_kind)] if word_list else []
        lines = _read(path).split("\n")
        answers = services.answers(lines, question, extra)
        found = [
            {"line": number, **_shown(hit)}
            for number, answer in enumerate(answers, 1)
            for hit in (*answer.hits, *(answer.aside if show_aside or as_json else ()))
        ]
        action = max((one.action for one in answers if one.action), key=lambda one: one.rank, default=None)
        if as_json:
            _say_json({"action": action, "scene": scene, "findings": found, **_stamp(answers[0])})
        else:
            _say(found, lines)
        if action in {Action.WARN, Action.BLOCK}:
            raise typer.Exit(1)


def _read(path: Path | None) -> str:
    from kaibo.kit.errors import KaiboError

    path = None if path == Path("-") else path
    name = path.name if path else "standard input"
    try:
        raw = path.read_bytes() if path else sys.stdin.buffer.read()
    except OSError as error:
        raise KaiboError(f"{name} cannot be read: {error.strerror}", fix="check the path") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KaiboError(f"{name} is not UTF-8 (byte {error.start})", fix="save it as UTF-8") from error


def _shown(hit: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(hit)


def _stamp(answer: Any) -> dict[str, Any]:
    return {"versions": answer.versions, "fingerprint": answer.fingerprint}


def _say_json(result: dict[str, Any]) -> None:
    from kaibo.config.cli import emit

    emit(result, as_json=True)


def _say(found: list[dict[str, Any]], lines: list[str]) -> None:
    """One finding in two to four lines: where and what, in which words, by which law, what to say instead."""
    for one in found:
        text, start, end = lines[one["line"] - 1], one["start"], one["end"]
        standing = "" if one["standing"] == "stands" else f" ({one['standing']}: {one['because']})"
        typer.echo(f"{one['line']}:{start + 1} {one['action']} {one['rule']}{standing}")
        typer.echo(f"    {text[max(0, start - 12) : start]}【{one['matched']}】{text[end : end + 12]}  [{one['view']}]")
        typer.echo(f"    {one['article']}")
        if not standing and one["because"]:
            typer.echo(f"    {one['because']}")
        if not standing and one["suggestion"]:
            typer.echo(f"    → {one['suggestion']}")
    typer.echo(f"lines: {sum(bool(line.strip()) for line in lines)}, hits: {len(found)}")
