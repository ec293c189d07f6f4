"""Reminders of cases whose 24 hours run out: once while there is time, once when they are over."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kaibo.connectors import api as connectors
from kaibo.kit.clock import HOUR_US, now_us
from kaibo.kit.logfields import about
from kaibo.operations.compliance.models import Case
from kaibo.operations.compliance.queries import RUNNING
from kaibo.operations.opinion import api as opinion

log = logging.getLogger("kaibo.operations")
ACTOR = "system:compliance"
SOON_US = 4 * HOUR_US
"""What is left of the 24 hours: enough to decide, and to ask somebody who is awake."""
SHOWN = 5


def remind(*, now: int | None = None) -> int:
    """Tell the chat groups of cases that are due soon, and of those that are overdue; how many cases, each once."""
    at = now or now_us()
    told = 0
    for what, cases in (("late", Case.objects.filter(due_us__lt=at)), ("soon", Case.objects.filter(due_us__gte=at))):
        with transaction.atomic():
            due = cases.filter(state__in=RUNNING, due_us__lt=at + SOON_US).exclude(reminded=what).order_by("due_us")
            rows = [row for row in due if Case.objects.filter(pk=row.pk, reminded=row.reminded).update(reminded=what)]
            if rows:
                _tell(what, rows)
        told += len(rows)
    return told


def _tell(what: str, rows: list[Case]) -> None:
    text = _text(what, rows)
    usable = {bot.id for bot in connectors.bots() if not bot.problem}
    told = [bot for bot in opinion.current_limits().bots if bot in usable]
    for bot in told:
        key = f"case:{rows[0].pk}:{what}"
        connectors.post_to_bot(bot, text, key=key, actor=ACTOR, until_us=now_us() + SOON_US)
    for row in rows if told else ():
        log.info("case %d is told to the chat groups: %s", row.pk, what, extra=about(case=row.pk, show=row.show_id))


def _text(what: str, rows: list[Case]) -> str:
    count = len(rows)
    if what == "late":
        head = ngettext("%(n)s violation case is overdue", "%(n)s violation cases are overdue", count)
    else:
        head = ngettext(
            "%(n)s violation case is due within four hours", "%(n)s violation cases are due within four hours", count
        )
    lines = [f"【{head % {'n': count}}】"]
    lines += [_("Case %(id)s: %(words)s") % {"id": row.pk, "words": row.matched or row.rule} for row in rows[:SHOWN]]
    return "\n".join(lines)
