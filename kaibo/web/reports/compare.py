"""Reconciliation in words: what each source says about a figure and why they differ."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p

from kaibo.kit import env
from kaibo.kit.clock import to_datetime
from kaibo.kit.money import show_money, to_decimal
from kaibo.metrics.export import Cell, Table
from kaibo.operations.reports.contracts import Cause, Claim, Comparison
from kaibo.web import feedwords
from kaibo.web import words as site
from kaibo.web.reports import words


def heads() -> list[str]:
    """Headings of page and file."""
    return [
        _p("reconcile", "Figure"),
        _p("reconcile", "Who says it"),
        _p("reconcile", "Value"),
        _p("reconcile", "As of"),
        _p("reconcile", "Difference"),
        _p("reconcile", "Why they differ"),
    ]


def lines(found: Iterable[Comparison], currency: str) -> list[dict[str, Any]]:
    """Figures with their claims, ready to show."""
    return [
        {
            "name": site.column_says(one.column),
            "column": one.column,
            "claims": [
                {
                    "who": who(claim),
                    "kind": claim.kind,
                    "source": _sources(claim),
                    "value": _amount(claim.value, one, currency),
                    "as_of": _time(claim.as_of),
                    "status": words.status("final" if claim.is_final else "provisional"),
                    "difference": _signed(difference, one, currency) if difference else "",
                    "share": _share(difference, one.claims[0].value),
                    "causes": [
                        {"text": cause_text(cause, one, currency), "explains": cause.explains} for cause in causes
                    ],
                }
                for claim, difference, causes in zip(one.claims, one.differences, one.causes, strict=True)
            ],
        }
        for one in found
    ]


def table(found: Iterable[Comparison], currency: str) -> Table:
    """The same as a file, a row per claim."""
    rows: list[Sequence[Cell]] = []
    for one in found:
        for claim, difference, causes in zip(one.claims, one.differences, one.causes, strict=True):
            rows.append(
                [
                    site.column_says(one.column),
                    f"{who(claim)} ({_sources(claim)})" if claim.said_by else who(claim),
                    _cell(claim.value, one, currency),
                    None if claim.as_of is None else to_datetime(claim.as_of).astimezone(env.zone()),
                    None if difference is None else _cell(difference, one, currency),
                    "; ".join(cause_text(cause, one, currency) for cause in causes),
                ]
            )
    return Table(_p("reconcile", "Reconciliation"), heads(), rows)


def _sources(claim: Claim) -> str:
    return _(", ").join(feedwords.feed_name(name) for name in claim.said_by.split(", "))


def who(claim: Claim) -> str:
    """Where a claim comes from, in words."""
    return words.origins()[claim.kind]


def cause_text(cause: Cause, one: Comparison, currency: str) -> str:
    """Why two claims differ, in a sentence."""
    amount = "—" if cause.amount is None else _signed(cause.amount, one, currency)
    told = {"amount": amount, "n": cause.detail}
    sentences = {
        "time_cut": _("counted after it was stated: %(amount)s"),
        "refunds_taken_off": _("refunds are taken off there: %(amount)s"),
        "early_refunds_taken_off": _("refunds within an hour are taken off there: %(amount)s"),
        "subsidy_added": _("platform subsidy is part of it there: %(amount)s"),
        "unpaid_orders_added": _("orders that were never paid are part of it there: %(amount)s"),
        "attributed_only": _("only sales attributed to ads count there: %(amount)s"),
        "paid_after_the_end": _("paid after the end of the show: %(amount)s"),
        "unmatched_orders": _("%(n)s events of orders that nobody has seen: %(amount)s"),
        "coverage_gap": _("our feed was silent for %(n)s min"),
        "unnamed": _("not explained: %(amount)s"),
    }
    return sentences[cause.code] % told


def _amount(value: int, one: Comparison, currency: str) -> str:
    """To the cent: here a difference of one is a difference."""
    return show_money(value, currency) if one.is_money else f"{value:,}"


def _signed(value: int | None, one: Comparison, currency: str) -> str:
    if value is None:
        return ""
    text = _amount(abs(value), one, currency)
    return text if value == 0 else f"+{text}" if value > 0 else f"−{text}"


def _share(difference: int | None, whole: int) -> str:
    return "" if not difference or not whole else f"{difference / whole * 100:+.1f}%".replace("-", "−")


def _cell(value: int, one: Comparison, currency: str) -> Cell:
    return to_decimal(value, currency) if one.is_money else value


def _time(at_us: int | None) -> str:
    return "—" if at_us is None else f"{to_datetime(at_us).astimezone(env.zone()):%m-%d %H:%M}"
