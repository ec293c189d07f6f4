"""One show: its numbers as tables by minute, traffic source, product, lap and host; acts; export."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.commerce.team import api as team
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env
from kaibo.metrics import api as metrics
from kaibo.metrics import export as metrics_export
from kaibo.metrics.contracts import Definition, Unit, Value
from kaibo.warehouse import api as warehouse
from kaibo.web import export
from kaibo.web.pages import feed_tables, home, tools
from kaibo.web.pages import shows as show_acts

TABLES: dict[metrics.By, object] = {
    "minute": gettext_lazy("By minute"),
    "traffic_source": gettext_lazy("By traffic source"),
    "product": gettext_lazy("By product"),
    "lap": gettext_lazy("By lap"),
    "host": gettext_lazy("By host"),
}
FIRST_COLUMN: dict[metrics.By, object] = {
    "minute": gettext_lazy("Minute"),
    "traffic_source": gettext_lazy("Traffic source"),
    "product": gettext_lazy("Product"),
    "lap": gettext_lazy("Lap"),
    "host": gettext_lazy("Host"),
}
COLUMNS: dict[metrics.By, tuple[str, ...]] = {
    "minute": ("online_now", "views", "viewers", "comments", "orders_paid", "gmv_paid", "net_sales", "ad_spend"),
    "traffic_source": ("views", "viewers", "traffic_source_ratio", "entry_ratio", "interaction_ratio",
                       "view_pay_ratio", "orders_paid", "gmv_paid", "gpm_view"),
    "product": ("product_click_ratio", "click_pay_ratio", "units_paid", "orders_paid", "gmv_paid",
                "product_share_ratio", "lap_count", "explained_minutes", "gmv_per_explained_minute",
                "refund_amount_ratio_1h"),
    "lap": ("explained_minutes", "views", "comments", "product_click_ratio", "click_pay_ratio", "orders_paid",
            "gmv_paid", "gmv_per_explained_minute"),
    "host": ("on_air_minutes", "viewers", "comments", "interaction_ratio", "orders_paid", "gmv_paid", "gmv_per_hour",
             "net_sales_per_hour", "refund_amount_ratio"),
}  # fmt: skip
SUMMARY = (
    "gmv_paid", "net_sales", "orders_paid", "payers", "viewers", "views", "pcu", "acu", "stay_per_viewer",
    "interaction_ratio", "comments", "follows", "view_pay_ratio", "gpm_view", "value_per_viewer", "value_per_payer",
    "roas_room", "breakeven_roas", "refund_amount_ratio_24h", "refund_amount_ratio",
)  # fmt: skip
SOURCES = {
    "": pgettext_lazy("traffic source", "not stated"),
    "feed": pgettext_lazy("traffic source", "Recommended feed"),
    "paid": pgettext_lazy("traffic source", "Paid"),
    "following": pgettext_lazy("traffic source", "Following"),
    "short_video": pgettext_lazy("traffic source", "Short video"),
    "search": pgettext_lazy("traffic source", "Search"),
    "share": pgettext_lazy("traffic source", "Share"),
    "shop": pgettext_lazy("traffic source", "Shop"),
    "other": pgettext_lazy("traffic source", "Other"),
}

type Row = tuple[str, dict[str, Value]]


@tools.page("show.see")
def show_page(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """The summary of a show and one of its tables."""
    show = tools.show_or_404(request, show_id)
    wanted = request.GET.get("by", "minute")
    by: metrics.By = next((one for one in metrics.BY if one == wanted), "minute")
    columns = home.definitions(COLUMNS[by])
    form = request.GET.get("export", "")
    if form in export.FORMATS:
        tools.require(request, "show.export", platform=show.platform, room_id=show.room_id)
        if request.GET.get("table") == "kinds":
            heard = eventlog.coverage(show_id, now_us=clock.now_us())
            return export.table_answer(f"{show_id}-kinds", feed_tables.of_kinds(heard.seen, heard.declared), form)
        if request.GET.get("table") == "unmatched":
            found = warehouse.unmatched(show_id)
            return export.table_answer(f"{show_id}-unmatched", feed_tables.of_unmatched(found), form)
        return _export(show, by, columns, form)
    room = rooms.room(show.platform, show.room_id)
    may = {
        name: team.may(request.user, f"show.{name}", platform=show.platform, room_id=show.room_id)
        for name in ("start", "end", "change", "target", "delete", "merge", "export")
    }
    may["talk"] = team.may(request.user, "comment.see", platform=show.platform, room_id=show.room_id)
    may["check"] = team.may(request.user, "text.check", platform=show.platform, room_id=show.room_id)
    summary = home.definitions(SUMMARY)
    values = metrics.evaluate(show_id, [one.id for one in summary])
    context = {
        "show": show,
        "room": room,
        "may": may,
        "by": by,
        "tables": [{"by": key, "title": title} for key, title in TABLES.items()],
        "first_column": FIRST_COLUMN[by],
        "columns": columns,
        "rows": table(show, by, columns),
        "summary": [(one, values[one.id]) for one in summary],
        "as_of": max((values[one.id].as_of or 0 for one in summary), default=0),
        "targets": _targets(show, values, room.currency),
        "target_fields": show_acts.target_fields(show.targets, None, room.currency),
        "coverage": eventlog.coverage(show_id, now_us=clock.now_us()),
        "siblings": [one for one in _siblings(show) if one.show_id != show_id],
        "unmatched": warehouse.unmatched(show_id),
        "is_empty": warehouse.show_span(show_id) is None,
    }
    return render(request, "kaibo/show.html", context)


def table(show: ShowView, by: metrics.By, columns: list[Definition]) -> list[Row]:
    """Rows of one table: label beside the values; minutes and laps in order, the rest by money, then by views."""
    with eventlog.one_look():
        values = metrics.evaluate(show.show_id, [one.id for one in columns], by=by)
    labels = _labels(show, by)
    rows = [(labels.get(key) or _plain_label(by, key), line) for key, line in values.items()]
    if by in {"minute", "lap"}:
        return rows
    return sorted(rows, key=_weight, reverse=True)


def _weight(row: Row) -> list[float]:
    found = (row[1].get(name) for name in ("gmv_paid", "views", "viewers"))
    return [-1.0 if value is None or value.value is None else float(value.value) for value in found]


def _plain_label(by: metrics.By, key: str) -> str:
    if not key:
        return _("not assigned")
    if by == "minute":
        return f"{clock.to_datetime(int(key)).astimezone(env.zone()):%m-%d %H:%M}"
    return key


def _labels(show: ShowView, by: metrics.By) -> dict[str, str]:
    if by == "traffic_source":
        return {key: str(name) for key, name in SOURCES.items()}
    if by == "product":
        found = {}
        for offer in warehouse.offers(show.show_id):
            number = f"{offer.link_no} " if offer.link_no else ""
            found[offer.key] = f"{number}{offer.title or offer.product_id or offer.key}"
        return found
    if by == "lap":
        titles = _labels(show, "product")
        laps = {}
        for lap in warehouse.laps(show.show_id):
            local = clock.to_datetime(lap.from_us).astimezone(env.zone())
            key = lap.product_id or f"#{lap.link_no}"
            laps[lap.lap_id] = f"{local:%H:%M} {titles.get(key, key)}"
        return laps
    return {}


def _export(show: ShowView, by: metrics.By, columns: list[Definition], form: str) -> HttpResponseBase:
    with eventlog.one_look():
        values = metrics.evaluate(show.show_id, [one.id for one in columns], by=by)
    labels = _labels(show, by)
    made = metrics_export.wide_table(
        f"{show.title} {TABLES[by]}",
        values,
        by=by,
        language=get_language() or "en",
        name_key=lambda key: labels.get(key) or _plain_label(by, key),
    )
    return export.table_answer(f"{show.show_id}-{by}", made, form)


def _targets(show: ShowView, values: Mapping[str, Value], currency: str) -> list[dict[str, object]]:
    actual_of = {
        "gmv_paid_minor": "gmv_paid", "net_sales_minor": "net_sales", "orders_paid": "orders_paid", "views": "views",
        "viewers": "viewers", "spend_minor": "ad_spend", "roas": "roas_room",
    }  # fmt: skip
    missing = [id_ for id_ in actual_of.values() if id_ not in values]
    known = {**values, **metrics.evaluate(show.show_id, [one.id for one in home.definitions(tuple(missing))])}
    made = []
    for name, target in show.targets.items():
        actual = known.get(actual_of.get(name, ""))
        unit: Unit = "minor" if name.endswith("_minor") else "multiple" if name == "roas" else "count"
        share = actual.value / target if actual is not None and actual.value is not None else None
        goal = Value(name, target, unit, "final", None, currency=currency)
        made.append({"name": name, "target": goal, "actual": actual, "share": share})
    return made


def _siblings(show: ShowView) -> list[ShowView]:
    """Shows of the room this one may be merged into."""
    if show.status is ShowStatus.ON_AIR:
        return []
    return shows.shows(platform=show.platform, room_id=show.room_id, limit=30)
