"""The door of the connectors: what exists, and files turned into events. Contracts in and out."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kaibo.connectors import reading, registry
from kaibo.connectors.calling import PlatformFault
from kaibo.connectors.contracts import (
    Accepted,
    Answered,
    BadBot,
    BadFile,
    BadLine,
    BodyTooLarge,
    BotView,
    Checked,
    ConfigProblem,
    Delivery,
    FeedSetting,
    FetchedFile,
    FileTranslator,
    Manifest,
    Ok,
    Outcome,
    PostView,
    Refused,
    Reply,
    Skipped,
    UnknownConnector,
    Verdict,
    WrongConnector,
)
from kaibo.connectors.reading import BoundedFile, BrokenFile, Progress, open_file
from kaibo.connectors.runbooks import PARTS as RUNBOOK_PARTS
from kaibo.connectors.runbooks import Runbook, runbook
from kaibo.kit import clock, env

__all__ = [
    "RUNBOOK_PARTS",
    "Accepted",
    "Answered",
    "BadBot",
    "BadFile",
    "BadLine",
    "BotView",
    "BoundedFile",
    "BrokenFile",
    "Checked",
    "ConfigProblem",
    "Delivery",
    "FeedSetting",
    "FetchedFile",
    "Manifest",
    "Ok",
    "Outcome",
    "PlatformFault",
    "PostView",
    "Refused",
    "Reply",
    "Runbook",
    "Skipped",
    "UnknownConnector",
    "Verdict",
    "WrongConnector",
    "arrived_now",
    "bot_posts",
    "bots",
    "can_ask",
    "check_command",
    "check_config",
    "check_file",
    "connector",
    "connectors",
    "drop_bot",
    "error_sentence",
    "feed_settings",
    "fetched_body",
    "fetched_files",
    "keep_bot",
    "kept_settings",
    "move_grant",
    "open_file",
    "post_to_bot",
    "read_audience",
    "recognised_by",
    "runbook",
    "translate_file",
    "try_connection",
    "verify_delivery",
]


def connectors() -> list[Manifest]:
    """Every connector, in order of id."""
    return list(registry.manifests().values())


def connector(connector_id: str) -> Manifest:
    """The manifest of one connector. Raises UnknownConnector naming those that exist."""
    return registry.manifest_of(connector_id)


def check_config(connector_id: str, config: Mapping[str, object]) -> Ok | ConfigProblem:
    """Whether a connector can work with these settings, before they are saved."""
    verdict: Ok | ConfigProblem = registry.part(connector_id, "config").check(config)
    return verdict


def recognised_by(path: Path) -> list[str]:
    """Ids of the file connectors whose format the file looks like. Raises BadFile, NotFound."""
    readers = [manifest for manifest in connectors() if manifest.transport == "file"]
    head = reading.head_of(path, limit=max(manifest.limits.file_bytes for manifest in readers))
    return [manifest.id for manifest in readers if registry.file_translator(manifest.id).recognise(head)]


def check_file(connector_id: str, path: Path, *, options: Mapping[str, str] | None = None) -> None:
    """Nothing, when the connector can read the file.

    Raises: UnknownConnector, NotFound, BadFile (empty, wrong gzip, wrong option), WrongConnector.
    """
    translator, limits = registry.file_translator(connector_id), connector(connector_id).limits
    is_payload = connector(connector_id).transport in registry.PAYLOADS  # its options stand for headers, not settings
    verdict = Ok() if is_payload else check_config(connector_id, dict(options or {}))
    if isinstance(verdict, ConfigProblem):
        raise BadFile(verdict.sentence, fix="correct the option", option=verdict.code)
    if not translator.recognise(reading.head_of(path, limit=limits.file_bytes)):
        raise _wrong(connector_id, path)


def translate_file(
    connector_id: str,
    path: Path,
    *,
    room: str | None = None,
    options: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Iterator[Outcome]:
    """One outcome per row of a plain or gzip file, in file order, in bounded memory.

    Shape: every row is a PlatformEvent, a Skipped with its reason, or a BadLine that names line, field and fix.
    `room` names the room where the file does not, and picks one where it holds several.
    Raises: UnknownConnector, NotFound, BadFile (empty, wrong gzip), WrongConnector; all before the first outcome.
    """
    check_file(connector_id, path, options=options)
    translator, limits = registry.file_translator(connector_id), connector(connector_id).limits
    file = open_file(path, limit=limits.file_bytes)
    chosen = {"file_name": path.name, **(options or {})}
    return _outcomes(translator, file, room, chosen, progress)


def arrived_now(connector_id: str) -> dict[str, str]:
    """What the inbox would tell of a payload that arrives at this instant; empty for connectors of whole files.

    Shape: for a dry run alone. An import must be told when a reply was read: `as_of` now would be made up.
    """
    if connector(connector_id).transport not in registry.PAYLOADS:
        return {}
    now = str(clock.now_us())
    return {"received_at": now, "as_of": now}


def feed_settings(connector_id: str) -> tuple[FeedSetting, ...]:
    """What a feed of this connector needs from the environment; nothing where it takes no pushes."""
    return registry.feed_settings(connector_id)


def kept_settings(connector_id: str, feed_id: str) -> dict[str, str]:
    """Settings of a feed that were typed in, unsealed; for the gateway alone. Cost: one query."""
    from kaibo.eventlog.sealed import kept_names, kept_setting  # this room reads files without Django

    try:
        needs = {need.name for need in registry.feed_settings(connector_id)}
    except UnknownConnector:
        return {}
    return {name: kept_setting(feed_id, name) for name in kept_names(feed_id) & needs}


def can_ask(connector_id: str) -> bool:
    """Whether a connector calls its platform by itself."""
    return (connector(connector_id).folder / "client.py").exists()


def try_connection(
    connector_id: str, settings: Mapping[str, str], *, kept_at: str, attempts: int
) -> Checked | ConfigProblem | None:
    """Who answered, after the cheapest call that needs these settings; None where nothing can be asked.

    Shape: a token that the platform grants meanwhile is kept sealed at `kept_at`. It may take half a minute.
    """
    from kaibo.connectors import pollworker  # this room reads files without Django

    client = pollworker.client_of(connector_id)
    if client is None or not all(settings.get(name) for name in client.NEEDS):
        return None
    try:
        return client.check(pollworker.trial_line(kept_at, settings, attempts=attempts))
    except PlatformFault as fault:
        return ConfigProblem(fault.code, fault.sentence)


def move_grant(kept_at: str, feed_id: str) -> None:
    """Let a token that an attempt brought belong to the feed that was made of it."""
    from kaibo.connectors.tokens import KEPT_AS
    from kaibo.eventlog.sealed import keep_setting, kept_setting

    found = kept_setting(kept_at, KEPT_AS)
    if found:
        keep_setting(feed_id, KEPT_AS, found)
        keep_setting(kept_at, KEPT_AS, "")


def error_sentence(connector_id: str, code: str, language: str) -> str:
    """What a connector says about one of our codes, in the reader's language; empty where it has no words for it."""
    try:
        texts = registry.error_texts(connector_id).values()
    except UnknownConnector:
        return ""
    found = next((one for one in texts if one.get("code") == code), {})
    return str(found.get("zh") if language.startswith("zh") and found.get("zh") else found.get("sentence", ""))


def check_command(connector_id: str, action: str, args: Mapping[str, object]) -> Ok | ConfigProblem:
    """Whether a platform can be asked to do this, before it is ordered through the outbox of the event log."""
    from kaibo.connectors import outboxworker  # needs the records; this door does not

    actions = outboxworker.actions_of(connector_id)
    if actions is None or action not in actions.ACTIONS:
        return ConfigProblem("action", f"{connector_id} cannot be asked for {action}")
    return actions.check(action, args)


def read_audience(feed_id: str) -> dict[str, Any]:
    """Who can be written to through a feed: `owners`, `groups`, `tags`; asked now, so for background work alone.

    Raises: PlatformFault, UnknownFeed.
    """
    from kaibo.connectors import outboxworker  # needs the records; this door does not
    from kaibo.eventlog import api as eventlog

    actions = outboxworker.actions_of(eventlog.feed(feed_id).connector)
    return {} if actions is None else actions.audience(outboxworker.line_to(feed_id))


def fetched_files(feed_id: str, *, limit: int = 100) -> list[FetchedFile]:
    """Files that a feed fetched from its platform, latest first, without their bytes. Cost: one query."""
    from kaibo.connectors import files  # needs the records; this door does not

    return files.fetched_files(feed_id, limit=limit)


def fetched_body(file_id: int) -> bytes:
    """A fetched file as received; empty once the inbox let it go. Raises UnknownDelivery."""
    from kaibo.connectors import files  # needs the records; this door does not

    return files.fetched_body(file_id)


def verify_delivery(connector_id: str, feed_id: str, delivery: Delivery, *, kept: Mapping[str, str]) -> Verdict:
    """Whether the platform sent this to the feed, proven with its settings: the environment's, else what is `kept`."""
    try:
        door = registry.verifier(connector_id)
    except UnknownConnector as error:
        return Refused("no_pushes", error.sentence)
    needs = registry.feed_settings(connector_id)
    settings = {n.name: env.read_feed(feed_id, n.name) or kept.get(n.name, "") for n in needs}
    try:
        return door.verify(delivery, settings)
    except BodyTooLarge as error:
        return Refused("too_large", str(error))


def _outcomes(
    translator: FileTranslator,
    file: BoundedFile,
    room: str | None,
    options: Mapping[str, str],
    progress: Progress | None,
) -> Iterator[Outcome]:
    with file, io.BufferedReader(file, reading.CHUNK) as body:
        for count, outcome in enumerate(translator.translate(body, room=room, options=options)):
            if progress is not None and count % 4096 == 0:
                progress(file.read_bytes, file.total_bytes)
            yield outcome
        if progress is not None:
            progress(file.total_bytes, file.total_bytes)


def _wrong(connector_id: str, path: Path) -> WrongConnector:
    others = recognised_by(path)
    fix = (
        f"use the connector {' or '.join(others)}"
        if others
        else "docs/reference/connectors.md says what each one reads"
    )
    name = connector(connector_id).name["en"]
    return WrongConnector(f"{path.name} does not look like {name}", fix=fix, path=str(path))


def bots() -> list[BotView]:
    """Chat bots, from the environment (`KAIBO_BOT_<NAME>`) or typed in, never with their address."""
    from kaibo.connectors import bots as bot_room  # needs the records; this door does not

    return bot_room.bots()


def keep_bot(name: str, address: str, *, actor: str) -> BotView:
    """Seal a bot's address that was typed in. Raises: BadBot with what to mend."""
    from kaibo.connectors import bots as bot_room  # needs the records; this door does not

    return bot_room.keep(name, address, actor=actor)


def drop_bot(name: str, *, actor: str) -> None:
    """Forget a bot that was typed in. Raises: BadBot where none was."""
    from kaibo.connectors import bots as bot_room  # needs the records; this door does not

    bot_room.drop(name, actor=actor)


def post_to_bot(bot_id: str, text: str, *, key: str, actor: str, until_us: int | None = None) -> int:
    """Put a text on its way as background work, in the caller's transaction; the job's id.

    Shape: one unfinished post per key and bot; after `until_us` (20 minutes) it is given up. Raises: BadBot.
    """
    from kaibo.connectors import bots as bot_room  # needs the records; this door does not

    return bot_room.post(bot_id, text, key=key, actor=actor, until_us=until_us)


def bot_posts(key: str, bot_ids: tuple[str, ...]) -> list[PostView]:
    """How the latest post of a key went, per bot. Cost: one query a bot."""
    from kaibo.connectors import bots as bot_room  # needs the records; this door does not

    return bot_room.posts(key, bot_ids)
