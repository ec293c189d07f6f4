"""Codes in the reader's words: platforms, roles, states, acts, reasons, numbers with their unit."""

from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from kaibo.kit.money import SYMBOLS, show_money
from kaibo.metrics.contracts import REASONS, Value

PLATFORMS = {
    "douyin": _lazy("Douyin"),
    "kuaishou": _lazy("Kuaishou"),
    "taobao": _lazy("Taobao Live"),
    "weixin_channels": _lazy("WeChat Channels"),
    "xiaohongshu": _lazy("Xiaohongshu"),
    "bilibili": _lazy("Bilibili"),
    "tiktok": _lazy("TikTok"),
    "other": _lazy("Another platform"),
    "simulated": _lazy("Simulated"),
}
ROLES = {
    "director": pgettext_lazy("role", "Director"),
    "operator": pgettext_lazy("role", "Operator"),
    "viewer": pgettext_lazy("role", "Viewer"),
    "outsider": pgettext_lazy("role", "No access"),
}
ROLE_SAYS = {
    "director": _lazy("Everything: feeds, people, rooms, deleting and merging shows, audit."),
    "operator": _lazy("Runs shows: create, start, end, targets; sees feeds and imports."),
    "viewer": _lazy("Looks at shows and numbers, exports tables; changes nothing."),
    "outsider": _lazy("Has an account but sees nothing."),
}
STATUSES = {
    "planned": pgettext_lazy("show", "Planned"),
    "on_air": pgettext_lazy("show", "On air"),
    "ended": pgettext_lazy("show", "Ended"),
}
STATUS_CLASS = {"on_air": "air", "planned": "accent", "ended": ""}
TARGETS = {
    "gmv_paid_minor": _lazy("Paid GMV"),
    "net_sales_minor": _lazy("Net sales"),
    "orders_paid": _lazy("Paid orders"),
    "views": _lazy("Views"),
    "viewers": _lazy("Distinct viewers"),
    "spend_minor": _lazy("Ad budget"),
    "roas": _lazy("Overall ROI"),
}
ACTS = {
    "show.created": _lazy("created the show"),
    "show.adopted": _lazy("took over a show that arrived as an event"),
    "show.renamed": _lazy("renamed the show"),
    "show.started": _lazy("started the show"),
    "show.ended": _lazy("ended the show"),
    "show.targets_set": _lazy("changed the targets"),
    "show.deleted": _lazy("deleted the show"),
    "show.restored": _lazy("restored the show"),
    "show.merged": _lazy("merged the show"),
    "room.created": _lazy("added the room"),
    "room.changed": _lazy("changed the room"),
    "person.added": _lazy("added the person"),
    "person.invited": _lazy("invited somebody"),
    "person.invitation_withdrawn": _lazy("withdrew an invitation"),
    "person.joined": _lazy("accepted the invitation"),
    "person.access_changed": _lazy("changed role or rooms"),
    "person.activated": _lazy("let the person in again"),
    "person.deactivated": _lazy("deactivated the person"),
    "person.logged_out_everywhere": _lazy("logged the person out everywhere"),
    "person.password_changed": _lazy("changed the password"),
    "person.logged_in": _lazy("logged in"),
    "person.login_failed": _lazy("failed to log in"),
    "person.logged_out": _lazy("logged out"),
    "show.end_set": _lazy("set the end to the next show's beginning"),
    "feed.created": _lazy("created the feed"),
    "feed.token_rotated": _lazy("made a new token"),
    "feed.enabled": _lazy("enabled the feed"),
    "feed.disabled": _lazy("disabled the feed"),
    "import.complete": _lazy("imported a file"),
    "import.failed": _lazy("failed to import a file"),
    "import.undo": _lazy("undid an import"),
    "events.bound": _lazy("gave loose events to the show"),
    "events.rebound": _lazy("moved events to another show"),
    "events.retracted": _lazy("took events back"),
    "viewer.erased": _lazy("erased a viewer"),
    "artifact.published": _lazy("published an artifact"),
    "quarantine.replayed": _lazy("tried quarantined events again"),
}


def is_chinese() -> bool:
    """Whether the reader reads Chinese: bilingual contracts carry both."""
    return (get_language() or "").startswith("zh")


def platform_name(code: str) -> str:
    """Platform in words; an unknown code as it is."""
    return str(PLATFORMS.get(code, code))


def role_name(code: str) -> str:
    """Role in words."""
    return str(ROLES.get(code, code))


def status_name(code: str) -> str:
    """State of a show in words."""
    return str(STATUSES.get(code, code))


def target_name(code: str) -> str:
    """Target in words."""
    return str(TARGETS.get(code, code))


def act_name(code: str) -> str:
    """Audit act in words; an unknown code as it is."""
    return str(ACTS.get(code, code))


def reason_name(code: str) -> str:
    """Why a number is missing."""
    chinese, english = REASONS.get(code, (code, code))
    return chinese if is_chinese() else english


def unit_name(unit: str) -> str:
    """Unit of a definition in words."""
    names = {
        "count": pgettext("unit", "count"),
        "minor": pgettext("unit", "money"),
        "ratio": pgettext("unit", "share, %"),
        "seconds": pgettext("unit", "seconds"),
        "per_minute": pgettext("unit", "per minute"),
        "minor_per_minute": pgettext("unit", "money per minute"),
        "multiple": pgettext("unit", "multiple"),
        "units": pgettext("unit", "pieces"),
        "minutes": pgettext("unit", "minutes"),
        "score": pgettext("unit", "score"),
    }
    return names.get(unit, unit)


def number(given: Value) -> str:
    """A present metric with its unit: ¥82,600 · 15.2% · 68 s · 4.6."""
    amount = given.value
    if amount is None:
        raise ValueError(f"{given.id} has no value; ask for its reason")
    if given.unit == "ratio":
        return f"{amount * 100:,.1f}%" if abs(amount) < 10 else f"{amount * 100:,.0f}%"
    if given.unit == "minor":
        return _money(amount, given.currency)
    if given.unit == "minor_per_minute":
        return _("%(amount)s/min") % {"amount": _money(amount, given.currency)}
    if given.unit == "per_minute":
        return _("%(amount)s/min") % {"amount": _plain(amount)}
    if given.unit == "seconds":
        return _("%(amount)s s") % {"amount": _plain(amount)}
    if given.unit == "minutes":
        return ngettext("%(amount)s min", "%(amount)s min", int(amount)) % {"amount": _plain(amount)}
    return f"{amount:,.2f}" if given.unit == "multiple" else _plain(amount)


def _money(minor: float, currency: str) -> str:
    code = currency or "CNY"
    if abs(minor) >= 1_000_00 and code in SYMBOLS:
        return show_money(round(minor), code).rpartition(".")[0] or show_money(round(minor), code)
    return show_money(round(minor), code)


def _plain(amount: float) -> str:
    if isinstance(amount, int) or float(amount).is_integer() or abs(amount) >= 1000:
        return f"{round(amount):,}"
    return f"{amount:,.1f}" if abs(amount) >= 1 else f"{amount:,.3g}"
