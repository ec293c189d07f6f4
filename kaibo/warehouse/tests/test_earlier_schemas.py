"""A home as an earlier schema wrote it is read, counted and added to as if it were of today.

`schemas/<n>` holds log and lake of such a home and what they count to, as the last version of that schema wrote them.
A new schema gets a folder of its own from `write` in an empty home; older ones stay as they are.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from kaibo.eventlog import api as log
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.kinds import SCHEMA
from kaibo.warehouse import api
from kaibo.warehouse.counter import Counter
from kaibo.warehouse.tests import fakes

FOLDER = Path(__file__).parent / "schemas"
TOLD = Provenance("feed_old", ingest_id="imp_old", raw_ref="sha256:0", translator_version="test/1")
pytestmark = pytest.mark.django_db


def count() -> None:
    counting = Counter()
    counting.run_once()
    counting.close()


def told() -> list[list[Any]]:
    """Every minute row, as JSON has it."""
    return sorted(([*key, values] for key, values in fakes.rows().items()), key=repr)


def bring(events: list[fakes.Event]) -> None:
    writing = log.open_log()
    receipt = writing.append_lines("\n".join(map(json.dumps, events)).encode(), provenance=TOLD)
    writing.close()
    assert receipt.rejected == 0, receipt.details


def night() -> list[fakes.Event]:
    known = [one for one in fakes.night(11, size=160) if one["kind"] != "unknown"]
    return [{**one, "event_id": f"old{place}", "currency": "CNY"} for place, one in enumerate(known)]


def write(home: Path) -> None:
    """Make this schema's folder out of an empty home: one part in the lake, one in the log alone."""
    events = night()
    bring(events[:100])
    count()
    bring(events[100:])
    into = FOLDER / str(SCHEMA)
    shutil.copytree(home / "log", into / "log", ignore=shutil.ignore_patterns("lock"))
    shutil.copytree(home / "lake", into / "lake", ignore=shutil.ignore_patterns("lock", "spill", "*.tmp"))
    count()
    (into / "counted.json").write_text(json.dumps(told(), ensure_ascii=False, indent=0), encoding="utf-8")


def test_it_has_a_home_of_every_schema_so_far() -> None:
    assert {int(path.name) for path in FOLDER.iterdir()} == set(range(1, SCHEMA + 1))


@pytest.mark.parametrize("schema", sorted(path.name for path in FOLDER.iterdir()))
def test_it_counts_a_home_of_an_earlier_schema_as_it_was_counted_then(home: Path, schema: str) -> None:
    expected = json.loads((FOLDER / schema / "counted.json").read_text(encoding="utf-8"))
    for part in ("log", "lake"):
        shutil.copytree(FOLDER / schema / part, home / part)
    assert len(expected) > 60
    count()
    assert json.loads(json.dumps(told())) == expected
    api.request_rebuild("A")  # from the lake and the log
    count()
    assert json.loads(json.dumps(told())) == expected
    assert {event.event_id for event in log.events_of("A")} == {
        one["event_id"] for one in night() if one.get("show_id") == "A"
    }
    bring(night())  # every one of them is known
    count()
    assert json.loads(json.dumps(told())) == expected
