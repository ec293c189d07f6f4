"""What happened besides the numbers: violations, give-aways, prices, stock, ads, marks.

The registers of the team know more than the events they tell (who asked, who checked, how an appeal ended), so what
they hold is taken from them; everything else comes from the night's events.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import ChangeKind
from kaibo.operations.reports.contracts import Act
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.contracts import Moment, Offer

KINDS = ("violation.received", "interaction.opened", "price.changed", "ad.adjusted", "note.marked")
REGISTERED = ("change:", "violation:", "ad:")
"""How ids of events begin that the registers told."""


def acts_of(show_id: str, offers: Sequence[Offer]) -> tuple[Act, ...]:
    """In order of time, for every kind. Cost: six queries."""
    found = [*_told(show_id, offers), *_changes(show_id), *_violations(show_id), *_ads(show_id), *_give_aways(show_id)]
    return tuple(sorted(found, key=lambda act: (act.at_us, act.kind)))


def _told(show_id: str, offers: Sequence[Offer]) -> Iterator[Act]:
    """From events; a price carries what it was before."""
    titles = {f"#{offer.link_no}": (offer.link_no, offer.title or "") for offer in offers if offer.link_no}
    titles |= {offer.key: (offer.link_no or "", offer.title or "") for offer in offers}
    prices: dict[str, int] = {}
    moments = warehouse.moments(show_id, kinds=("offer.listed", "interaction.closed", *KINDS))
    ends = _ends(moments)
    for moment in moments:
        key = moment.product_id or (f"#{moment.link_no}" if moment.link_no else "")
        before, price = prices.get(key), _number(moment.attrs.get("price_minor"))
        if moment.kind == "price.changed":
            price = moment.amount_minor if price is None else price
        if price is not None and (moment.kind == "price.changed" or before is None):
            prices[key] = price
        if moment.kind not in KINDS or moment.event_id.startswith(REGISTERED):
            continue
        link_no, title = titles.get(key, (moment.link_no or "", ""))
        is_price = moment.kind == "price.changed"
        yield Act(
            kind=moment.kind,
            at_us=moment.at_us,
            text=moment.text or str(moment.attrs.get("reason") or ""),
            link_no=moment.link_no or link_no,
            title=title,
            before_minor=before if is_price else None,
            after_minor=price if is_price else None,
            ended_at=ends.get(moment.event_id),
            attrs=dict(moment.attrs),
        )


def _ends(moments: list[Moment]) -> dict[str, int]:
    """Opening -> when the same kind of interaction closed."""
    found: dict[str, int] = {}
    waiting: dict[str, list[str]] = {}
    for moment in moments:
        name = str(moment.attrs.get("interaction") or "")
        if moment.kind == "interaction.opened":
            waiting.setdefault(name, []).append(moment.event_id)
        elif moment.kind == "interaction.closed" and waiting.get(name):
            found[waiting[name].pop(0)] = moment.at_us
    return found


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _changes(show_id: str) -> Iterator[Act]:
    for one in registers.changes(show_id):
        is_price = one.kind is ChangeKind.PRICE
        yield Act(
            kind="price.changed" if is_price else "stock.changed",
            at_us=one.made_us or one.asked_us,
            text=one.reason,
            link_no=one.link_no,
            title=one.title,
            before_minor=one.before if is_price else None,
            after_minor=one.after if is_price else None,
            ended_at=one.reverted_us,
            who=(one.made_by or one.entered_by, one.checked_by),
            attrs={"state": one.state.value, "asked_by": one.asked_by, "before": one.before, "after": one.after},
        )


def _violations(show_id: str) -> Iterator[Act]:
    for one in registers.violations(show_id):
        attrs: dict[str, object] = {
            "state": one.state.value,
            "measure": one.measure,
            "rule": one.rule,
            "points": one.points,
            "appeal_until_us": one.appeal_until_us,
            "files": len(one.files),
        }
        yield Act(
            "violation.received",
            one.at_us,
            text=one.text,
            link_no=one.link_no,
            ended_at=one.settled_us,
            attrs=attrs,
        )


def _ads(show_id: str) -> Iterator[Act]:
    for one in registers.ad_log(show_id):
        if not one.is_undone:
            attrs: dict[str, object] = {"plan_id": one.plan, "adjustment": one.what, "change": one.value}
            yield Act("ad.adjusted", one.at_us, text=one.why, who=(one.actor, ""), attrs=attrs)


def _give_aways(show_id: str) -> Iterator[Act]:
    for one in registers.give_aways(show_id):
        if one.last_us is not None:
            yield Act(
                kind="give_away",
                at_us=one.last_us,
                link_no=one.link_no,
                title=one.title,
                amount_minor=one.loss_minor,
                attrs={"given": one.given, "cap": one.cap},
            )
