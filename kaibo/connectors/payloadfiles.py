"""A payload kept in a file, read as if it had just arrived: how `kaibo translate` shows what a push would bring."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from kaibo.connectors.contracts import Outcome, PayloadTranslator
from kaibo.connectors.reading import BrokenFile, bad

PAYLOAD_BYTES = 64 * 1024**2


class PayloadFile:
    """Makes a file translator out of a payload translator; options become what the headers would have told."""

    def __init__(self, inner: PayloadTranslator) -> None:
        self._inner = inner

    def recognise(self, head: bytes) -> bool:
        """JSON, XML or binary packets, as payloads are: the translation says what is wrong with one."""
        return head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"[", b"<", b"\0"}

    def translate(self, body: BinaryIO, *, room: str | None, options: Mapping[str, str]) -> Iterator[Outcome]:
        """The outcomes of the one payload."""
        try:
            payload = body.read(PAYLOAD_BYTES + 1)
        except BrokenFile as error:
            yield bad(1, "file", error.problem, error.fix)
            return
        if len(payload) > PAYLOAD_BYTES:
            yield bad(1, "file", f"the payload is larger than {PAYLOAD_BYTES >> 20} MB", "split it")
            return
        yield from self._inner.translate(payload, {**options, **({"room": room} if room else {})})
