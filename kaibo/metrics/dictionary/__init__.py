"""The numbers themselves, a file per part of the metric dictionary. Importing this fills `registry.ENTRIES`."""

from kaibo.metrics.dictionary import (
    ads,
    audience,
    funnel,
    health,
    history,
    identity,
    interaction,
    live,
    money,
    offers,
    people,
    refunds,
    returning,
)
from kaibo.metrics.registry import sort_by_section

__all__ = [
    "ads",
    "audience",
    "funnel",
    "health",
    "history",
    "identity",
    "interaction",
    "live",
    "money",
    "offers",
    "people",
    "refunds",
    "returning",
]

sort_by_section()
