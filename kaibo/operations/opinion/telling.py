"""What the bots of the team's chat groups are told of a matter; a bot that is gone holds up nobody."""

import logging

from django.utils.translation import gettext as _

from kaibo.commerce.rooms import api as rooms
from kaibo.connectors import api as connectors
from kaibo.kit import env
from kaibo.kit.clock import HOUR_US, MINUTE_US, now_us, to_datetime
from kaibo.operations.opinion import words
from kaibo.operations.opinion.contracts import Concern, Limits, MatterState
from kaibo.operations.opinion.models import Matter

ACTOR = "system:opinion"
LATE_US = 2 * HOUR_US
"""A text that arrives later than the clock it speaks of says nothing."""
SOON_US = 30 * MINUTE_US
log = logging.getLogger("kaibo.operations")


def tell(matter: Matter, what: str, limits: Limits) -> None:
    """Put a text on its way to each bot, in the caller's transaction. `what`: warning, alarm, soon or late."""
    if not limits.bots:
        return
    text = text_of(matter, what)
    known = {bot.id for bot in connectors.bots() if not bot.problem}
    for bot in limits.bots:
        if bot not in known:
            log.warning("the bot %s has no usable address; matter %s is not told there", bot, matter.pk)
            continue
        key = f"opinion:{matter.pk}:{what}"
        connectors.post_to_bot(bot, text, key=key, actor=ACTOR, until_us=now_us() + LATE_US)
        log.info("matter %s is told to the bot %s: %s", matter.pk, bot, what)


def text_of(matter: Matter, what: str) -> str:
    """The lines: what, how much, where, until when."""
    heads = {
        "warning": _("Opinion watch: early warning"),
        "alarm": _("Opinion watch: alarm"),
        "soon": _("Opinion watch: nobody has begun yet"),
        "late": _("Opinion watch: overdue"),
    }
    names = {(room.platform, room.room_id): room.title for room in rooms.rooms()}
    places = [names.get((platform, room_id), room_id) for platform, room_id in matter.rooms[:5]]
    due = f"{to_datetime(matter.due_us).astimezone(env.zone()):%H:%M}"
    return "\n".join(
        (
            f"【{heads[what]}】{words.CONCERNS[Concern(matter.concern)]}",
            _("%(voices)s people, %(count)s messages · %(cause)s")
            % {"voices": matter.voices, "count": matter.count, "cause": words.CAUSES[matter.cause]},
            " · ".join(places),
            _("Handling has to begin by %(time)s.") % {"time": due},
        )
    )


def remind(limits: Limits, *, now: int) -> int:
    """Tell of matters whose clock runs out soon, and of those that are overdue, once each; how many."""
    told = 0
    for matter in Matter.objects.filter(state=MatterState.WATCHED, due_us__lt=now + SOON_US):
        what = "late" if matter.due_us < now else "soon"
        fresh = Matter.objects.filter(pk=matter.pk, state=MatterState.WATCHED, reminded=matter.reminded)
        if matter.reminded != what and fresh.update(reminded=what):
            tell(matter, what, limits)
            told += 1
    return told
