"""Who comes back, as the numbers of a show: values from the room's days, or the reason why there is none."""

import pytest

from kaibo.kit.clock import DAY_US
from kaibo.metrics import api
from kaibo.metrics.contracts import Value
from kaibo.metrics.tests.fakes import START, FakeDoors, facts
from kaibo.warehouse.contracts import Answer

YEAR = 60 * 24 * 365.0
EXPECTED = {
    "retention_on_d1_ratio": 20 / 80,
    "retention_on_d7_ratio": 8 / 80,
    "retention_on_d30_ratio": 4 / 80,
    "dau": 80,
    "wau": 200,
    "mau": 500,
    "new_viewers": 60,
    "returning_viewer_ratio": 20 / 80,
}


def room_days(own: dict[str, int], *, later: tuple[int, ...] = (1, 7, 30), as_of_day: int = 40) -> Answer:
    base = {
        "history_days": 35, "acts": 300, "nameless_acts": 0, "people": 80, "new_people": 60, "week_people": 200,
        "month_people": 500, "d1_people": 20, "d7_people": 8, "d30_people": 4,
    }  # fmt: skip
    days = {0: base | own, **dict.fromkeys(later, base)}
    rows = tuple({"day": f"2024-01-{1 + number:02d}", **row} for number, row in days.items())
    return Answer("returning_viewers", {}, START + as_of_day * DAY_US, rows)


def value(metric_id: str, answer: Answer | None) -> Value:
    doors = FakeDoors(rows={0: {"views": 1}}, ended=60, by_day=answer)
    return api.evaluate("s1", [metric_id], facts=facts(doors, now=YEAR))[metric_id]


@pytest.mark.parametrize("metric_id", EXPECTED)
def test_it_reads_the_day_of_the_show(metric_id: str) -> None:
    found = value(metric_id, room_days({}))
    assert found.value == pytest.approx(EXPECTED[metric_id])
    assert (found.status, found.as_of) == ("final", START + 40 * DAY_US)


@pytest.mark.parametrize(
    ("metric_id", "answer", "reason", "words"),
    [
        ("dau", None, "too_early", "Count now"),
        ("dau", room_days({"nameless_acts": 7}), "partly_stated", "293 / 300"),
        ("wau", room_days({"history_days": 5}), "too_early", "6 days of history, 7 are needed"),
        ("new_viewers", room_days({"history_days": 0}), "too_early", "1 days of history, 2 are needed"),
        ("retention_on_d7_ratio", room_days({}, as_of_day=7), "too_early", "day 7 is not over"),
        ("retention_on_d1_ratio", room_days({}, later=(7,)), "not_reported", "not on air on day 1"),
        ("dau", Answer("returning_viewers", {}, START + DAY_US, ()), "not_reported", "no feed reports acts"),
    ],
)
def test_it_says_why_there_is_none(metric_id: str, answer: Answer | None, reason: str, words: str) -> None:
    found = value(metric_id, answer)
    assert (found.value, found.reason) == (None, reason)
    assert words in found.says["en"]


def test_it_is_provisional_while_the_day_goes_on() -> None:
    assert value("dau", room_days({}, as_of_day=0)).status == "provisional"
