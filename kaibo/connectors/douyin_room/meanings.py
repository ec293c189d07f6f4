"""What each payload becomes, for the reference page."""

from kaibo.connectors.douyin_room.translate import CLOCKS, FIGURES

ROWS = (
    *((f"room data, {name}", "figure.reported", f"`{figure}`") for name, figure in FIGURES.items()),
    ("room data, any other total", "figure.reported", "under its own name"),
    *((f"room data, {name}", "skipped", "the time of the totals") for name in CLOCKS),
    ("room data that is not ready", "skipped", "unknown is not zero"),
    ("any other reply", "skipped", "room ids, errors"),
)
DROPPED = {"value_float, item_type": "the same number again, and a code"}
