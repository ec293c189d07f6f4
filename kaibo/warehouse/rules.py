"""Settings that decide how events are counted: when one changes, every show is counted again."""

import logging

from django.db import transaction

from kaibo.warehouse import sqlfiles
from kaibo.warehouse.merge import set_tally
from kaibo.warehouse.models import CountTally, ShowVersion
from kaibo.warehouse.services import request_rebuild

logger = logging.getLogger(__name__)
FIRST = {"effective_ms": 10_000}
"""What homes were counted with that remember nothing about it: their settings came later than their rows."""


@transaction.atomic
def recount_after_change() -> int:
    """Ask for every show again when a setting is another than the rows were counted with; how many shows.

    Cost: 2 queries when nothing changed.
    """
    wanted = sqlfiles.bound()
    known = dict(CountTally.objects.filter(name__in=wanted).values_list("name", "value"))
    changed = {name: value for name, value in wanted.items() if known.get(name, FIRST[name]) != value}
    for name, value in wanted.items():
        if known.get(name) != value:
            set_tally(name, value)
    if not changed:
        return 0
    shows = list(ShowVersion.objects.filter(is_forgotten=False).values_list("show_id", flat=True))
    for show_id in shows:
        request_rebuild(show_id)
    logger.warning(
        "%s: counting %d shows again", ", ".join(f"{name} is now {changed[name]}" for name in changed), len(shows)
    )
    return len(shows)
