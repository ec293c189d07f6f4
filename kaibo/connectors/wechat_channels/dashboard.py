"""The live dashboard of Channels: JSON texts whose inner names are documented nowhere, so each keeps its own. Pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import DIGITS, BadField, as_object, figure, instant, needed, whole
from kaibo.eventlog.lines import LARGEST

PLATFORM = "weixin_channels"
SECTIONS = (
    "live_dashboard_data", "live_comparison_index", "live_ec_data_summary", "live_ec_conversion_metric",
    "live_ec_profile", "live_distribution_channel",
)  # fmt: skip
"""What is read; `single_live_ec_spu_data_page_v2` lists products and is no total of the room."""
DEPTH, MOST = 5, 120
PPM = 1_000_000
NO_FIGURES = "a dashboard without numbers"


def dashboard(given: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    """Every number of the dashboard as a stated figure `section.path`; a fraction as `….ppm`, for figures are whole.

    Shape: percentiles among peers stand under `live_comparison_index`. Raises: BadField without room or time.
    """
    room = needed(told.get("room") or None, "room")
    at = needed(instant(told.get("as_of"), told.get("received_at")), "as_of")
    count = 0
    for section in SECTIONS:
        try:
            inner = as_object(given.get(section) or {}, section)
        except BadField:
            continue  # an unfinished text of one section does not cost the others
        for path, value in _numbers(inner, section, 0):
            count += 1
            if count <= MOST:
                is_point = section == "live_comparison_index" or path.endswith(".ppm")
                basis = "point" if is_point else "cumulative"
                yield figure(path, value, platform=PLATFORM, room_id=room, at=at, basis=basis)
    if not count:
        yield Skipped(NO_FIGURES)


def _numbers(value: Any, path: str, depth: int) -> Iterator[tuple[str, int]]:
    if depth > DEPTH:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _numbers(inner, f"{path}.{name}", depth + 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value[:MOST]):
            yield from _numbers(inner, f"{path}.{_label(inner) or position}", depth + 1)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        is_ratio = any(word in path.rpartition(".")[2].lower() for word in ("percent", "ratio", "rate"))
        number = None if is_ratio else whole(value)
        name = path if number is not None else f"{path}.ppm"
        is_share = number is None and Decimal(value).adjusted() < DIGITS
        found = round(Decimal(value) * PPM) if is_share else number
        if found is not None and abs(found) <= LARGEST and len(name) <= 120:
            yield name, found


def _label(value: Any) -> str:
    """Rows of a list that name themselves are known by that name."""
    names = ("key", "name", "metric", "index_name", "type")
    return next((str(value[name]) for name in names if isinstance(value, Mapping) and value.get(name)), "")[:40]
