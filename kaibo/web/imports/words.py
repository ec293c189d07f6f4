"""The words of the import pages: fields, evidence, reasons, states."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from kaibo.operations.imports import api as imports
from kaibo.web import words

FIELDS = {
    "order_id": gettext_lazy("Order number"),
    "line_id": gettext_lazy("Line number of the order"),
    "product_id": gettext_lazy("Product id"),
    "sku_id": gettext_lazy("SKU id"),
    "sku_code": gettext_lazy("SKU code of the shop"),
    "style_no": pgettext_lazy("import field", "Style number"),
    "title": pgettext_lazy("import field", "Name"),
    "sku": gettext_lazy("Colour and size"),
    "quantity": pgettext_lazy("import field", "Pieces"),
    "amount": pgettext_lazy("import field", "Amount"),
    "goods_amount": gettext_lazy("Price of the goods"),
    "freight": gettext_lazy("Freight"),
    "placed_at": gettext_lazy("Placed at"),
    "paid_at": gettext_lazy("Paid at"),
    "shipped_at": gettext_lazy("Shipped at"),
    "finished_at": gettext_lazy("Finished at"),
    "canceled_at": gettext_lazy("Canceled at"),
    "refunded_at": gettext_lazy("Refunded at"),
    "refund_amount": gettext_lazy("Refunded amount"),
    "order_refund": gettext_lazy("Refunded amount of the whole order"),
    "state": gettext_lazy("State of the order"),
    "after_sale": gettext_lazy("After-sale state"),
    "cancel_reason": gettext_lazy("Reason of the cancellation"),
    "platform_discount": gettext_lazy("Discount paid by the platform"),
    "shop_discount": gettext_lazy("Discount paid by the shop"),
    "creator_discount": gettext_lazy("Discount paid by the creator"),
    "receivable": gettext_lazy("Receivable by the merchant"),
    "author": gettext_lazy("Account or creator"),
    "author_id": gettext_lazy("Id of the account or creator"),
    "live_room": gettext_lazy("Room id"),
    "campaign": gettext_lazy("Where it came from"),
    "currency": pgettext_lazy("import field", "Currency"),
    "entry_id": gettext_lazy("Entry number"),
    "at": gettext_lazy("Time of the entry"),
    "direction": gettext_lazy("In or out"),
    "scene": gettext_lazy("Kind of entry"),
    "account": gettext_lazy("Money account"),
    "income": gettext_lazy("Income"),
    "expense": gettext_lazy("Expense"),
    "fee": gettext_lazy("Platform fee"),
    "commission": gettext_lazy("Creator commission"),
    "subsidy": gettext_lazy("Platform subsidy"),
    "refund": gettext_lazy("Refund of the order"),
    "paid": gettext_lazy("Paid by the buyer"),
    "balance": gettext_lazy("Balance"),
    "promoter_fee": gettext_lazy("Promoter fee"),
    "outside_fee": gettext_lazy("Outside promotion fee"),
    "billing": gettext_lazy("Kind of charge"),
    "note": pgettext_lazy("import field", "Remark"),
    "early_refund": gettext_lazy("Refunded before settlement"),
    "begins_at": gettext_lazy("Went on air at"),
    "ends_at": gettext_lazy("Went off air at"),
    "as_of": gettext_lazy("As of"),
    "link_no": pgettext_lazy("import field", "Link number"),
    "plan_id": gettext_lazy("Ad plan id"),
    "hour": gettext_lazy("Hour"),
    "date": gettext_lazy("Date"),
    "spend": gettext_lazy("Ad spend of the hour"),
    "impressions": gettext_lazy("Impressions"),
    "clicks": pgettext_lazy("import field", "Clicks"),
    "attributed": gettext_lazy("Sales the ads claim"),
    "available": gettext_lazy("Pieces available"),
    "on_hand": gettext_lazy("Pieces on hand"),
    "held": gettext_lazy("Pieces held"),
    "shop": pgettext_lazy("import field", "Shop"),
    "platform_name": pgettext_lazy("import field", "Platform"),
    "impression_viewers": gettext_lazy("People shown the entrance"),
    "views": gettext_lazy("Entries"),
    "viewers": gettext_lazy("Viewers"),
    "online_max": gettext_lazy("Highest number online"),
    "online_mean": gettext_lazy("Average number online"),
    "watch_mean_seconds": gettext_lazy("Average stay"),
    "comments": pgettext_lazy("import field", "Comments"),
    "likes": pgettext_lazy("import field", "Likes"),
    "shares": pgettext_lazy("import field", "Shares"),
    "follows": gettext_lazy("New followers"),
    "fanclub_joins": gettext_lazy("Fan-club joins"),
    "product_exposures": gettext_lazy("Product exposures"),
    "product_exposed_viewers": gettext_lazy("People shown a product"),
    "product_clicks": gettext_lazy("Product clicks"),
    "product_click_viewers": gettext_lazy("People who clicked a product"),
    "orders_placed": gettext_lazy("Orders placed"),
    "gmv_placed_minor": gettext_lazy("Value of orders placed"),
    "orders_paid": gettext_lazy("Orders paid"),
    "units_paid": gettext_lazy("Pieces paid"),
    "payers": gettext_lazy("Buyers"),
    "gmv_paid_minor": gettext_lazy("Paid GMV"),
    "gmv_paid_subsidy_minor": gettext_lazy("Paid GMV with subsidy"),
    "receivable_minor": gettext_lazy("Receivable by the merchant"),
    "refund_minor": gettext_lazy("Refunded amount"),
    "refund_orders": gettext_lazy("Orders refunded"),
    "spend_minor": gettext_lazy("Ad spend"),
    "ad_impressions": gettext_lazy("Ad impressions"),
    "ad_clicks": gettext_lazy("Ad clicks"),
    "attributed_gmv_minor": gettext_lazy("Sales the ads claim"),
    "attributed_orders": gettext_lazy("Orders the ads claim"),
    "personal": gettext_lazy("Personal, left out"),
    "ignored": gettext_lazy("Not needed"),
}
_EVIDENCE = {
    "chosen": pgettext_lazy("import evidence", "named by you"),
    "room": pgettext_lazy("import evidence", "room"),
    "author": pgettext_lazy("import evidence", "account"),
    "time": pgettext_lazy("import evidence", "time"),
    "product": pgettext_lazy("import evidence", "product"),
    "earlier": pgettext_lazy("import evidence", "known from an earlier file"),
    "feed": pgettext_lazy("import evidence", "known from a feed"),
    "latest": pgettext_lazy("import evidence", "the only show of late"),
    "beside": pgettext_lazy("import evidence", "the files dropped together with it"),
    "assigned": pgettext_lazy("import evidence", "assigned by hand"),
}
_WHY = {
    "author_unknown": gettext_lazy("The account is not known as one of our rooms."),
    "no_show": gettext_lazy("No show of ours was on air at that time."),
    "several": gettext_lazy("Several shows were on air at that time."),
    "time_only": gettext_lazy("Only its time fits a show; the shop sells beside its shows too."),
    "no_time": gettext_lazy("The file names no time."),
    "elsewhere": gettext_lazy("Outside the time of the show you named."),
}
_REASONS = {
    "a row of totals": gettext_lazy("rows of totals"),
    "a row that explains the columns": gettext_lazy("rows that explain the columns"),
    "a row without a number": gettext_lazy("rows without a number"),
    "a row that states nothing we keep": gettext_lazy("rows that state nothing we keep"),
    "the order waits for its show": gettext_lazy("states of orders that wait for a show"),
    "the order is not known here; import the orders first": gettext_lazy(
        "orders not known yet: import the orders first"
    ),
    "ad spend of this show already comes from a feed": gettext_lazy("ad spend that a feed reports already"),
    "not offered in the show": gettext_lazy("SKUs that the show does not offer"),
    "the order belongs to a show that is deleted or not yours": gettext_lazy(
        "orders of a show that is deleted or not yours"
    ),
    "no show for this row": gettext_lazy("figures without a show: name the show"),
}
_STATES = {
    "waiting": pgettext_lazy("import state", "being read"),
    "refused": pgettext_lazy("import state", "refused"),
    "unclear": pgettext_lazy("import state", "columns to be named"),
    "checked": pgettext_lazy("import state", "ready"),
    "queued": pgettext_lazy("import state", "waiting its turn"),
    "importing": pgettext_lazy("import state", "importing"),
    "complete": pgettext_lazy("import state", "imported"),
    "failed": pgettext_lazy("import state", "failed"),
}
_KINDS = {
    "order.placed": pgettext_lazy("import kind", "orders placed"),
    "order.paid": pgettext_lazy("import kind", "orders paid"),
    "order.shipped": pgettext_lazy("import kind", "shipped"),
    "order.delivered": pgettext_lazy("import kind", "delivered"),
    "order.canceled": pgettext_lazy("import kind", "canceled"),
    "order.refunded": pgettext_lazy("import kind", "refunded"),
    "figure.reported": pgettext_lazy("import kind", "figures"),
    "spend.reported": pgettext_lazy("import kind", "steps of ad spend"),
    "stock.changed": pgettext_lazy("import kind", "stock of SKUs"),
    "unknown": pgettext_lazy("import kind", "money entries"),
}


def field(name: str) -> str:
    """What a column holds, for people."""
    return str(FIELDS.get(name, name))


def listed(names: Iterable[str]) -> str:
    """Fields one after the other."""
    return pgettext("between names", ", ").join(field(name) for name in names)


def evidence(code: str) -> str:
    """By what a row was given to its show."""
    return "+".join(str(_EVIDENCE.get(part, part)) for part in code.split("+"))


def why(code: str) -> str:
    """Why a row has no show."""
    return str(_WHY.get(code, code))


def reason(text: str) -> str:
    """Why rows were left out."""
    return str(_REASONS.get(text, text))


def state(name: str) -> str:
    """The state of a dropped file."""
    return str(_STATES.get(name, name))


def took_nothing(*, waits: bool) -> str:
    """The state of a file that was imported and of which no row could be taken, or none yet."""
    return _("waits for a show") if waits else _("nothing taken")


def kind(name: str) -> str:
    """What a file brings, counted."""
    return str(_KINDS.get(name) or words.kind_name(name))


def export(form_id: str) -> str:
    """The name of a kind of table in the reader's language."""
    if form_id == "assigned":
        return pgettext("import", "Orders assigned by hand")
    return imports.export_name(form_id, "zh" if words.is_chinese() else "en") or _("Not recognised")


def certainty(name: str) -> str:
    """How we know what a column holds."""
    return {
        "documented": pgettext("import column", "known heading"),
        "unverified": pgettext("import column", "likely, please look"),
        "remembered": pgettext("import column", "remembered"),
        "chosen": pgettext("import column", "chosen by you"),
    }.get(name, "")
