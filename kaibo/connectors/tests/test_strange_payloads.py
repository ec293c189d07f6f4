"""Payloads like the documented ones and unlike them: fields gone, empty, of another type; none raises."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaibo.connectors import registry
from kaibo.connectors.contracts import Skipped
from kaibo.connectors.tests.test_documented import EVENTS, REPLIES
from kaibo.eventlog.contracts import Problem
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.lines import ENCODER, Rules
from kaibo.eventlog.validate import check_body

CONNECTORS = sorted(one.id for one in registry.manifests().values() if one.transport in registry.PAYLOADS)
TOLD = {"received_at": "1780000000000000", "as_of": "1780000000", "room": "r-1", "account": "77"}
RULES = Rules(now_us=1_790_000_000_000_000, currency="CNY")
STRANGE: tuple[Any, ...] = (
    None, "", "-", "null", 0, -1, 1.5, True, [], {}, [None], [[]], {"a": {}}, "不是数字", 10**40, -(10**25), "1e400",
    "NaN", "９９", "\x00", "x" * 5000, "2026-13-45 99:99:99", 9_999_999_999_999_999, "{", '{"a":1}', "[1,2]",
)  # fmt: skip
SMALL = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


def own(connector: str) -> list[bytes]:
    folder = registry.manifest_of(connector).folder / "fixtures"
    return [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]


def documented(connector: str, root: Path) -> list[bytes]:
    found = []
    for theirs, ours in EVENTS.items():
        if ours == connector:
            found += sorted((root / theirs / "events").rglob("*.*"))
    for folder, ours in REPLIES:
        if ours == connector:
            found += sorted((root / folder).rglob("*Response.json"))
    return [path.read_bytes() for path in found]


def mutated(payload: bytes, draw: random.Random) -> bytes:
    """The payload with up to four places changed; bytes turned where it is no JSON."""
    try:
        tree = json.loads(payload.decode("utf-8-sig"))
    except ValueError:
        return _bytes_changed(payload, draw)
    if draw.random() < 0.05:
        return _bytes_changed(payload, draw)
    holder = [tree]
    for _ in range(draw.randrange(1, 5)):
        places = list(_places(holder))
        container, key = draw.choice(places)
        roll = draw.random()
        if roll < 0.2 and isinstance(container, dict):
            del container[key]
        elif roll < 0.35:
            container[key] = [container[key], _strange(draw)]
        elif roll < 0.5 and isinstance(container[key], int | str):
            container[key] = int(container[key]) if str(container[key]).isdecimal() else str(container[key]) + "?"
        else:
            container[key] = _strange(draw)
    return json.dumps(holder[0], ensure_ascii=draw.random() < 0.5).encode("utf-8", "replace")


def _strange(draw: random.Random) -> Any:
    return copy.deepcopy(draw.choice(STRANGE))


def _bytes_changed(payload: bytes, draw: random.Random) -> bytes:
    changed = bytearray(payload)
    for _ in range(draw.randrange(1, 6)):
        if changed:
            changed[draw.randrange(len(changed))] = draw.randrange(256)
    start = draw.randrange(len(changed) + 1) if draw.random() < 0.3 else len(changed)
    return bytes(changed[:start])


def _places(container: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    keys = container if isinstance(container, dict) else range(len(container))
    for key in list(keys):
        yield container, key
        if isinstance(container[key], dict | list) and depth < 12:
            yield from _places(container[key], depth + 1)


def read(connector: str, payload: bytes) -> None:
    """Translate; whatever comes is one of the three outcomes, and the door can say yes or no to each event."""
    outcomes = list(registry.payload_translator(connector).translate(payload, TOLD))
    assert all(isinstance(one, PlatformEvent | Skipped | Problem) for one in outcomes), outcomes
    for one in outcomes:
        if isinstance(one, Problem):
            assert one.problem
            assert one.fix
    check_body(ENCODER.encode_lines([one for one in outcomes if isinstance(one, PlatformEvent)]), RULES)


@pytest.mark.parametrize("connector", CONNECTORS)
@given(seed=st.integers(0, 2**32))
@SMALL
def test_it_never_raises_for_its_own_payloads_changed(connector: str, seed: int) -> None:
    draw = random.Random(seed)
    read(connector, mutated(draw.choice(own(connector)), draw))


@pytest.mark.shared_data
@pytest.mark.parametrize("connector", sorted({*EVENTS.values(), *(ours for _folder, ours in REPLIES)}))
@given(seed=st.integers(0, 2**32))
@SMALL
def test_it_never_raises_for_documented_payloads_changed(shared_data: Path, connector: str, seed: int) -> None:
    draw = random.Random(seed)
    read(connector, mutated(draw.choice(_documented(connector, shared_data / "fixtures")), draw))


_known: dict[str, list[bytes]] = {}


def _documented(connector: str, root: Path) -> list[bytes]:
    if connector not in _known:
        _known[connector] = documented(connector, root)
    return _known[connector]
