"""Filters of the pages: instants in the team's zone, numbers with their unit, words for codes."""

import datetime as dt

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kaibo.commerce.rooms.contracts import RoomView
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import PersonView
from kaibo.eventlog.contracts import Coverage
from kaibo.kit import clock, env
from kaibo.kit.money import show_money
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Definition, Value
from kaibo.web import feedwords, icons, words
from kaibo.web.views import ShowTiles

register = template.Library()


@register.filter
def when(at_us: int | None, form: str = "full") -> SafeString:
    """An instant in the team's zone: full `11-22 20:00` (with the year when it is another), `time`, `second`."""
    if at_us is None:
        return format_html('<span class="none">{}</span>', "—")
    local = clock.to_datetime(at_us).astimezone(env.zone())
    return format_html('<time class="nowrap" datetime="{}">{}</time>', clock.iso(at_us), _local_text(local, form))


@register.filter
def plain_when(at_us: int | None) -> str:
    """The same as bare text, for an option or a title."""
    return "—" if at_us is None else _local_text(clock.to_datetime(at_us).astimezone(env.zone()), "full")


def _local_text(local: dt.datetime, form: str) -> str:
    if form == "time":
        return f"{local:%H:%M}"
    if form == "second":
        return f"{local:%m-%d %H:%M:%S}"
    this_year = dt.datetime.now(env.zone()).year
    return f"{local:%m-%d %H:%M}" if local.year == this_year else f"{local:%Y-%m-%d %H:%M}"


@register.filter
def for_input(at_us: int | None) -> str:
    """An instant for `<input type=datetime-local>`, in the team's zone."""
    return "" if at_us is None else f"{clock.to_datetime(at_us).astimezone(env.zone()):%Y-%m-%dT%H:%M}"


@register.filter
def ago(at_us: int | None) -> str:
    """How long ago, or until when, in the largest fitting unit."""
    if at_us is None:
        return _("never")
    seconds = (clock.now_us() - at_us) // clock.MICROS
    amount = span(abs(seconds))
    return _("in %(span)s") % {"span": amount} if seconds < 0 else _("%(span)s ago") % {"span": amount}


@register.filter
def span(seconds: float | None) -> str:
    """A length of time in the largest fitting unit."""
    if seconds is None:
        return "—"
    whole = int(seconds)
    if whole < 120:
        return ngettext("%(count)s s", "%(count)s s", whole) % {"count": whole}
    if whole < 2 * 3600:
        return ngettext("%(count)s min", "%(count)s min", whole // 60) % {"count": whole // 60}
    if whole < 48 * 3600:
        return ngettext("%(count)s h", "%(count)s h", whole // 3600) % {"count": whole // 3600}
    return ngettext("%(count)s day", "%(count)s days", whole // 86400) % {"count": whole // 86400}


@register.filter
def on_air_clock(started_at: int | None, until: int | None = None) -> str:
    """Hours and minutes from the beginning to the end, or to now: `3 h 44 min`."""
    if started_at is None:
        return "—"
    hours, minutes = divmod(max(0, ((until or clock.now_us()) - started_at) // clock.MINUTE_US), 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": minutes}
    if not minutes:
        return ngettext("%(count)s h", "%(count)s h", hours) % {"count": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


@register.filter
def grouped(number: float | None) -> str:
    """12345 as 12,345."""
    return "—" if number is None else f"{number:,}"


@register.filter
def money(minor: int | None, currency: str = "CNY") -> str:
    """Minor units as people read them."""
    return "—" if minor is None else show_money(minor, currency or "CNY").removesuffix(".00")


@register.filter
def percent(ratio: float | None) -> str:
    """0.0051 as 0.51%, 0.9589 as 95.9%: below one in a hundred two digits, else one."""
    if ratio is None:
        return "—"
    digits = 2 if abs(ratio) < 0.01 else 1
    return f"{ratio * 100:.{digits}f}".rstrip("0").rstrip(".") + "%"


@register.filter
def may_rule(request: HttpRequest) -> bool:
    """Whether the reader decides on rules of the whole team."""
    return team.may(request.user, "case.rule")


@register.filter
def percent_input(ratio: float | None) -> str:
    """0.655 as 65.5, for a field with % behind it."""
    return "" if ratio is None else f"{round(ratio * 100, 4):g}"


@register.filter
def value(given: Value | None) -> SafeString:
    """A metric as text, or a dash whose title tells why there is none."""
    if given is None or given.value is None:
        return format_html('<span class="none" title="{}">—</span>', reason(given))
    return SafeString(words.number(given))


@register.filter
def reason(given: Value | None) -> str:
    """Why a number is missing, in the reader's language."""
    if given is None:
        return _("Not in the dictionary.")
    return given.says.get("zh" if words.is_chinese() else "en") or words.reason_name(given.reason)


@register.filter
def platform_name(code: str) -> str:
    """Platform in words."""
    return words.platform_name(code)


@register.filter
def role_name(code: str) -> str:
    """Role in words."""
    return words.role_name(code)


@register.filter
def act_name(code: str) -> str:
    """Audit act in words."""
    return words.act_name(code)


@register.filter
def kind_name(kind: str) -> str:
    """Kind of event in words."""
    return words.kind_name(kind)


@register.filter
def feed_name(name: str) -> str:
    """A feed's name in words."""
    return feedwords.feed_name(name)


@register.filter
def connector_name(connector_id: str) -> str:
    """A connector in words."""
    return feedwords.connector_name(connector_id)


@register.filter
def choice_name(choice: str) -> str:
    """A value of a connector's setting: yes and no in words, any other as the platform's page calls it."""
    return {"yes": _("yes"), "no": _("no")}.get(choice, choice)


@register.filter
def gap_reason(reason: str) -> str:
    """Why a feed missed events; what a person wrote stays as it is."""
    return words.gap_reason(reason)


@register.filter
def column_says(name: str) -> str:
    """What a counted column counts, in the reader's language."""
    return words.column_says(name)


@register.filter
def target_name(code: str) -> str:
    """Target in words."""
    return words.target_name(code)


@register.filter
def status_badge(status: str) -> SafeString:
    """On air, planned, ended."""
    return format_html(
        '<span class="badge {}">{}</span>', words.STATUS_CLASS.get(status, ""), words.status_name(status)
    )


@register.filter
def undo_target(tags: str) -> str:
    """The show id inside a message's `undo:` tag."""
    return tags.rpartition("undo:")[2].split(" ")[0]


@register.filter
def get(mapping: dict[str, object] | None, key: str) -> object:
    """One entry of a mapping, None when it is absent."""
    return None if mapping is None else mapping.get(key)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An inline drawing in the colour of the text."""
    return mark_safe(icons.svg(name))  # noqa: S308 - drawings are constants of this package


@register.filter
def named(one: Definition) -> str:
    """Name of a metric in the reader's language."""
    return words.definition_name(one)


@register.filter
def metric_name(metric_id: str) -> str:
    """The name of a number in the reader's language."""
    return named(metrics.definition(metric_id))


@register.filter
def status_name(status: str) -> str:
    """State of a show in words."""
    return words.status_name(status)


@register.filter
def tile(line: ShowTiles, metric_id: str) -> Value | None:
    """One number of a line, None when the line carries none."""
    return next((given for one, given in line.tiles if one.id == metric_id), None)


@register.filter
def pairs(mapping: dict[str, int]) -> list[tuple[str, int]]:
    """Entries, the largest first."""
    return sorted(mapping.items(), key=lambda pair: (-pair[1], pair[0]))


@register.filter
def declared_only(coverage: Coverage) -> list[str]:
    """Kinds that a feed declares and has not sent."""
    return sorted(set(coverage.declared) - set(coverage.seen))


@register.simple_tag(takes_context=True)
def export_url(context: template.Context, form: str, table: str = "") -> str:
    """The address of this page with its filters, as a file; `table` where the page has several."""
    query = context["request"].GET.copy()
    query["export"] = form
    if table:
        query["table"] = table
    return f"?{query.urlencode()}"


@register.filter
def unit_name(unit: str) -> str:
    """Unit of a metric in words."""
    return words.unit_name(unit)


@register.filter
def has_room(person: PersonView | str | None, room: RoomView) -> bool:
    """Whether the room is listed for the person (all rooms lists none)."""
    return isinstance(person, PersonView) and (room.platform, room.room_id) in person.scope.rooms


@register.filter
def excerpt(raw: bytes) -> str:
    """The beginning of a line as it was received."""
    text = raw[:160].decode(errors="replace")
    return f"{text}…" if len(raw) > 160 else text
