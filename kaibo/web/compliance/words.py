"""Scenes, categories, exemptions, views and states in the reader's language."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

SCENES = {
    "title": pgettext_lazy("scene", "Title"),
    "script": pgettext_lazy("scene", "Script and copy"),
    "speech": pgettext_lazy("scene", "Host speech"),
    "comment": pgettext_lazy("scene", "Comment"),
    "group": pgettext_lazy("scene", "Fan group"),
}
PRODUCTS = {
    "apparel": gettext_lazy("Apparel"),
    "appliances": gettext_lazy("Appliances"),
    "cosmetics": gettext_lazy("Cosmetics"),
    "food": gettext_lazy("Food"),
    "health_food": gettext_lazy("Health food"),
    "mother_baby": gettext_lazy("Mother and baby"),
}
CATEGORIES = {
    "absolute": gettext_lazy("Absolute terms"),
    "efficacy": gettext_lazy("Efficacy and false claims"),
    "price": gettext_lazy("Price claims"),
    "conduct": gettext_lazy("Pressing to buy, leading away"),
    "redline": gettext_lazy("Red lines"),
    "redlines": gettext_lazy("Red lines"),
    "minors": gettext_lazy("Minors"),
}
ACTIONS = {
    "block": pgettext_lazy("finding", "Refused"),
    "warn": pgettext_lazy("finding", "Doubtful"),
    "count": pgettext_lazy("finding", "Noted"),
}
ACTION_CLASS = {"block": "bad", "warn": "warn", "count": ""}
VIEWS = {
    "plain": "",
    "collapsed": gettext_lazy("with doubled characters"),
    "unspaced": gettext_lazy("taken apart by marks"),
    "sound": gettext_lazy("by sound"),
    "split": gettext_lazy("with a character in pieces"),
    "lookalike": gettext_lazy("with a look-alike"),
    "contact": gettext_lazy("contact details"),
}
STANDINGS = {
    "allowed": gettext_lazy("allowed in this context"),
    "exempt": gettext_lazy("exempt"),
    "covered": gettext_lazy("covered by a stronger finding"),
}
EXEMPTIONS = {
    "attitude": gettext_lazy("Attitude, wish or idea of the business"),
    "goal": gettext_lazy("A goal that is striven for"),
    "not_the_product": gettext_lazy("Not about what is sold"),
    "own_comparison": gettext_lazy("Comparison within the own brand"),
    "tip": gettext_lazy("Advice on use, storage, taste"),
    "graded_standard": gettext_lazy("Grade of a standard"),
    "name_or_mark": gettext_lazy("Part of a name, mark or patent"),
    "award": gettext_lazy("An award or title by the state's rules"),
    "limited_fact": gettext_lazy("A fact limited in time and space, with data"),
}
CASE_STATES = {
    "open": pgettext_lazy("case", "To be decided"),
    "confirmed": pgettext_lazy("case", "Confirmed"),
    "dismissed": pgettext_lazy("case", "False alarm"),
    "handled": pgettext_lazy("case", "Handled"),
    "appealed": pgettext_lazy("case", "Appealed"),
    "withdrawn": pgettext_lazy("case", "Withdrawn"),
}
CASE_CLASS = {"open": "warn", "confirmed": "bad", "handled": "good", "appealed": "accent"}
STEPS = {
    "opened": pgettext_lazy("case step", "opened"),
    "acknowledge": pgettext_lazy("case step", "took it"),
    "confirm": pgettext_lazy("case step", "confirmed it"),
    "dismiss": pgettext_lazy("case step", "called it a false alarm"),
    "handle": pgettext_lazy("case step", "handled it"),
    "appeal": pgettext_lazy("case step", "appealed"),
    "uphold": pgettext_lazy("case step", "upheld it"),
    "overturn": pgettext_lazy("case step", "overturned it"),
    "reopen": pgettext_lazy("case step", "opened it again"),
    "recording": pgettext_lazy("case step", "named the recording"),
    "clip": pgettext_lazy("case step", "kept the sound"),
    "withdraw": pgettext_lazy("case step", "withdrawn"),
    "revive": pgettext_lazy("case step", "alive again"),
    "emptied": pgettext_lazy("case step", "emptied after its time"),
}
STATES = {
    "open": pgettext_lazy("review", "To be agreed"),
    "waiting": pgettext_lazy("review", "Needs a second person"),
    "approved": pgettext_lazy("review", "Agreed"),
    "returned": pgettext_lazy("review", "Sent back"),
}
STATE_CLASS = {"open": "accent", "waiting": "warn", "approved": "good", "returned": "bad"}
ORIGINS = {
    "pasted": pgettext_lazy("origin of texts", "pasted"),
    "lineup": pgettext_lazy("origin of texts", "lineup"),
    "api": pgettext_lazy("origin of texts", "another system"),
    "file": pgettext_lazy("origin of texts", "file"),
}
"""Where the texts of a review come from; a file by its own name."""
VOTES = {"approved": gettext_lazy("agreed"), "returned": gettext_lazy("sent it back")}
CHANGE_STATES = {
    "open": gettext_lazy("to be followed"),
    "followed": gettext_lazy("followed"),
    "no_effect": gettext_lazy("no effect"),
}
DETECTORS = {
    "phone": gettext_lazy("any phone number"),
    "wechat": gettext_lazy("any WeChat name"),
    "qq": gettext_lazy("any QQ number"),
    "address": gettext_lazy("any address outside of the platform"),
}
MARK_KINDS = {
    "trademark": gettext_lazy("Trademark"),
    "patent": gettext_lazy("Patent"),
    "design": gettext_lazy("Design"),
    "copyright": gettext_lazy("Copyright"),
}
MARK_RESULTS = {
    "ours": gettext_lazy("ours"),
    "licensed": gettext_lazy("licensed"),
    "free": gettext_lazy("free to use"),
    "conflict": gettext_lazy("conflict"),
}
_REASONS = {
    "only by sound, and short": gettext_lazy("Found only by sound, and short: look at it."),
    "product category not given": gettext_lazy("The category of the product is not given, so it may not apply."),
    "platform not given": gettext_lazy("The platform is not given, so it may not apply."),
}


def page_words() -> dict[str, str]:
    """What the alerts of the control room say, by key."""
    return {
        **{f"scene_{code}": str(name) for code, name in SCENES.items()},
        "alert_take": _("Take it"),
        "alert_open": _("Open the case"),
        "alerts_none": _("Nothing to take. Forbidden words and contact details show up here within seconds."),
        "alerts_more": _("{n} more"),
        "cue_said": _("Do not say “{words}”"),
    }


def clock_of(seconds: float) -> str:
    """A place in a recording: 12:03.4, with hours where it has some."""
    minutes, rest = divmod(round(seconds, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"


def of(words: Mapping[str, object], code: str) -> str:
    """The word for a code, or the code itself."""
    return str(words.get(code, code))


def because(reason: str) -> str:
    """What the judge says beside a finding that stands, in the reader's language; another sentence as it is."""
    if reason.startswith("needs proof: "):
        return _("Stays doubtful until the proof is shown: %(clause)s") % {"clause": reason.split(": ", 1)[1]}
    return str(_REASONS.get(reason, reason))
