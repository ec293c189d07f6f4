"""Log lines name their request; a proxy's name for it is taken, unless it is none."""

import json
import logging
from typing import Any

import pytest

from kaibo.config import logs
from kaibo.kit.errors import BadConfiguration
from kaibo.web.plain import Receive, Scope, Send


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    logging.getLogger("kaibo.test").warning("answering %s", scope["path"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
    await send({"type": "http.response.body", "body": b"well"})


def ask(name: bytes | None) -> tuple[bytes, dict[str, Any]]:
    """The name told in the answer, and the log line that was written meanwhile."""
    import asyncio

    sent: list[Any] = []
    kept: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(self.format(record))

    handler = Keep()
    handler.addFilter(logs.WithRequest())
    handler.setFormatter(logs.JsonLines())
    logger = logging.getLogger("kaibo.test")
    logger.addHandler(handler)

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "path": "/x", "headers": [(logs.HEADER, name)] if name is not None else []}
    try:
        asyncio.run(logs.RequestIds(_answer)(scope, receive, send))
    finally:
        logger.removeHandler(handler)
    return dict(sent[0]["headers"])[logs.HEADER], json.loads(kept[0])


def test_it_takes_the_name_of_the_proxy() -> None:
    told, line = ask(b"proxy-17")
    assert told == b"proxy-17"
    assert (line["request"], line["says"], line["level"]) == ("proxy-17", "answering /x", "warning")
    assert line["at"].endswith("Z")


@pytest.mark.parametrize("given", [None, b"", b"two words", b"x" * 65, b"a\nb"])
def test_it_gives_a_name_of_its_own_where_there_is_none_that_is_safe(given: bytes | None) -> None:
    told, line = ask(given)
    assert len(told) == 16
    assert line["request"] == told.decode()
    assert ask(given)[0] != told


def test_it_writes_a_traceback_on_the_same_line() -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        import sys

        record = logging.LogRecord("kaibo", logging.ERROR, "x.py", 1, "it %s", ("fell",), sys.exc_info())
    line = logs.JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["says"] == "it fell"
    assert "RuntimeError: broken" in json.loads(line)["traceback"]


def test_it_refuses_another_form_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_LOG", "xml")
    with pytest.raises(BadConfiguration, match="KAIBO_LOG=xml"):
        logs.form()
