"""The door of this room, for `config`, which starts and stops the server."""

from kaibo.web.live.stream import end_streams

__all__ = ["end_streams"]
