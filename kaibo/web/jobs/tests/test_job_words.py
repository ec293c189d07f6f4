"""Background work in words: every task of ours has a name, what it says at its end and its rhythm are told."""

import pytest
from django.utils import translation

from kaibo.eventlog import work
from kaibo.web.jobs import words


def test_it_names_every_task_of_ours() -> None:
    assert sorted(set(work.tasks()) - set(words.names())) == [], "give it a name in kaibo/web/jobs/words.py"


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("* * * * *", "每分钟"),
        ("*/5 * * * *", "每 5 分钟"),
        ("7 * * * *", "每小时第 7 分"),
        ("30 4 * * *", "每天 04:30"),
        ("10 6 * * 1", "每周（周一）06:10"),
        ("10 6 1 * *", "10 6 1 * *"),
    ],
)
def test_it_says_when_it_repeats(cron: str, said: str) -> None:
    with translation.override("zh-hans"):
        assert words.rhythm(cron) == said


def test_it_says_how_it_ended() -> None:
    with translation.override("zh-hans"):
        assert words.note_text("1200 rows") == "1,200 行"
        assert words.note_text("accepted") == "平台已受理"
        assert words.note_text("show-1 D+3") == "show-1 D+3", "what nobody translated stands"
