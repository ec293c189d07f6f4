"""Concerns, causes and states in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from kaibo.operations.opinion.contracts import Concern

Words = dict[str, str | Promise]
CONCERNS: Words = {
    Concern.INJURY: pgettext_lazy("concern", "Somebody was hurt"),
    Concern.FAKE: pgettext_lazy("concern", "Fake goods"),
    Concern.FAULT: pgettext_lazy("concern", "Faulty goods"),
    Concern.FALSE_AD: pgettext_lazy("concern", "False promises"),
    Concern.PRICE: pgettext_lazy("concern", "Price and lottery"),
    Concern.REFUND: pgettext_lazy("concern", "Refunds refused"),
    Concern.SHIPPING: pgettext_lazy("concern", "Not shipped"),
    Concern.HOST: pgettext_lazy("concern", "Rude host"),
    Concern.OTHER: pgettext_lazy("concern", "Dislike in general"),
}
CAUSES: Words = {
    "burst": pgettext_lazy("cause", "at once in one room"),
    "spread": pgettext_lazy("cause", "in several rooms"),
    "days": pgettext_lazy("cause", "over days"),
}
LEVELS: Words = {
    "warning": pgettext_lazy("opinion level", "Early warning"),
    "alarm": pgettext_lazy("opinion level", "Alarm"),
}
STATES: Words = {
    "watched": pgettext_lazy("opinion state", "Watched"),
    "handling": pgettext_lazy("opinion state", "Being handled"),
    "closed": pgettext_lazy("opinion state", "Closed"),
}
OUTCOMES: Words = {
    "explained": pgettext_lazy("outcome", "Explained"),
    "corrected": pgettext_lazy("outcome", "Corrected, apologised"),
    "compensated": pgettext_lazy("outcome", "Compensated"),
    "taken_down": pgettext_lazy("outcome", "Product taken down"),
    "unfounded": pgettext_lazy("outcome", "Unfounded"),
    "handed_on": pgettext_lazy("outcome", "Handed to the emergency team"),
    "faded": pgettext_lazy("outcome", "Faded by itself"),
    "taken_back": pgettext_lazy("outcome", "Messages were taken back"),
}
ACTS: Words = {
    "opened": pgettext_lazy("opinion act", "noticed it"),
    "raised": pgettext_lazy("opinion act", "raised it to an alarm"),
    "start": pgettext_lazy("opinion act", "began to handle it"),
    "note": pgettext_lazy("opinion act", "noted"),
    "reopen": pgettext_lazy("opinion act", "opened it again"),
    **OUTCOMES,
}
