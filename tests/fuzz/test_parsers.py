"""No parser raises for what strangers write, or takes seconds for a small file; it refuses with a sentence.

The build gives each parser five seconds of processor time, `make soak` a minute; both draw the same inputs, the minute
goes further. What was ever found stands in `found/` and is read again by every run.
"""

import base64
import sys
from pathlib import Path

import pytest

from tests.fuzz.guided import fuzz
from tests.fuzz.parsers import Parser, every

SHORT_SECONDS, LONG_SECONDS = 5.0, 60.0
FOUND = Path(__file__).parent / "found"
PARSERS = {one.name: one for one in every()}


def kept(parser: Parser) -> list[bytes]:
    """Inputs that were a finding once, one file per parser and line."""
    path = FOUND / f"{parser.name.replace(' ', '-')}.b64"
    return [base64.b64decode(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.parametrize("name", PARSERS)
def test_it_refuses_in_words_whatever_it_is_given(name: str) -> None:
    parser = PARSERS[name]
    seeds = [*parser.seeds(), *kept(parser)]
    told = fuzz(parser.parse, seeds, allowed=parser.allowed, seconds=SHORT_SECONDS)
    assert not told.faults, "\n".join(told.faults)
    assert told.runs > len(seeds), "not one changed input was tried"


@pytest.mark.soak
@pytest.mark.parametrize("name", PARSERS)
def test_it_refuses_in_words_for_a_minute_of_processor_time(name: str) -> None:
    parser = PARSERS[name]
    seeds = [*parser.seeds(), *kept(parser)]
    told = fuzz(parser.parse, seeds, allowed=parser.allowed, seconds=LONG_SECONDS)
    sys.stdout.write(f"{name}: {told.runs} inputs, {told.kept} reached new lines, {len(told.faults)} faults\n")
    assert not told.faults, "\n".join(told.faults)


def test_it_finds_what_a_parser_does_not_expect() -> None:
    def parse(data: bytes) -> None:
        if data[:1] == b"{":
            raise RecursionError("found")

    told = fuzz(parse, [b"[1]"], allowed=(ValueError,), seconds=5, most_runs=20_000)
    assert told.faults
    assert told.faults[0].startswith("RecursionError")


def test_it_covers_every_connector_that_reads() -> None:
    from kaibo.connectors import api as connectors
    from kaibo.connectors import registry

    names = " ".join(PARSERS)
    reading = [one.id for one in connectors.connectors() if one.transport in {"file", *registry.PAYLOADS}]
    assert [one for one in reading if one != "exports" and one not in names] == []
