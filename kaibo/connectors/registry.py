"""Connectors are found by folder: whatever holds a `manifest.toml` is one."""

import dataclasses
import functools
import importlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import msgspec

from kaibo.connectors.contracts import (
    FeedSetting,
    FileTranslator,
    Manifest,
    PayloadTranslator,
    UnknownConnector,
    Verifier,
)
from kaibo.connectors.payloadfiles import PayloadFile
from kaibo.kit.errors import BadConfiguration

ROOT = Path(__file__).parent
PAYLOADS = frozenset(("push", "pull", "socket"))
"""Transports whose unit is one payload, whether it was pushed, fetched or captured."""


@functools.cache
def manifests() -> dict[str, Manifest]:
    """Every connector by id, in order of id. Raises BadConfiguration for a manifest that cannot be read."""
    found = (read_manifest(path.parent) for path in sorted(ROOT.glob("*/manifest.toml")))
    return {manifest.id: manifest for manifest in found}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of one folder. Raises BadConfiguration naming the folder, the entry and the fix."""
    try:
        given: dict[str, Any] = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(f"{folder.name}/manifest.toml is no TOML: {error}", fix="correct that line") from error
    strange = given.keys() - {field.name for field in dataclasses.fields(Manifest)}
    if strange:
        raise BadConfiguration(
            f"{folder.name}/manifest.toml has an unknown entry '{min(strange)}'", fix="take it out, or correct its name"
        )
    try:
        manifest = msgspec.convert(given | {"folder": folder}, Manifest, dec_hook=lambda _type, value: value)
    except msgspec.ValidationError as error:
        raise BadConfiguration(
            f"{folder.name}/manifest.toml: {error}", fix="compare with the manifest of another connector"
        ) from error
    if manifest.id != folder.name:
        raise BadConfiguration(
            f"{folder.name}/manifest.toml says id = '{manifest.id}'", fix=f"write id = '{folder.name}'"
        )
    return manifest


def manifest_of(connector_id: str) -> Manifest:
    """The manifest of that id. Raises UnknownConnector naming those that exist."""
    try:
        return manifests()[connector_id]
    except KeyError:
        raise UnknownConnector(
            f"there is no connector '{connector_id}'", fix=f"use one of {', '.join(manifests())}"
        ) from None


def part(connector_id: str, name: str) -> ModuleType:
    """A file of a connector's folder as a module, for example its `translate`."""
    return importlib.import_module(f"kaibo.connectors.{manifest_of(connector_id).id}.{name}")


def file_translator(connector_id: str) -> FileTranslator:
    """The translator of files, also of payloads kept in files. Raises UnknownConnector where a connector has none."""
    transport = manifest_of(connector_id).transport
    if transport == "file":
        return cast(FileTranslator, part(connector_id, "translate"))
    if transport in PAYLOADS:
        return PayloadFile(payload_translator(connector_id))
    readers = ", ".join(m.id for m in manifests().values() if m.transport in {"file", *PAYLOADS})
    raise UnknownConnector(f"'{connector_id}' reads no files", fix=f"use one of {readers}")


def payload_translator(connector_id: str) -> PayloadTranslator:
    """The translator of pushed or fetched payloads. Raises UnknownConnector where a connector has none."""
    if manifest_of(connector_id).transport not in PAYLOADS:
        raise UnknownConnector(f"'{connector_id}' takes no payloads", fix="import a file with it instead")
    return cast(PayloadTranslator, part(connector_id, "translate"))


def verifier(connector_id: str) -> Verifier:
    """What proves a delivery. Raises UnknownConnector where a connector takes no pushes."""
    if manifest_of(connector_id).transport != "push":
        raise UnknownConnector(f"'{connector_id}' takes no pushes", fix="see docs/reference/connectors.md")
    return cast(Verifier, part(connector_id, "verify"))


def feed_settings(connector_id: str) -> tuple[FeedSetting, ...]:
    """What a feed of this connector needs from the environment."""
    found: tuple[FeedSetting, ...] = getattr(part(connector_id, "config"), "SETTINGS", ())
    return found


def error_texts(connector_id: str) -> Mapping[str, Mapping[str, Any]]:
    """Their error codes in our words, from `errors.toml`: code -> our code, permanent or not, the sentence."""
    path = manifest_of(connector_id).folder / "errors.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
