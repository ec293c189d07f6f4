"""Acts of the opinion watch as the audit says them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

CLOSED = ("explained", "corrected", "compensated", "taken_down", "unfounded", "handed_on", "faded", "taken_back")
OPINION_ACTS: dict[str, str | Promise] = {
    "opinion.limits": gettext_lazy("changed the limits of the opinion watch"),
    "opinion.opened": gettext_lazy("noticed angry talk"),
    "opinion.raised": gettext_lazy("raised angry talk to an alarm"),
    "opinion.start": gettext_lazy("began to handle a matter of opinion"),
    "opinion.note": gettext_lazy("noted what was done in a matter of opinion"),
    "opinion.reopen": gettext_lazy("opened a matter of opinion again"),
    **{f"opinion.{outcome}": gettext_lazy("closed a matter of opinion") for outcome in CLOSED},
}
