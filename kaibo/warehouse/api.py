"""The door of the warehouse: what was counted, read-only but for `request_rebuild` and `forget`."""

from kaibo.warehouse.alongside import CounterAlongside
from kaibo.warehouse.queries import (
    count_status,
    currencies,
    duties,
    figures,
    laps,
    minute_rows,
    moments,
    offers,
    recent_comments,
    samples,
    show_span,
    show_version,
    totals,
    totals_by,
    totals_of_shows,
    unmatched,
)
from kaibo.warehouse.services import forget, request_rebuild

__all__ = [
    "CounterAlongside",
    "count_status",
    "currencies",
    "duties",
    "figures",
    "forget",
    "laps",
    "minute_rows",
    "moments",
    "offers",
    "recent_comments",
    "request_rebuild",
    "samples",
    "show_span",
    "show_version",
    "totals",
    "totals_by",
    "totals_of_shows",
    "unmatched",
]
