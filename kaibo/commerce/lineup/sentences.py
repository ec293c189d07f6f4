"""Findings and fields in the reader's words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p

from kaibo.commerce.lineup.cells import read_cell
from kaibo.commerce.lineup.contracts import Finding
from kaibo.kit.money import show_money
from kaibo.kit.tables.texts import BadCell


def field_names() -> dict[str, str]:
    """Heading of every cell, in the order of the grid."""
    return {
        "link_no": _p("lineup", "Link"),
        "style_no": _p("lineup", "Style no."),
        "title": _p("lineup", "Product"),
        "role": _p("lineup", "Role"),
        "stock": _p("lineup", "Stock by size"),
        "list_price_minor": _p("lineup", "List price"),
        "live_price_minor": _p("lineup", "Live price"),
        "floor_price_minor": _p("lineup", "Floor price"),
        "cost_minor": _p("lineup", "Cost"),
        "gift": _p("lineup", "Gift"),
        "coupon": _p("lineup", "Coupon"),
        "cap": _p("lineup", "Cap"),
        "planned_minutes": _p("lineup", "Planned minutes"),
        "points": _p("lineup", "Selling points"),
        "script": _p("lineup", "Script"),
        "promise": _p("lineup", "Shipping promise"),
        "sample_holder": _p("lineup", "Sample with"),
        "note": _p("lineup", "Note"),
    }


def role_names() -> dict[str, str]:
    """Roles of a link."""
    return {
        "traffic": _p("lineup role", "traffic"),
        "welfare": _p("lineup role", "give-away"),
        "hero": _p("lineup role", "hero"),
        "profit": _p("lineup role", "profit"),
    }


def sku_names() -> dict[str, str]:
    """Columns of sheets that give a row to every SKU."""
    return {"colour": _p("lineup", "Colour"), "size": _p("lineup", "Size"), "pieces": _p("lineup", "Pieces")}


def sentence(finding: Finding, *, currency: str) -> tuple[str, str]:
    """(what is wrong, what to do)."""
    if finding.code == "refused":
        return _refused(finding, currency)
    problem, fix = _sentences()[finding.code]
    values: dict[str, Any] = {
        name.removesuffix("_minor"): show_money(value, currency) if name.endswith("_minor") else value
        for name, value in finding.values.items()
    }
    return problem % values, fix


def _refused(finding: Finding, currency: str) -> tuple[str, str]:
    text = str(finding.values["text"])
    try:
        read_cell(finding.field, text, currency=currency)
    except BadCell as error:
        return error.problem, error.fix
    return _("“%(text)s” could not be read.") % {"text": text}, _("Type the cell again.")


def _sentences() -> dict[str, tuple[str, str]]:
    return {
        "no_link_no": (_("No link number."), _("Number the lines, or type it.")),
        "link_no_twice": (_("Link %(link_no)s stands twice."), _("Give one of them another number.")),
        "no_name": (_("Neither name nor style number."), _("Type one of them.")),
        "no_price": (_("No live price."), _("Type the price it is sold at.")),
        "no_role": (_("No role."), _("Traffic, give-away, hero or profit.")),
        "below_floor": (
            _("Live price %(live)s is below the floor of %(floor)s."),
            _("Raise it, or have the floor changed."),
        ),
        "above_list": (_("Live price %(live)s is above the list price of %(list)s."), _("One of the two is wrong.")),
        "below_cost": (
            _("Live price %(live)s is below the cost of %(cost)s."),
            _("Make it a give-away with a cap, or raise it."),
        ),
        "no_stock": (_("No stock stated."), _("Type pieces by size, for example 黑 S10 M20.")),
        "sold_out": (_("No piece in stock."), _("Take the line out, or have stock moved.")),
        "core_size": (_("Core size %(sizes)s is missing."), _("Have it moved here, or shorten the lap.")),
        "heroes_in_row": (
            _("Two heroes in a row: %(before)s, then %(link_no)s."),
            _("Put a traffic or give-away link between them."),
        ),
        "minutes_over": (
            _("%(planned)s minutes are planned for a show of %(show)s."),
            _("Shorten laps, or take links out."),
        ),
        "minutes_under": (
            _("Only %(planned)s minutes are planned for a show of %(show)s."),
            _("Plan returns, or add links."),
        ),
        "no_cap": (_("A give-away without a cap."), _("Say how many pieces at most.")),
        "cap_over_stock": (_("The cap of %(cap)s is more than the %(pieces)s in stock."), _("Lower the cap.")),
        "giveaway_loss": (
            _("Give-aways lose %(loss)s when they reach their caps; the limit is %(limit)s."),
            _("Lower a cap, or raise the limit of this sheet."),
        ),
    }
