"""The report as a text for chat bots, and its way there."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p

from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.shows.contracts import ShowView
from kaibo.connectors import api as connectors
from kaibo.connectors.contracts import BadBot
from kaibo.kit.clock import HOUR_US, now_us
from kaibo.operations.reports import api as reports
from kaibo.operations.reports.contracts import Report
from kaibo.web.reports import shape

LINK_DAYS = 7
LATE_US = 12 * HOUR_US
"""A report that arrives later than this comes after the next show."""
IN_TEXT = 8


def bots_of(show: ShowView) -> list[dict[str, Any]]:
    """Bots to choose from, those of the room's rounds ticked, with how the last post went."""
    usual = rounds.form(show.platform, show.room_id).bots
    found = connectors.bots()
    last = {one.bot: one for one in connectors.bot_posts(_key(show.show_id), tuple(bot.id for bot in found))}
    states = {
        "waiting": (_p("post", "on its way"), ""),
        "delivered": (_p("post", "delivered"), "good"),
        "failed": (_p("post", "failed"), "bad"),
    }
    lines = []
    for bot in found:
        sent = last.get(bot.id)
        name, tone = states[sent.state] if sent else ("", "")
        line = {"id": bot.id, "problem": bot.problem, "is_usual": bot.id in usual, "state": name, "state_class": tone}
        lines.append({**line, "reason": sent.reason if sent else ""})
    return lines


def check(show: ShowView, bots: tuple[str, ...]) -> None:
    """Raises BadBot when nothing usable was chosen."""
    known = {bot.id for bot in connectors.bots() if not bot.problem}
    if not bots or not set(bots) <= known:
        raise BadBot(_("No bot was chosen."), fix=_("Tick at least one."), show_id=show.show_id)


def post(report: Report, url: str, bots: tuple[str, ...], *, actor: str) -> None:
    """Put the text on its way to each bot. Raises: BadBot."""
    show_id = report.show.show_id
    for bot in bots:
        until = now_us() + LATE_US
        connectors.post_to_bot(bot, text(report, url), key=_key(show_id), actor=actor, until_us=until)
        reports.note_published(show_id, form="text", where=f"bot:{bot}", actor=actor)


def text(report: Report, url: str) -> str:
    """The headline in lines, each with its target and whether it is usual; numbers without value say why."""
    paper = shape.paper(report)
    lines = [f"【{paper['kicker']}】{paper['title']} · {paper['room']}", f"{paper['date']} {paper['span']}"]
    for tile in [paper["hero"], *paper["seconds"], *paper["tiles"]][:IN_TEXT]:
        beside = [tile["target"]["of"]] if tile["target"] else []
        beside += [f"{tile['band']['arrow']}{tile['band']['name']}"] if tile["band"] else []
        lines.append(f"{tile['label']} {tile['why'] or tile['text']}" + (f" ({', '.join(beside)})" if beside else ""))
    lines.append(paper["ads"]["verdict"]["text"])
    lines.append(_("The whole report, for %(days)s days: %(url)s") % {"days": LINK_DAYS, "url": url})
    return "\n".join(line for line in lines if line)


def _key(show_id: str) -> str:
    return f"report:{show_id}"
