"""What each act is called where people read who may do what."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kaibo.commerce.team.contracts import ACTS, TEAM_ACTS, Role

RIGHTS: dict[str, str | Promise] = {
    "show.see": _("See shows and their control rooms"),
    "metric.see": _("See numbers and what they mean"),
    "room.see": _("See rooms"),
    "show.export": _("Export tables"),
    "comment.see": _("Read comments and the radar"),
    "cost.see": _("See costs and floor prices in the lineup"),
    "show.create": _("Plan shows"),
    "show.change": _("Rename shows, give files to them"),
    "show.target": _("Set targets"),
    "show.start": _("Start shows"),
    "show.end": _("End shows"),
    "lineup.edit": _("Write the lineup"),
    "shift.plan": _("Plan shifts and the checklist"),
    "show.mark": _("Keep the desk: laps, marks, host changes, notes"),
    "answer.mark": _("Say that a question is answered"),
    "round.type": _("Type rounds"),
    "goods.change": _("Ask for and make price and stock changes"),
    "ad.log": _("Keep the ad log"),
    "giveaway.log": _("Keep the give-away register"),
    "violation.log": _("Keep the violations register"),
    "text.check": _("Have texts checked"),
    "text.approve": _("Approve texts, edit rules and script lines"),
    "case.see": _("See violation cases"),
    "case.act": _("Take, decide and appeal cases"),
    "case.rule": _("Decide proposed allow-contexts"),
    "opinion.see": _("See the opinion watch"),
    "opinion.act": _("Handle and close matters of opinion"),
    "opinion.rule": _("Set the limits of the opinion watch"),
    "message.task": _("Ask members to send messages to customers and groups"),
    "report.share": _("Share and post the daily report"),
    "report.columns": _("Set the report's columns"),
    "feed.see": _("See feeds and their health"),
    "import.see": _("See imports"),
    "import.run": _("Bring files in"),
    "import.undo": _("Take imports back"),
    "feed.edit": _("Connect feeds, make tokens"),
    "quarantine.replay": _("Try refused events again"),
    "room.edit": _("Change rooms and their costs"),
    "show.merge": _("Merge shows"),
    "show.delete": _("Delete shows"),
    "job.retry": _("Repeat background work"),
    "people.edit": _("Invite people, change roles"),
    "audit.see": _("Read the audit"),
    "settings.see": _("See settings and records"),
    "viewer.erase": _("Erase a viewer's personal data"),
}
"""Act -> words, in the order of an evening."""


def matrix() -> list[tuple[str, str | Promise, bool, list[bool]]]:
    """(act, words, whether it wants all rooms, whether each of `shown()` may) for every act."""
    return [(act, says, act in TEAM_ACTS, [act in ACTS[role] for role in shown()]) for act, says in RIGHTS.items()]


def shown() -> list[Role]:
    """Roles that may do anything."""
    return [role for role in Role if ACTS[role]]
