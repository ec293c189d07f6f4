"""The words of the registers: states, kinds, and the strings of their scripts."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.utils.translation import pgettext as _p

CHANGE_STATES = {
    "asked": pgettext_lazy("change", "asked for"),
    "made": pgettext_lazy("change", "made, not checked"),
    "checked": pgettext_lazy("change", "checked"),
    "reverted": pgettext_lazy("change", "reverted"),
    "withdrawn": pgettext_lazy("change", "withdrawn"),
}
CHANGE_KINDS = {"price": pgettext_lazy("change", "Price"), "stock": pgettext_lazy("change", "Stock")}
ADJUSTMENTS = {
    "budget": pgettext_lazy("ad", "Budget"),
    "bid": pgettext_lazy("ad", "Bid"),
    "roi_target": pgettext_lazy("ad", "ROI target"),
    "started": pgettext_lazy("ad", "Started"),
    "paused": pgettext_lazy("ad", "Paused"),
    "creative": pgettext_lazy("ad", "Creative"),
    "audience": pgettext_lazy("ad", "Audience"),
    "other": pgettext_lazy("ad", "Other"),
}
MEASURES = {
    "warning": pgettext_lazy("violation", "warning"),
    "points": pgettext_lazy("violation", "points deducted"),
    "throttled": pgettext_lazy("violation", "throttled"),
    "muted": pgettext_lazy("violation", "muted"),
    "link_removed": pgettext_lazy("violation", "link removed"),
    "cut_off": pgettext_lazy("violation", "cut off the air"),
    "banned": pgettext_lazy("violation", "banned"),
    "other": pgettext_lazy("violation", "other"),
}
VIOLATION_STATES = {
    "open": pgettext_lazy("violation", "open"),
    "appealed": pgettext_lazy("violation", "appealed"),
    "overturned": pgettext_lazy("violation", "overturned"),
    "upheld": pgettext_lazy("violation", "upheld"),
    "accepted": pgettext_lazy("violation", "accepted"),
}
DUTIES = {
    "host": pgettext_lazy("duty", "Host"),
    "assistant": pgettext_lazy("duty", "Assistant host"),
    "desk": pgettext_lazy("duty", "Desk"),
    "ads": pgettext_lazy("duty", "Ad buyer"),
    "service": pgettext_lazy("duty", "Customer service"),
    "other": pgettext_lazy("duty", "Other"),
}
ORIGINS = {
    "counted": gettext_lazy("from host changes"),
    "typed": pgettext_lazy("origin", "typed"),
    "planned": gettext_lazy("planned"),
}
DIFFERENCES = {
    "missing": gettext_lazy("not listed"),
    "extra": gettext_lazy("not in the sheet"),
    "order": gettext_lazy("another link number"),
    "price": gettext_lazy("another price"),
    "stock": gettext_lazy("another stock"),
}


def done() -> dict[str, str]:
    """What a form says after its act."""
    return {
        "tick": _("Noted."),
        "template": _("Checklist saved."),
        "shift": _("Shift saved."),
        "change": _("Change noted."),
        "ad": _("Adjustment noted."),
        "give": _("Give-away noted."),
        "violation": _("Violation noted."),
    }


def page_words() -> dict[str, str]:
    """Everything `static/kaibo/registers` says."""
    return {
        **{f"ad_{name}": str(text) for name, text in ADJUSTMENTS.items()},
        **{f"change_{name}": str(text) for name, text in CHANGE_STATES.items()},
        "change_title": _("Change price or stock"),
        "change_kind_price": _p("change", "Price"),
        "change_kind_stock": _p("change", "Stock"),
        "change_link": _("Link"),
        "change_before": _p("change", "before"),
        "change_after": _p("change", "new"),
        "change_asked_by": _("Who asks"),
        "change_revert": _("Revert after"),
        "change_never": _p("change", "never"),
        "change_minutes": _("{n} min"),
        "change_is_made": _("I have changed it"),
        "change_ask": _("Ask the desk"),
        "change_step_make": _("Made"),
        "change_step_check": _("Checked"),
        "change_step_revert": _("Reverted"),
        "change_step_withdraw": _("Withdraw"),
        "change_line": _("Link {link}: {before} → {after}"),
        "change_left": _("back in {at}"),
        "change_overdue": _("Link {link} should be back at {before} since {at}"),
        "ad_plan": _("Plan"),
        "ad_new_plan": _("another plan"),
        "ad_value": _("value, if any"),
        "ad_logged": _("Noted: {plan} {what}"),
        "ad_undo": _p("ad", "Undo"),
        "ad_undone": _("Taken back."),
        "ad_result_at": _("result at {at}"),
        "ad_result_gmv_paid": _p("ad result", "GMV"),
        "ad_result_ad_spend": _p("ad result", "spend"),
        "ad_result_roas_room": "ROI",
        "violations_open": _("{n} open"),
        "violations_until": _("appeal by {at}"),
        "given_full": _("Give-away link {links}: cap reached"),
        "checklist_open": _("Checklist: {n} open"),
        "checklist_wrong": _("Checklist: {n} wrong"),
        "call_title": _("Call the host"),
        "call_faster": _("Faster please"),
        "call_stock": _("Stock is running low"),
        "call_bag": _("Open a lucky bag"),
        "call_comments": _("Look at the comments"),
        "call_next": _("On to the next link"),
        "call_words": _("Mind your words"),
        "desk_call": _p("desk", "Call"),
        "desk_did_call": _("Called: it stands on the prompt"),
    }
