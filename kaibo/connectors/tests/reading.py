"""Payloads through the door of the room, as `kaibo translate` reads them."""

import json
import tempfile
from pathlib import Path
from typing import Any

from kaibo.connectors.api import Outcome, translate_file
from kaibo.eventlog.events import PlatformEvent


def outcomes(connector: str, payload: bytes | str | Path | dict[str, Any] | list[Any], **told: str) -> list[Outcome]:
    """Every outcome of a payload; `room` and what headers would have told are named."""
    if isinstance(payload, Path):
        data = payload.read_bytes()
    elif isinstance(payload, dict | list):
        data = json.dumps(payload, ensure_ascii=False).encode()
    else:
        data = payload.encode() if isinstance(payload, str) else payload
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payload"
        path.write_bytes(data)
        room = told.pop("room", None)
        return list(translate_file(connector, path, room=room, options=told))


def events(
    connector: str, payload: bytes | str | Path | dict[str, Any] | list[Any], **told: str
) -> list[PlatformEvent]:
    """Events alone; anything else fails the test."""
    found = outcomes(connector, payload, **told)
    wrong = [one for one in found if not isinstance(one, PlatformEvent)]
    assert not wrong, wrong
    return [one for one in found if isinstance(one, PlatformEvent)]
