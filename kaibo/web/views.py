"""What pages hand to templates."""

from dataclasses import dataclass, field

from kaibo.commerce.shows.contracts import ShowView
from kaibo.metrics.contracts import Definition, Value


@dataclass(frozen=True, slots=True)
class ShowTiles:
    """A show with the numbers that a line or a card of it carries."""

    show: ShowView
    room: str
    tiles: list[tuple[Definition, Value]]
    beside: dict[str, str] = field(default_factory=dict)  # id -> how the number is going
