"""The home page names a server that holds up all others, in the reader's language."""

from collections.abc import Iterator

import pytest

from kaibo.eventlog import hung
from kaibo.eventlog.presence import Present
from kaibo.web.tests.people import Cast

HOLDER = Present("abc", 4711, "node-2", "serve", "http://127.0.0.1:8000", 0)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    hung.note_silent([])


@pytest.mark.parametrize(
    ("is_ended", "language", "says"),
    [
        (
            False,
            "en",
            "Process 4711 on node-2 holds the log and has answered nobody for 75 s. End it there with kill -9",
        ),
        (True, "en", "It is ended after 60 s, then this server takes over"),
        (False, "zh-hans", "node-2 上的进程 4711 持有日志，已经 75 秒没有响应。请在那台机器上执行 kill -9 4711"),
    ],
)
def test_it_says_who_hangs_and_what_to_do(cast: Cast, is_ended: bool, language: str, says: str) -> None:
    hung.note_silent([hung.Silent(HOLDER, 75.0, is_ended)])
    page = cast.director.get("/", headers={"accept-language": language}).content.decode()
    assert says in page
