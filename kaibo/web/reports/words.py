"""The words of the daily report: short names of numbers, titles of tables, acts in a line."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p

from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Value
from kaibo.operations.reports.contracts import Act
from kaibo.web import words

LONG_NAME = 20


def short_names() -> dict[str, str]:
    """Names of numbers where a column has little room; a number that is not listed has its full name."""
    return {
        "gmv_paid": _p("report", "Paid GMV"),
        "net_sales": _p("report", "Net sales"),
        "orders_paid": _p("report", "Orders"),
        "payers": _p("report", "Payers"),
        "viewers": _p("report", "Viewers"),
        "views": _p("report", "Views"),
        "roas_room": _p("report", "Overall ROI"),
        "roas_net_1h": _p("report", "Net ROI 1 h"),
        "roas_net_d7": _p("report", "Net ROI 7 d"),
        "roas_standard": _p("report", "Attributed ROI"),
        "roas_whole_room": _p("report", "Whole-room ROI"),
        "breakeven_roas": _p("report", "Break-even, all costs"),
        "breakeven_roas_short": _p("report", "Break-even, short form"),
        "ad_spend": _p("report", "Ad spend"),
        "spend_budget_ratio": _p("report", "Of budget"),
        "ad_gmv_ratio": _p("report", "Spend of GMV"),
        "ad_impressions": _p("report", "Ad impressions"),
        "ad_clicks": _p("report", "Ad clicks"),
        "cost_per_entry": _p("report", "Per paid entry"),
        "spend_per_payer": _p("report", "Per payer"),
        "gpm_view": "GPM",
        "value_per_viewer": _p("report", "Per viewer"),
        "value_per_payer": _p("report", "Per payer, paid"),
        "view_pay_ratio": _p("report", "View-pay"),
        "product_click_ratio": _p("report", "Click ratio"),
        "click_pay_ratio": _p("report", "Click-pay"),
        "stay_per_viewer": _p("report", "Stay"),
        "interaction_ratio": _p("report", "Interaction"),
        "acu": _p("report", "Mean online"),
        "pcu": _p("report", "Peak online"),
        "followers_gained": _p("report", "New followers"),
        "refund_amount_ratio": _p("report", "Refunded so far"),
        "refund_order_ratio": _p("report", "Orders refunded"),
        "refunds": _p("report", "Refunds"),
        "refund_orders": _p("report", "Refund orders"),
        "on_air_minutes": _p("report", "On duty"),
        "gmv_per_hour": _p("report", "GMV per hour"),
        "net_sales_per_hour": _p("report", "Net per hour"),
        "lap_count": _p("report", "Laps"),
        "explained_minutes": _p("report", "Explained"),
        "units_paid": _p("report", "Pieces"),
        "product_share_ratio": _p("report", "Share"),
        "gmv_per_explained_minute": _p("report", "GMV per lap min"),
        "traffic_source_ratio": _p("report", "Share of views"),
        "entry_ratio": _p("report", "Entry ratio"),
    }


def name(metric_id: str) -> str:
    """A number's short name, else its full one."""
    return short_names().get(metric_id) or words.definition_name(metrics.definition(metric_id))


def titles() -> dict[str, str]:
    """Title of each table."""
    return {
        "hour": _p("report", "By hour"),
        "host": _p("report", "By host shift"),
        "product": _p("report", "By product"),
        "traffic_source": _p("report", "By traffic source"),
    }


def first_columns() -> dict[str, str]:
    """Heading of the first column of each table."""
    return {
        "hour": _p("report", "Hour"),
        "host": _p("report", "Host"),
        "product": _p("report", "Link"),
        "traffic_source": _p("report", "Traffic source"),
    }


def origins() -> dict[str, str]:
    """How a number came to be."""
    return {
        "counted": _p("origin", "counted from events"),
        "typed": _p("origin", "typed by hand"),
        "imported": _p("origin", "imported from files"),
        "pushed": _p("origin", "stated by the platform"),
        "derived": _p("origin", "derived from other numbers"),
        "setting": _p("origin", "from the settings of the room"),
    }


def origin_short() -> dict[str, str]:
    """The same as a mark beside a number; counted and derived need none."""
    return {"typed": _p("origin", "typed"), "imported": _p("origin", "imported"), "pushed": _p("origin", "platform")}


def status(code: str) -> str:
    """Final or provisional."""
    return {"final": _("final"), "provisional": _("provisional"), "missing": _("missing")}.get(code, code)


def act_titles() -> dict[str, str]:
    """Kind of act -> title of its list, in the order of the report."""
    return {
        "violation.received": _p("report", "Violations"),
        "give_away": _p("report", "Given away"),
        "interaction.opened": _p("report", "Lucky bags and interactions"),
        "price.changed": _p("report", "Price changes"),
        "stock.changed": _p("report", "Stock changes"),
        "ad.adjusted": _p("report", "Ad adjustments"),
        "note.marked": _p("report", "Marks"),
    }


def interaction(code: str) -> str:
    """Kind of interaction in words."""
    names = {
        "lucky_bag": _p("interaction", "Lucky bag"),
        "lottery": _p("interaction", "Lottery"),
        "vote": _p("interaction", "Vote"),
        "red_packet": _p("interaction", "Red packet"),
    }
    return names.get(code, code)


def state(code: str) -> str:
    """How far a change or a violation has come."""
    names = {
        "asked": _p("report", "asked for, not made"),
        "made": _p("report", "not checked"),
        "checked": _p("report", "checked"),
        "reverted": _p("report", "reverted"),
        "withdrawn": _p("report", "withdrawn"),
        "open": _p("report", "open"),
        "appealed": _p("report", "appealed"),
        "overturned": _p("report", "overturned"),
        "upheld": _p("report", "upheld"),
        "accepted": _p("report", "accepted"),
    }
    return names.get(code, code)


def act_text(act: Act, currency: str, names: Mapping[str, str]) -> str:
    """What happened, in a line without its time; `names` are people by their actor."""
    title = act.title if len(act.title) <= LONG_NAME else act.title[:LONG_NAME] + "…"
    link = _("link %(number)s") % {"number": act.link_no} if act.link_no else ""
    parts = [link, title, *_said(act, currency), act.text]
    parts += [state(str(act.attrs["state"]))] if act.attrs.get("state") else []
    parts += list(dict.fromkeys(names.get(one, one) for one in act.who if one))
    return " · ".join(part for part in parts if part)


def _said(act: Act, currency: str) -> list[str]:
    attrs = act.attrs
    if act.kind == "price.changed" and act.after_minor is not None:
        return [f"{_money(act.before_minor, currency)} → {_money(act.after_minor, currency)}"]
    if act.kind == "stock.changed":
        return [f"{attrs.get('before') if attrs.get('before') is not None else '—'} → {attrs.get('after')}"]
    if act.kind == "interaction.opened":
        return [interaction(str(attrs.get("interaction") or ""))]
    if act.kind == "give_away":
        pieces = _("%(given)s of %(cap)s pieces") if attrs.get("cap") is not None else _("%(given)s pieces")
        loss = _p("report", "loss %(amount)s") % {"amount": _money(act.amount_minor, currency)}
        return [pieces % {"given": attrs.get("given"), "cap": attrs.get("cap")}, loss]
    if act.kind == "ad.adjusted" and attrs.get("adjustment"):
        return [str(attrs.get(name) or "") for name in ("plan_id", "adjustment", "change")]
    return []


def _money(minor: int | None, currency: str) -> str:
    if minor is None:
        return "—"
    return words.number(Value("", minor, "minor", "final", None, currency=currency))
