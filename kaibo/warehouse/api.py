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
    set_aside,
    show_span,
    show_version,
    totals,
    totals_by,
    totals_of_shows,
    unmatched,
)
from kaibo.warehouse.services import forget, forget_comments, request_rebuild, request_retry

__all__ = [
    "CounterAlongside",
    "count_status",
    "currencies",
    "duties",
    "figures",
    "forget",
    "forget_comments",
    "laps",
    "minute_rows",
    "moments",
    "offers",
    "recent_comments",
    "request_rebuild",
    "request_retry",
    "samples",
    "set_aside",
    "show_span",
    "show_version",
    "totals",
    "totals_by",
    "totals_of_shows",
    "unmatched",
]
