"""A body of lines cut into what each shard takes, and their receipts as one.

A room is read as the appender will read it, good lines and bad ones; of a good line nothing else is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from kaibo.eventlog.bodies import DETAILS
from kaibo.eventlog.contracts import FeedView, Receipt
from kaibo.eventlog.ids import Place
from kaibo.eventlog.lines import Line
from kaibo.eventlog.shards import Shards
from kaibo.eventlog.validate import UNREADABLE, read_line
from kaibo.eventlog.validate import split as numbered


class _Place(msgspec.Struct, gc=False):
    platform: str
    room_id: str


_PLACES = msgspec.json.Decoder(_Place)
_LISTED = msgspec.json.Decoder(list[_Place])
_RAWS = msgspec.json.Decoder(msgspec.Raw)


@dataclass(frozen=True, slots=True)
class Part:
    """What one shard takes of a body. `numbers` are those of its lines in the whole; None: it is the whole."""

    body: bytes
    numbers: Sequence[int] | None = None

    def told(self, receipt: Receipt) -> Receipt:
        """The receipt of this part with the line numbers of the whole."""
        if self.numbers is None or not receipt.details:
            return receipt
        return replace(receipt, details=tuple(replace(one, line=self.numbers[one.line - 1]) for one in receipt.details))


def cut(body: bytes, shards: Shards, feed: FeedView | None = None) -> dict[int, Part]:
    """Shard -> its part, lines in their order. A line that names no room goes with the first that does.

    Cost: about a sixth of decoding the lines; none for a feed whose rooms are all of one shard.
    """
    if feed is not None and feed.rooms:
        bound = {shards.of(feed.platform, room) for room in feed.rooms}
        if len(bound) == 1:  # a line of another room is refused wherever it comes
            return {bound.pop(): Part(body)}
    body = body.removeprefix(b"\xef\xbb\xbf")
    is_array = body.lstrip()[:1] == b"["
    places: Sequence[Place | None] | None = _places(body, is_array=is_array)
    if places is not None and len(all_of := {shards.of(*place) for place in set(places) if place}) < 2:
        return {all_of.pop() if all_of else 0: Part(body)}
    lines = list(numbered(body))
    if places is None:
        places = [_place_of(raw) for _, raw in lines]
    elif len(places) != len(lines):  # values that share a line, or take several
        lines = [(number, bytes(raw).replace(b"\n", b" ")) for number, raw in enumerate(_RAWS.decode_lines(body), 1)]
    of_line = [None if place is None else shards.of(*place) for place in places]
    otherwise = next((shard for shard in of_line if shard is not None), 0)
    found: dict[int, tuple[list[bytes], list[int]]] = {}
    for (number, raw), shard in zip(lines, of_line, strict=True):
        raws, numbers = found.setdefault(otherwise if shard is None else shard, ([], []))
        raws.append(raw)
        numbers.append(number)
    if len(found) < 2:
        return {otherwise: Part(body)}
    begin, between, end = (b"[", b",", b"]") if is_array else (b"", b"\n", b"")
    return {shard: Part(begin + between.join(raws) + end, numbers) for shard, (raws, numbers) in found.items()}


def _places(body: bytes, *, is_array: bool) -> list[Place] | None:
    """The room of each line; None when a line does not say it plainly."""
    try:
        found = _LISTED.decode(body) if is_array else _PLACES.decode_lines(body)
    except UNREADABLE:
        return None
    return [(one.platform, one.room_id) for one in found]


def _place_of(raw: bytes) -> Place | None:
    line = read_line(raw, 0)
    return (line.platform, line.room_id) if isinstance(line, Line) else None


def together(parts: Mapping[int, Part], receipts: Mapping[int, Receipt]) -> Receipt:
    """One receipt for a body whose parts were taken."""
    told = [parts[shard].told(receipt) for shard, receipt in receipts.items()]
    details = sorted((problem for one in told for problem in one.details), key=lambda problem: problem.line)
    return Receipt(
        sum(one.accepted for one in told),
        sum(one.duplicates for one in told),
        sum(one.rejected for one in told),
        tuple(details[:DETAILS]),
    )
