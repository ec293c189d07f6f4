"""Lines for machines name the event, batch, delivery or case that they are about, and nobody's words or names."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from kaibo.config import logs
from kaibo.connectors import inboxworker
from kaibo.connectors.tests import pushes
from kaibo.eventlog import api as eventlog
from kaibo.eventlog import quarantine
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.tests.helpers import bring, event, some
from kaibo.kit.logfields import about
from kaibo.operations.compliance import api as compliance
from kaibo.warehouse.counter import Counter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """The lines that are written meanwhile, as KAIBO_LOG=json has them."""
    lines: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(self.format(record)))

    handler = Keep()
    handler.addFilter(logs.WithRequest())
    handler.setFormatter(logs.JsonLines())
    logging.getLogger("kaibo").addHandler(handler)
    yield lines
    logging.getLogger("kaibo").removeHandler(handler)


def fields(line: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in line.items() if name not in {"at", "level", "logger", "request", "says"}}


def test_it_names_a_refused_line_and_what_became_of_it(told: list[dict[str, Any]]) -> None:
    feed, _token = eventlog.create_feed("till", connector="ndjson", platform="shop", actor="user:1")
    line = {"event_id": "e-77", "kind": "comment.posted", "viewer_id": "v-9", "text": "加微信", "张 三": 1}
    log = eventlog.open_log()
    log.append_lines(json.dumps(line).encode(), provenance=Provenance(feed.id), feed=feed)
    log.close()
    quarantine.settle(quarantine.waiting()[0], problem=None)
    refused, taken = told[-2:]
    assert fields(refused) == fields(taken) == {"feed": feed.id, "event_id": "e-77"}
    assert (refused["says"], taken["says"]) == (
        "lines refused and set aside: 1, the first for its platform",
        "a line that was set aside is in the log now",
    )
    assert not [word for word in ("v-9", "加微信", "张 三") if word in json.dumps(told, ensure_ascii=False)]


def test_it_names_the_delivery_and_its_feed(told: list[dict[str, Any]]) -> None:
    feed, _token = eventlog.create_feed("push", connector="doudian", platform="douyin", actor="user:1")
    good = json.loads(pushes.sample("doudian"))[0]
    eventlog.inbox.receive(feed.id, connector="doudian", body=json.dumps([good, {**good, "data": None}]).encode())
    inboxworker.translate_waiting()
    (item,) = eventlog.inbox.items()
    (line,) = [one for one in told if one["says"].endswith("1 events translated, 1 refused")]
    assert line.pop("event_id")
    assert fields(line) == {"feed": feed.id, "delivery": str(item.id)}


def test_it_names_a_damaged_batch_where_it_is_read_and_where_it_is_set_aside(told: list[dict[str, Any]]) -> None:
    bring(some(3))
    bring(some(2, prefix="f"))
    first, second = eventlog.batches({})
    content = bytearray(second.path.read_bytes())
    content[second.offset + 20] ^= 1
    second.path.write_bytes(content)
    assert eventlog.news({}, kinds=frozenset(("comment.posted",))).events
    counting = Counter()
    counting.run_once()
    counting.close()
    name = f"{second.writer}:4-5"
    assert [fields(one) for one in told if "reader passes over" in one["says"]] == [{"batch": name}]
    assert [fields(one) for one in told if "is set aside" in one["says"]] == [{"batch": name}]
    assert first.to_seq == 3


def test_it_names_a_case_with_its_event_and_show(told: list[dict[str, Any]]) -> None:
    bring([event("s1", kind="speech.transcribed", text="这款面料绝对是最好的", show_id="tonight")])
    while compliance.look():
        pass
    (case,) = compliance.list_cases()
    (line,) = [one for one in told if "is opened by rule" in one["says"]]
    assert fields(line) == {"case": str(case.id), "event_id": "s1", "show": "tonight"}
    assert "最好" not in json.dumps(told, ensure_ascii=False)


def test_it_tells_people_the_same_behind_the_sentence() -> None:
    record = logging.LogRecord("kaibo", logging.INFO, "x.py", 1, "it fell", (), None)
    record.__dict__.update(about(feed="feed_1", batch="w:1-2", show=None, event_id="two\nlines"))
    logs.WithRequest().filter(record)
    form = settings.LOGGING["formatters"]["line"]["format"]
    assert logging.Formatter(form).format(record).endswith("it fell (batch w:1-2, feed feed_1)")


def test_it_takes_no_other_field() -> None:
    with pytest.raises(KeyError, match="nickname"):
        about(nickname="Lu")
