"""Routes that must not pass through Django's handler: events in, streams out."""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from importlib import import_module
from typing import Any, cast

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

ROUTES: tuple[tuple[str, str], ...] = (
    ("/api/v1/events", "kaibo.web.door:events"),
    ("/api/v1/handover/", "kaibo.web.door:handover"),
    ("/hooks/", "kaibo.web.gateway:hooks"),
    ("/live/", "kaibo.web.live.stream:stream"),
)
"""Path prefix -> `module:coroutine`, loaded at the first request; a prefix without a final / is a whole path."""


class PlainRoutes:
    """Dispatches by path prefix; the longest work stays off Django's threads."""

    def __init__(self, django: AsgiApp) -> None:
        self.django = django

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = _handler_of(scope["path"]) if scope["type"] == "http" else None
        await (handler or self.django)(scope, receive, send)


def _handler_of(path: str) -> AsgiApp | None:
    for prefix, target in ROUTES:
        if path == prefix or (prefix.endswith("/") and path.startswith(prefix)):
            return _load(target)
    return None


@cache
def _load(target: str) -> AsgiApp:
    module, name = target.split(":")
    return cast(AsgiApp, getattr(import_module(module), name))
