"""Topics, situations and signals in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from kaibo.operations.opinion.words import CONCERNS

TOPICS = {
    "size": pgettext_lazy("topic", "Sizes"),
    "price": pgettext_lazy("topic", "Price"),
    "coupon": pgettext_lazy("topic", "Coupons"),
    "link": pgettext_lazy("topic", "Which link"),
    "stock": pgettext_lazy("topic", "Stock"),
    "shipping": pgettext_lazy("topic", "Shipping"),
    "quality": pgettext_lazy("topic", "Quality"),
    "comparison": pgettext_lazy("topic", "Comparison"),
    "after_sales": pgettext_lazy("topic", "Returns and service"),
    "complaint": pgettext_lazy("topic", "Complaint"),
    "flood": pgettext_lazy("topic", "Flooded chat"),
    "violation": pgettext_lazy("topic", "Said something wrong"),
    "stock_out": pgettext_lazy("topic", "Sold out"),
    "network": pgettext_lazy("topic", "Picture stalls"),
    "apology": pgettext_lazy("topic", "Apology"),
    "explanation": pgettext_lazy("topic", "Explanation"),
    "attention": pgettext_lazy("topic", "1 Attention"),
    "interest": pgettext_lazy("topic", "2 Interest"),
    "desire": pgettext_lazy("topic", "3 Desire"),
    "action": pgettext_lazy("topic", "4 Action"),
}
INTENTS = {
    **TOPICS,
    "order_placed": pgettext_lazy("intent", "Has ordered"),
    "praise": pgettext_lazy("intent", "Praise"),
}
FLOODS = {
    "chorus": pgettext_lazy("flood", "many say it"),
    "copies": pgettext_lazy("flood", "copied by few"),
    "one_viewer": pgettext_lazy("flood", "one viewer"),
    "unknown_crowd": pgettext_lazy("flood", "senders not known"),
}
HOWS = {
    "said": pgettext_lazy("answer", "the host said it"),
    "reply": pgettext_lazy("answer", "replied"),
    "hand": pgettext_lazy("answer", "by hand"),
}
SIGNALS = {
    "burst": pgettext_lazy("signal", "Burst"),
    "flood": pgettext_lazy("signal", "Flood"),
    "complaint": pgettext_lazy("signal", "Complaints"),
}


def page_words() -> dict[str, str]:
    """What the questions of the control room say, by key."""
    return {
        **{f"topic_{code}": str(name) for code, name in TOPICS.items()},
        **{f"concern_{code}": str(name) for code, name in CONCERNS.items()},
        "question_link": _("link {n}"),
        "question_waits": _("{at} unanswered"),
        "question_done": _("Answered"),
        "questions_none": _("No question waits."),
        "prompt_none": _("none waits"),
        "warning_opinion": _("Opinion watch: {what} ×{n}"),
        "warning_complaint": _("Complaints: {n} in two minutes"),
        "warning_flood": _("Flood ×{n}: {words}"),
        "radar_open": _("Radar"),
        "script_hint": _("Say: {words}"),
    }


def of(words: object, code: str) -> str:
    """The word for a code, or the code itself."""
    return str(words.get(code, code)) if isinstance(words, dict) else code
