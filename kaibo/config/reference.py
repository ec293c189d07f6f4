"""Rewrite the reference pages that follow from the code: `python -m kaibo.config.reference`.

A test compares them with what this module makes, so a page cannot fall behind.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import typer.main

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
NOTE = "<!-- made by `make reference`; edit the code, not this page -->\n"
_TYPES = {"str": "text", "int": "integer", "bool": "true or false", "dict": "object"}


def settings() -> str:
    """Every environment variable that Kaibo reads."""
    from kaibo.connectors import api as connectors_room
    from kaibo.kit.env import BOT_PATTERN, FEED_PATTERN, SETTINGS

    rows = ((f"`{it.name}`", f"`{it.default}`" if it.default else "empty", it.purpose) for it in SETTINGS)
    intro = "Kaibo is configured by environment variables alone. An empty variable counts as not set.\n"
    needs = [
        (f"`{one.id}`", f"`{need.name.upper()}`", "yes" if need.is_needed else "", need.says)
        for one in connectors_room.connectors()
        for need in connectors_room.feed_settings(one.id)
    ]
    feeds = (
        f"## Settings of feeds\n\nA feed that takes pushes or calls its platform reads `{FEED_PATTERN}`: the feed's id"
        " without `feed_` and one of the names below, in capitals. What the environment does not name is looked for"
        " among what was typed into the feed's form, sealed with `KAIBO_SEAL_KEY`; nothing shows it again.\n\n"
    )
    table = _table(("connector", "name", "needed", "what it is"), needs)
    bots = (
        f"\n## Chat bots\n\n`{BOT_PATTERN}` is the address of a bot of a chat group, as DingTalk, Feishu or WeCom show"
        " it when the bot is made (`&secret=…` behind it where it signs), or any address that apprise knows. `<NAME>`"
        " is what pages call the bot. Rounds and reports are posted through it; the"
        " address is never shown. A director adds bots of DingTalk, Feishu and WeCom on the page *Chat bots* too; what"
        " the environment names goes first.\n"
    )
    return _page("Settings", intro, _table(("name", "default", "what it does"), rows), feeds + table + bots)


def events() -> str:
    """Schema 1: kinds, fields, names inside `attrs`, envelope."""
    from kaibo.eventlog import events as schema
    from kaibo.eventlog import kinds
    from kaibo.warehouse.columns import COLUMNS

    groups = ("AUDIENCE", "INTERACTION", "PRODUCT", "ORDER", "STAGE", "REPORT", "GROUP")
    feeds = {kind: [c.name for c in COLUMNS if kind in c.kinds] for kind in kinds.KINDS}
    rows = [
        (f"`{kind}`", group.lower(), ", ".join(f"`{name}`" for name in feeds[kind]) or _uncounted(kind))
        for group in groups
        for kind in getattr(kinds, group)
    ]
    rows.append((f"`{kinds.UNKNOWN}`", "", "kept as received; a later translator can read it again"))
    own = {field.name for field in msgspec.structs.fields(schema.PlatformEvent)}
    envelope = [field for field in msgspec.structs.fields(schema.StoredEvent) if field.name not in own]
    parts = (
        f"Schema {kinds.SCHEMA}, frozen: later schemas only add. A line is one JSON object.\n",
        "## Kinds\n\n" + _table(("kind", "group", "columns of a minute row that it feeds"), rows),
        "## Fields\n\nAn event is the same one when `platform`, `room_id` and `event_id` are the same.\n\n"
        + _table(("field", "type", "needed"), map(_field, msgspec.structs.fields(schema.PlatformEvent))),
        "## Where each kind comes from\n\nWhich payload of which platform becomes which kind; what of it is dropped and"
        " why, and which payloads are no event of ours, stands in [payloads](payloads.md).\n\n"
        + _table(("kind", "from"), _origins()),
        "`occurred_at` is ISO 8601 with a zone, or an epoch in s, ms or µs; stored as µs UTC. Money is minor units.\n",
        "Values of `traffic_source` that pages know by name: "
        + ", ".join(f"`{name}`" for name in schema.TRAFFIC_SOURCES)
        + "; any other is kept as sent.\n",
        "## Names inside `attrs`\n\nEvery other name is kept and ignored.\n\n"
        + _table(("name", "meaning"), ((f"`{name}`", says) for name, says in schema.ATTRS.items())),
        "## Envelope\n\nAdded to every stored line; a sender never writes these.\n\n"
        + _table(("field", "type", "needed"), map(_field, envelope)),
    )
    return _page("Events", *parts)


def _origins() -> list[tuple[str, str]]:
    """Kind -> connector: payloads, as the connectors' own tables say."""
    from kaibo.connectors import registry
    from kaibo.connectors.payloadreference import tabled
    from kaibo.eventlog.kinds import KINDS

    found: dict[str, dict[str, list[str]]] = {}
    for manifest in tabled():
        for theirs, ours, _note in registry.part(manifest.id, "meanings").ROWS:
            if ours in KINDS:
                found.setdefault(ours, {}).setdefault(manifest.id, []).append(theirs)
    return [
        (f"`{kind}`", "; ".join(f"**{name}**: {', '.join(dict.fromkeys(parts))}" for name, parts in names.items()))
        for kind, names in sorted(found.items())
    ]


def _uncounted(kind: str) -> str:
    from kaibo.eventlog.kinds import MOMENT_KINDS

    if kind == "figure.reported":
        return "none; a figure that stands beside our own count"
    return "none; stands on the timeline" if kind in MOMENT_KINDS else "none; kept in the log"


def _field(field: Any) -> tuple[str, str, str]:
    kind = str(field.type).replace("<class '", "").replace("'>", "").split("[")[0].split(" |")[0]
    return f"`{field.name}`", _TYPES.get(kind, kind), "yes" if field.required else ""


def connectors() -> str:
    """Every connector, from its manifest."""
    from kaibo.connectors.reference import render

    return render(NOTE)


def payloads() -> str:
    """What each payload of a platform becomes."""
    from kaibo.connectors.payloadreference import render

    return render(NOTE)


def commands() -> str:
    """Every command with its arguments and options."""
    from kaibo.config import cli

    if not cli.app.registered_commands and not cli.app.registered_groups:
        cli._register()
    group = typer.main.get_command(cli.app)
    intro = "Exit code 0: done, 1: failed, 2: bad input. `python -m kaibo` is the same as `kaibo`.\n"
    return _page("Commands", intro, *_commands("kaibo", group))


def _commands(path: str, command: Any) -> Iterable[str]:
    nested = getattr(command, "commands", None)
    if nested is not None:
        if command.invoke_without_command and path != "kaibo":
            yield _command(path, command)
        for name in sorted(name for name, one in nested.items() if not one.hidden):
            yield from _commands(f"{path} {name}", nested[name])
        return
    yield _command(path, command)


def _command(path: str, command: Any) -> str:
    context = typer.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    rows = [row for row in map(_parameter, command.params) if row]
    says = " ".join((command.help or "").split())
    table = "\n" + _table(("argument or option", "default", "meaning"), rows) if rows else ""
    return f"## {path}\n\n{says}\n\n    {usage}\n{table}"


def _parameter(parameter: Any) -> tuple[str, str, str] | None:
    if parameter.name == "help":
        return None
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    if parameter.param_type_name == "argument":
        names = f"`{parameter.name.upper()}`"
    value = parameter.default
    plain = "" if value is None or callable(value) or value is False or parameter.required else f"`{value}`"
    return names, plain, " ".join((getattr(parameter, "help", "") or "").split())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _page(title: str, *parts: str) -> str:
    return f"# {title}\n\n{NOTE}\n" + "\n".join(parts)


def metrics() -> str:
    """The dictionary of numbers."""
    from kaibo.config.cli import start_django

    start_django()
    from kaibo.metrics.reference import page

    return page()


def roles() -> str:
    """Who may do what."""
    from kaibo.config.cli import start_django

    start_django()
    from django.utils.translation import override

    from kaibo.web import rights, words

    with override("en"):
        heads = ("act", "", *(words.role_name(role) for role in rights.shown()))
        rows = [
            (
                f"`{act}`",
                f"{says}{' (only with all rooms)' if needs_all else ''}",
                *("yes" if may else "" for may in cells),
            )
            for act, says, needs_all, cells in rights.matrix()
        ]
    intro = "Everybody acts only in the rooms given to them; an account without a role sees nothing.\n"
    return _page("Roles", intro, _table(heads, rows))


def runbook(name: str) -> str:
    """How to connect one platform, in both languages."""
    from kaibo.connectors import runbooks

    return runbooks.render(name, NOTE)


def runbook_names() -> list[str]:
    """Connectors with a runbook."""
    from kaibo.connectors import runbooks

    return runbooks.written()


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "events.md": events,
    "connectors.md": connectors,
    "payloads.md": payloads,
    "commands.md": commands,
    "metrics.md": metrics,
    "roles.md": roles,
    **{f"runbooks/{name}.md": functools.partial(runbook, name) for name in runbook_names()},
}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (FOLDER / name).parent.mkdir(exist_ok=True)
        (FOLDER / name).write_text(make())
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
