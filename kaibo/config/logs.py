"""Log lines for people or, with KAIBO_LOG=json, for machines; each carries the id of the request it belongs to, and
what it is about where that is one event, batch, delivery or case."""

import json
import logging
import re
import secrets
from collections.abc import MutableMapping
from typing import Any

from kaibo.kit import env
from kaibo.kit.clock import iso
from kaibo.kit.errors import BadConfiguration
from kaibo.kit.requests import current_request as _request
from kaibo.web.plain import AsgiApp, Receive, Scope, Send

HEADER = b"x-request-id"
_SAFE = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def form() -> str:
    """`line` or `json`. Raises BadConfiguration."""
    chosen = env.read("KAIBO_LOG")
    if chosen not in {"line", "json"}:
        raise BadConfiguration(f"KAIBO_LOG={chosen} is no form of log lines", fix="set it to line or json")
    return chosen


class WithRequest(logging.Filter):
    """Gives every record the id of the request that is being answered, '-' outside of one, and what it is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request = _request.get() or "-"
        named = getattr(record, "about", {})
        record.told = f" ({', '.join(f'{name} {value}' for name, value in named.items())})" if named else ""
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, request, says, the fields of `kit.logfields`, and the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": iso(int(record.created * 1_000_000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": getattr(record, "request", "-"),
            "says": record.getMessage(),
            **getattr(record, "about", {}),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class RequestIds:
    """Names each request, by the proxy's `X-Request-ID` where it sends one, and tells the name in the answer."""

    def __init__(self, app: AsgiApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == HEADER), b"")
        name = given.decode() if _SAFE.fullmatch(given) else secrets.token_hex(8)
        token = _request.set(name)

        async def named(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (HEADER, name.encode())]
            await send(message)

        try:
            await self.app(scope, receive, named)
        finally:
            _request.reset(token)
