"""Following the log by kind."""

import pytest

from kaibo.eventlog import api
from kaibo.eventlog.tests.helpers import bring, event, some

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def test_it_reads_the_wanted_kinds_in_the_order_of_the_log() -> None:
    mixed = [
        event("c1", text="one"),
        event("l1", kind="like.given"),
        event("s1", kind="speech.transcribed", text="two"),
        event("c2", text="three"),
    ]
    bring(mixed)
    bring(some(3, prefix="late", kind="like.given"))
    first = api.news({}, kinds=("speech.transcribed", "comment.posted"), most=1)
    assert [(one.event_id, one.kind) for one in first.events] == [
        ("c1", "comment.posted"),
        ("s1", "speech.transcribed"),
        ("c2", "comment.posted"),
    ]
    rest = api.news(first.after, kinds=("speech.transcribed", "comment.posted"))
    assert (rest.events, rest.batches) == ((), 1)
    assert api.news(rest.after, kinds=("comment.posted",)).batches == 0


def test_it_is_not_misled_by_a_kind_that_only_stands_inside_a_line() -> None:
    bring(
        [
            event("n1", kind="like.given", attrs={"kind": "comment.posted"}),
            event("n2", text='"kind":"like.given"'),
            event("n3", attrs={"kind": "comment.posted"}, text="once"),
        ]
    )
    assert [one.event_id for one in api.news({}, kinds=("comment.posted",)).events] == ["n2", "n3"]
    assert [one.event_id for one in api.news({}, kinds=("like.given",)).events] == ["n1"]
