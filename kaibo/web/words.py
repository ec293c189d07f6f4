"""Codes in the reader's words: platforms, roles, states, acts, reasons, numbers with their unit."""

from collections.abc import Iterable, Mapping

from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from kaibo.kit.money import MINOR_DIGITS, SYMBOLS, show_money
from kaibo.metrics.contracts import REASONS, Definition, Value
from kaibo.metrics.words import COLUMN_WORDS
from kaibo.web.opinion.acts import OPINION_ACTS

PLATFORMS = {
    "douyin": gettext_lazy("Douyin"),
    "kuaishou": gettext_lazy("Kuaishou"),
    "wecom": gettext_lazy("WeCom"),
    "youzan": gettext_lazy("Youzan"),
    "taobao": gettext_lazy("Taobao Live"),
    "weixin_channels": gettext_lazy("WeChat Channels"),
    "xiaohongshu": gettext_lazy("Xiaohongshu"),
    "bilibili": gettext_lazy("Bilibili"),
    "tiktok": gettext_lazy("TikTok"),
    "other": gettext_lazy("Another platform"),
    "simulated": gettext_lazy("Simulated"),
}
ROLES = {
    "director": pgettext_lazy("role", "Director"),
    "operator": pgettext_lazy("role", "Operator"),
    "analyst": pgettext_lazy("role", "Data analyst"),
    "host_manager": pgettext_lazy("role", "Host manager"),
    "content": pgettext_lazy("role", "Content planner"),
    "ad_buyer": pgettext_lazy("role", "Ad buyer"),
    "supply": pgettext_lazy("role", "Supply chain"),
    "service": pgettext_lazy("role", "Customer service"),
    "viewer": pgettext_lazy("role", "Viewer"),
    "outsider": pgettext_lazy("role", "No access"),
}
ROLE_SAYS = {
    "director": gettext_lazy("Everything: feeds, people, rooms, deleting and merging shows, audit."),
    "operator": gettext_lazy("Runs shows: create, start, end, targets, desk and rounds; sees feeds and imports."),
    "analyst": gettext_lazy("All numbers, comments, feeds and cases; brings files in, shares reports."),
    "host_manager": gettext_lazy("Desk, shifts, rounds, give-aways and violations; checks texts, shares reports."),
    "content": gettext_lazy("Plans shows and targets, writes the lineup, has texts checked and approved."),
    "ad_buyer": gettext_lazy("Numbers and the ad log; types rounds, brings ad reports in."),
    "supply": gettext_lazy("Lineup, price and stock changes, give-aways; brings stock and orders in."),
    "service": gettext_lazy("Comments and questions, violations and cases; checks texts."),
    "viewer": gettext_lazy("Looks at shows and numbers, exports tables; changes nothing."),
    "outsider": gettext_lazy("Has an account but sees nothing."),
}
STATUSES = {
    "planned": pgettext_lazy("show", "Planned"),
    "on_air": pgettext_lazy("show", "On air"),
    "ended": pgettext_lazy("show", "Ended"),
}
STATUS_CLASS = {"on_air": "air", "planned": "accent", "ended": ""}
TARGETS = {
    "gmv_paid_minor": gettext_lazy("Paid GMV"),
    "net_sales_minor": gettext_lazy("Net sales"),
    "orders_paid": gettext_lazy("Paid orders"),
    "views": gettext_lazy("Views"),
    "viewers": gettext_lazy("Distinct viewers"),
    "spend_minor": gettext_lazy("Ad budget"),
    "roas": gettext_lazy("Overall ROI"),
}
ACTS = {
    "show.created": gettext_lazy("created the show"),
    "show.adopted": gettext_lazy("took over a show that arrived as an event"),
    "show.renamed": gettext_lazy("renamed the show"),
    "show.started": gettext_lazy("started the show"),
    "show.ended": gettext_lazy("ended the show"),
    "show.targets_set": gettext_lazy("changed the targets"),
    "show.deleted": gettext_lazy("deleted the show"),
    "show.restored": gettext_lazy("restored the show"),
    "show.merged": gettext_lazy("merged the show"),
    "show.unmerged": gettext_lazy("undid the merge"),
    "lineup.typed": gettext_lazy("typed in the lineup"),
    "lineup.pasted": gettext_lazy("pasted into the lineup"),
    "lineup.uploaded": gettext_lazy("uploaded the lineup"),
    "lineup.copied": gettext_lazy("copied a lineup"),
    "lineup.undone": gettext_lazy("undid a change of the lineup"),
    "lineup.restored": gettext_lazy("restored a version of the lineup"),
    "lineup.rules_set": gettext_lazy("changed the limits of the lineup"),
    "lineup.published": gettext_lazy("published the lineup"),
    "lineup.column_learned": gettext_lazy("explained a heading"),
    "product.created": gettext_lazy("added the product"),
    "product.changed": gettext_lazy("changed the product"),
    "desk.start": gettext_lazy("began a lap"),
    "desk.next": gettext_lazy("went on to the next link"),
    "desk.return": gettext_lazy("returned to a link"),
    "desk.end": gettext_lazy("ended a lap"),
    "desk.mark": gettext_lazy("set a mark"),
    "desk.note": gettext_lazy("kept a note"),
    "desk.host": gettext_lazy("changed the host"),
    "desk.call": gettext_lazy("called the host"),
    "desk.undone": gettext_lazy("took back an act of the desk"),
    "round.recorded": gettext_lazy("typed a round"),
    "round.corrected": gettext_lazy("corrected a round"),
    "round.withdrawn": gettext_lazy("withdrew a round"),
    "round.form_changed": gettext_lazy("changed what rounds hold"),
    "change.asked": gettext_lazy("asked for a change"),
    "change.made": gettext_lazy("made a change"),
    "change.checked": gettext_lazy("checked a change"),
    "change.reverted": gettext_lazy("reverted a change"),
    "change.withdrawn": gettext_lazy("withdrew a change"),
    "ad.logged": gettext_lazy("logged an ad adjustment"),
    "ad.undone": gettext_lazy("took back an ad adjustment"),
    "give_away.planned": gettext_lazy("planned a give-away"),
    "give_away.given": gettext_lazy("gave away pieces"),
    "violation.registered": gettext_lazy("registered a violation"),
    "violation.appealed": gettext_lazy("appealed a violation"),
    "violation.overturned": gettext_lazy("had a violation overturned"),
    "violation.upheld": gettext_lazy("had a violation upheld"),
    "violation.accepted": gettext_lazy("accepted a violation"),
    "violation.file_added": gettext_lazy("added a file to a violation"),
    "checklist.ticked": gettext_lazy("ticked the checklist"),
    "checklist.changed": gettext_lazy("changed the checklist"),
    "shift.saved": gettext_lazy("kept a shift"),
    "shift.removed": gettext_lazy("removed a shift"),
    "question.answered": gettext_lazy("saw to questions"),
    "question.reopened": gettext_lazy("opened questions again"),
    "script.started": gettext_lazy("began the script library"),
    "script.saved": gettext_lazy("kept a line of the script library"),
    "script.removed": gettext_lazy("took a line out of the script library"),
    "rule_change.noted": gettext_lazy("noted a changed rule"),
    "rule_change.followed": gettext_lazy("said that our rules follow"),
    "rule_change.no_effect": gettext_lazy("said that a change does not concern us"),
    "mark.checked": gettext_lazy("checked a mark or patent"),
    "case.let_go": gettext_lazy("let evidence go after its term"),
    "case.acknowledged": gettext_lazy("took a case"),
    "case.confirm": gettext_lazy("confirmed a violation"),
    "case.dismiss": gettext_lazy("called a finding a false alarm"),
    "case.handle": gettext_lazy("handled a violation"),
    "case.appeal": gettext_lazy("appealed against a case"),
    "case.uphold": gettext_lazy("upheld a case"),
    "case.overturn": gettext_lazy("overturned a case"),
    "case.reopen": gettext_lazy("opened a case again"),
    "case.recording": gettext_lazy("named the recording of a finding"),
    "case.handed_over": gettext_lazy("exported cases for an inspector"),
    **OPINION_ACTS,
    "allowance.accepted": gettext_lazy("allowed a context"),
    "allowance.refused": gettext_lazy("refused to allow a context"),
    "review.created": gettext_lazy("had texts checked"),
    "review.text_changed": gettext_lazy("changed a text under review"),
    "review.rechecked": gettext_lazy("had texts checked again"),
    "review.approved": gettext_lazy("agreed to texts"),
    "review.returned": gettext_lazy("sent texts back"),
    "room.created": gettext_lazy("added the room"),
    "room.changed": gettext_lazy("changed the room"),
    "person.added": gettext_lazy("added the person"),
    "person.invited": gettext_lazy("invited somebody"),
    "person.invitation_withdrawn": gettext_lazy("withdrew an invitation"),
    "person.joined": gettext_lazy("accepted the invitation"),
    "person.access_changed": gettext_lazy("changed role or rooms"),
    "person.activated": gettext_lazy("let the person in again"),
    "person.deactivated": gettext_lazy("deactivated the person"),
    "person.logged_out_everywhere": gettext_lazy("logged the person out everywhere"),
    "person.password_changed": gettext_lazy("changed the password"),
    "person.second_on": gettext_lazy("turned two-step login on"),
    "person.second_off": gettext_lazy("turned two-step login off"),
    "person.second_recovered": gettext_lazy("logged in with a recovery code"),
    "person.logged_in": gettext_lazy("logged in"),
    "person.login_failed": gettext_lazy("failed to log in"),
    "person.logged_out": gettext_lazy("logged out"),
    "show.end_set": gettext_lazy("set the end to the next show's beginning"),
    "feed.created": gettext_lazy("created the feed"),
    "feed.token_rotated": gettext_lazy("made a new token"),
    "feed.enabled": gettext_lazy("enabled the feed"),
    "feed.disabled": gettext_lazy("disabled the feed"),
    "feed.settings_changed": gettext_lazy("changed the settings of the feed"),
    "server.ended": gettext_lazy("ended a server that held the log and answered nobody"),
    "delivery.refused": gettext_lazy("refused a push"),
    "inbox.replayed": gettext_lazy("read pushes again"),
    "orders.bound": gettext_lazy("gave orders to their shows"),
    "orders.released": gettext_lazy("took orders out of a show"),
    "show.replay": gettext_lazy("played the show once more"),
    "backup.backup": gettext_lazy("backed the home up"),
    "backup.rehearsal": gettext_lazy("tried a backup"),
    "import.complete": gettext_lazy("imported a file"),
    "import.failed": gettext_lazy("failed to import a file"),
    "import.undo": gettext_lazy("undid an import"),
    "import.discard": gettext_lazy("put a dropped file away"),
    "import.assign": gettext_lazy("gave waiting orders to a show"),
    "import.headings_learned": gettext_lazy("said what the columns of a table hold"),
    "import.account_learned": gettext_lazy("named the room of an account"),
    "events.bound": gettext_lazy("gave loose events to the show"),
    "events.rebound": gettext_lazy("moved events to another show"),
    "events.retracted": gettext_lazy("took events back"),
    "bot.added": gettext_lazy("added a chat bot"),
    "bot.changed": gettext_lazy("changed the address of a chat bot"),
    "bot.dropped": gettext_lazy("took a chat bot away"),
    "bot.tested": gettext_lazy("sent a test through a chat bot"),
    "message.ordered": gettext_lazy("asked a member to send a message"),
    "message.taken_back": gettext_lazy("took a message task back"),
    "viewer.erased": gettext_lazy("erased a viewer"),
    "comments.let_go": gettext_lazy("let old words go"),
    "feed.gap_noted": gettext_lazy("noted a gap of the feed"),
    "artifact.published": gettext_lazy("published an artifact"),
    "quarantine.replayed": gettext_lazy("tried quarantined events again"),
    "report.published": gettext_lazy("took the daily report out"),
    "report.shared": gettext_lazy("made a link to the daily report"),
    "report.link_revoked": gettext_lazy("closed a link to the daily report"),
    "report.link_opened": gettext_lazy("opened a link to the daily report"),
    "report.columns_set": gettext_lazy("changed the columns of the workbook"),
    "job.canceled": gettext_lazy("took background work back"),
    "job.retried": gettext_lazy("let background work run again"),
}
KINDS = {
    "viewer.entered": pgettext_lazy("event kind", "viewer came in"),
    "viewer.left": pgettext_lazy("event kind", "viewer left"),
    "online.sampled": pgettext_lazy("event kind", "people online, sampled"),
    "room.exposed": pgettext_lazy("event kind", "room shown to people"),
    "comment.posted": pgettext_lazy("event kind", "comment"),
    "like.given": pgettext_lazy("event kind", "like"),
    "gift.sent": pgettext_lazy("event kind", "gift"),
    "follow.gained": pgettext_lazy("event kind", "follow"),
    "fanclub.joined": pgettext_lazy("event kind", "fan-club join"),
    "share.made": pgettext_lazy("event kind", "share"),
    "product.exposed": pgettext_lazy("event kind", "product shown"),
    "product.clicked": pgettext_lazy("event kind", "product clicked"),
    "cart.added": pgettext_lazy("event kind", "put into the cart"),
    "coupon.claimed": pgettext_lazy("event kind", "coupon claimed"),
    "order.placed": pgettext_lazy("event kind", "order placed"),
    "order.paid": pgettext_lazy("event kind", "order paid"),
    "order.canceled": pgettext_lazy("event kind", "order canceled"),
    "order.refunded": pgettext_lazy("event kind", "order refunded"),
    "order.shipped": pgettext_lazy("event kind", "order shipped"),
    "order.delivered": pgettext_lazy("event kind", "order delivered"),
    "offer.listed": pgettext_lazy("event kind", "link listed"),
    "offer.unlisted": pgettext_lazy("event kind", "link taken down"),
    "offer.pinned": pgettext_lazy("event kind", "link pinned"),
    "lap.started": pgettext_lazy("event kind", "explaining begins"),
    "lap.ended": pgettext_lazy("event kind", "explaining ends"),
    "price.changed": pgettext_lazy("event kind", "price changed"),
    "stock.changed": pgettext_lazy("event kind", "stock changed"),
    "host.on": pgettext_lazy("event kind", "host goes on"),
    "host.off": pgettext_lazy("event kind", "host goes off"),
    "interaction.opened": pgettext_lazy("event kind", "interaction opened"),
    "interaction.closed": pgettext_lazy("event kind", "interaction closed"),
    "scene.switched": pgettext_lazy("event kind", "scene switched"),
    "ad.adjusted": pgettext_lazy("event kind", "ads adjusted"),
    "violation.received": pgettext_lazy("event kind", "violation received"),
    "speech.transcribed": pgettext_lazy("event kind", "speech transcribed"),
    "note.marked": pgettext_lazy("event kind", "mark set"),
    "show.started": pgettext_lazy("event kind", "show started"),
    "show.ended": pgettext_lazy("event kind", "show ended"),
    "spend.reported": pgettext_lazy("event kind", "ad spend reported"),
    "figure.reported": pgettext_lazy("event kind", "figure stated"),
    "group.joined": pgettext_lazy("event kind", "joined a fan group"),
    "group.left": pgettext_lazy("event kind", "left a fan group"),
    "group.message_posted": pgettext_lazy("event kind", "message in a fan group"),
    "unknown": pgettext_lazy("event kind", "kind not known yet"),
}
"""Every kind of event; the code itself always stands beside it, because senders write the code."""
GRAINS = {
    "show": pgettext_lazy("grain", "show"),
    "minute": pgettext_lazy("grain", "minute"),
    "traffic_source": pgettext_lazy("grain", "traffic source"),
    "product": pgettext_lazy("grain", "product"),
    "lap": pgettext_lazy("grain", "lap"),
    "host": pgettext_lazy("grain", "host"),
}
MERGES = {
    "sum": pgettext_lazy("merge", "summed"),
    "max": pgettext_lazy("merge", "highest"),
    "last": pgettext_lazy("merge", "last"),
}
OWNERS = {"analyst": pgettext_lazy("owner", "data analyst"), "operations": pgettext_lazy("owner", "operations")}


def gap_reason(reason: str) -> str:
    """Why a feed missed events; what a person wrote stays as it is."""
    return _("It spoke steadily and fell silent.") if reason == "silent" else reason


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


def definition_name(one: Definition) -> str:
    """Name of a metric in the reader's language."""
    return one.zh if is_chinese() else one.en


def import_state(state: str) -> str:
    """State of an import in words."""
    names = {"running": _("running"), "complete": _("complete"), "failed": _("failed"), "undone": _("taken back")}
    return names.get(state, state)


def kind_name(code: str) -> str:
    """Kind of event in words; an unknown code as it is."""
    return str(KINDS.get(code, code))


def column_says(name: str) -> str:
    """What a counted column counts; a column without words as it is."""
    chinese, english = COLUMN_WORDS.get(name, (name, name))
    return chinese if is_chinese() else english


def named(names: Mapping[str, object], codes: Iterable[str]) -> str:
    """Codes in words, in a row; a code without words as it is."""
    return _(", ").join(str(names.get(code, code)) for code in codes)


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
    whole = 10 ** MINOR_DIGITS.get(code, 2)
    is_long = code in SYMBOLS and abs(minor) >= 1_000 * whole  # from there on cents only cost reading
    text = show_money(round(minor / whole) * whole if is_long else round(minor), code)
    return text.removesuffix(".00")


def _plain(amount: float) -> str:
    if isinstance(amount, int) or float(amount).is_integer() or abs(amount) >= 1000:
        return f"{round(amount):,}"
    return f"{amount:,.1f}" if abs(amount) >= 1 else f"{amount:,.3g}"
