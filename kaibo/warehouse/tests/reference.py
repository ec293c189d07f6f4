"""A slow counter that is obviously right: whole lists, plain loops, no state. The engine must agree with it."""

from collections import defaultdict
from typing import Any, NamedTuple

from kaibo.warehouse.tests.fakes import BOUND

Event = dict[str, Any]
Key = tuple[str, str, str, int]
MINUTE, SECOND, HOUR, DAY = 60_000_000, 1_000_000, 3_600_000_000, 86_400_000_000
INTERACTIONS = ("comment.posted", "like.given", "gift.sent", "follow.gained", "fanclub.joined", "share.made")
FIRSTS = {
    "viewers": ("viewer.entered",),
    "impression_viewers": ("room.exposed",),
    "commenters": ("comment.posted",),
    "likers": ("like.given",),
    "sharers": ("share.made",),
    "followers_gained": ("follow.gained",),
    "club_joiners": ("fanclub.joined",),
    "interactors": INTERACTIONS,
    "product_exposed_viewers": ("product.exposed",),
    "product_click_viewers": ("product.clicked",),
    "carters": ("cart.added",),
}
SIMPLE = {
    "room.exposed": ("impressions", "count"),
    "viewer.entered": ("views", "count"),
    "like.given": ("likes", "count"),
    "product.exposed": ("product_exposures", "count"),
    "product.clicked": ("product_clicks", "count"),
    "comment.posted": ("comments", None),
    "follow.gained": ("follows", None),
    "fanclub.joined": ("fanclub_joins", None),
    "share.made": ("shares", None),
    "cart.added": ("cart_adds", None),
    "coupon.claimed": ("coupons", None),
    "viewer.left": ("leaves", None),
    "gift.sent": ("gifts", "quantity"),
}
NEVER_NAMELESS = ("viewer.left", "coupon.claimed")
LEFT_OUT_OF_SPEND = {
    "attributed_gmv_minor": "unattributed_spend_minor",
    "is_whole_room": "undivided_spend_minor",
    "ad_impressions": "unseen_spend_minor",
    "ad_clicks": "unclicked_spend_minor",
}


def product_of(event: Event) -> str | None:
    if event.get("product_id"):
        return str(event["product_id"])
    return f"#{event['link_no']}" if event.get("link_no") else None


def uid_of(event: Event) -> str:
    return f"{event['platform']}\n{event['room_id']}\n{event['event_id']}"


class Fact(NamedTuple):
    """One amount for one column at one instant of one show, with what it may be grouped by."""

    show: str
    at: int
    source: str
    product: str | None
    column: str
    value: int


def count(events: list[Event]) -> dict[Key, dict[str, int]]:
    """Every minute row of every grain."""
    placed = [event for event in events if event.get("show_id")]
    wide: list[Fact] = []  # for grains show, source, lap, host
    narrow: list[Fact] = []  # for grains product, lap_product: firsts differ there
    for event in placed:
        for fact in sums_of(event):
            wide.append(fact)
            narrow.append(fact)
    wide += firsts(placed, by_product=False)
    narrow += firsts(placed, by_product=True)
    wide += orders(events, by_product=False)
    narrow += orders(events, by_product=True)
    rows: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    cuts = intervals(placed)
    for fact in wide:
        keys = [("show", ""), ("source", fact.source)]
        keys += [(grain, key) for show, grain, key, low, high, _ in cuts if show == fact.show and low <= fact.at < high]
        for grain, key in keys:
            rows[fact.show, grain, key, fact.at // MINUTE * MINUTE][fact.column] += fact.value
    for fact in narrow:
        if fact.product is None:
            continue
        keys = [("product", fact.product)]
        keys += [
            ("lap_product", key)
            for show, grain, key, low, high, product in cuts
            if grain == "lap" and show == fact.show and low <= fact.at < high and product == fact.product
        ]
        for grain, key in keys:
            rows[fact.show, grain, key, fact.at // MINUTE * MINUTE][fact.column] += fact.value
    add_samples(placed, cuts, rows)
    return {key: dict(values) for key, values in rows.items()}


def sums_of(event: Event) -> list[Fact]:
    kind, at, attrs = event["kind"], event["occurred_at"], event.get("attrs") or {}
    facts = [("events", 1, at)]
    if kind in SIMPLE:
        column, measure = SIMPLE[kind]
        value = 1 if measure is None or event.get(measure) is None else event[measure]
        facts.append((column, value, at))
    amount, duration = event.get("amount_minor"), event.get("duration_ms")
    if kind == "gift.sent" and amount is not None:
        facts.append(("gift_minor", amount, at))
    if kind == "viewer.left" and duration is not None:
        facts += [("watch_ms", duration, at), ("effective_views", int(duration >= 10_000), at)]
        if duration < 60_000:
            facts.append(("left_in_60s", 1, at - duration * 1000))
    if kind == "viewer.left" and duration is None:
        facts.append(("leaves_untimed", 1, at))
    if event.get("viewer_id") is None and (kind in SIMPLE or kind == "gift.sent") and kind not in NEVER_NAMELESS:
        column, measure = SIMPLE[kind]
        facts.append((f"nameless_{column}", 1 if measure is None or event.get(measure) is None else event[measure], at))
    if kind == "spend.reported":
        stated = {
            "spend_minor": amount,
            "attributed_gmv_minor": attrs.get("attributed_gmv_minor"),
            "ad_impressions": attrs.get("ad_impressions"),
            "ad_clicks": attrs.get("ad_clicks"),
        }
        if attrs.get("is_whole_room") is not None:
            stated["whole_room_spend_minor"] = amount if attrs["is_whole_room"] else 0
        facts += [(column, value, at) for column, value in stated.items() if value is not None]
        for name, column in LEFT_OUT_OF_SPEND.items():
            if attrs.get(name) is None and amount is not None:
                facts.append((column, amount, at))
    source, product = event.get("traffic_source") or "", product_of(event)
    return [Fact(event["show_id"], when, source, product, column, value) for column, value, when in facts]


def firsts(events: list[Event], *, by_product: bool) -> list[Fact]:
    facts = []
    for column, kinds in FIRSTS.items():
        best: dict[tuple[str, ...], Event] = {}
        for event in events:
            product = product_of(event)
            if event["kind"] not in kinds or event.get("viewer_id") is None or (by_product and product is None):
                continue
            key = (event["show_id"], event["viewer_id"], str(product) if by_product else "")
            rank = (event["occurred_at"], event["event_id"], event.get("traffic_source") or "")
            if key not in best or rank < (
                best[key]["occurred_at"],
                best[key]["event_id"],
                best[key].get("traffic_source") or "",
            ):
                best[key] = event
        for event in best.values():
            source = event.get("traffic_source") or ""
            facts.append(Fact(event["show_id"], event["occurred_at"], source, product_of(event), column, 1))
    return facts


RANK = {"order.paid": 0, "order.placed": 1}


def families(events: list[Event]) -> dict[str, list[Event]]:
    """Events of one order id of one platform."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event["kind"].startswith("order."):
            order_id = event.get("order_id")
            found[f"{event['platform']}\n{order_id}" if order_id is not None else uid_of(event)].append(event)
    return found


def copies(group: list[Event]) -> list[str]:
    """'' for the order at home; the room for events of another room whose feed may not speak for the order's room."""

    def place(event: Event) -> tuple[object, ...]:
        rank = RANK.get(event["kind"], 2)
        known = (rank == 2, not event.get("show_id"), event.get("feed_id") in BOUND, rank)
        return (*known, event["occurred_at"], event["event_id"], uid_of(event))

    home = min(group, key=place)["room_id"]
    foreign = [bool(rooms := BOUND.get(event.get("feed_id", ""))) and home not in rooms for event in group]
    rooms_apart = {event["room_id"] for event, is_foreign in zip(group, foreign, strict=True) if is_foreign}
    return [
        event["room_id"]
        if is_foreign or (event.get("feed_id") not in BOUND and event["room_id"] in rooms_apart)
        else ""
        for event, is_foreign in zip(group, foreign, strict=True)
    ]


def orders(events: list[Event], *, by_product: bool) -> list[Fact]:
    by_order: dict[str, list[Event]] = defaultdict(list)
    for name, group in families(events).items():
        for event, copy in zip(group, copies(group), strict=True):
            by_order[f"{name}\n{copy}"].append(event)
    lines: list[Event] = []
    for name, group in by_order.items():
        group.sort(key=lambda each: (RANK.get(each["kind"], 2), each["occurred_at"], each["event_id"], uid_of(each)))
        shows = [each["show_id"] for each in group if each.get("show_id")]
        if not shows:
            continue
        heads = [each for each in group if each["kind"] in RANK]
        source = next((each["traffic_source"] for each in heads if each.get("traffic_source")), "")
        product = next((product_of(each) for each in heads if product_of(each)), None)
        viewer = next((each["viewer_id"] for each in heads if each.get("viewer_id")), None)
        paid = [each["occurred_at"] for each in heads if each["kind"] == "order.paid"]
        for each in group:
            line = {**each, "order": name, "show": shows[0], "buyer": viewer, "product": product_of(each) or product}
            line["source"] = source if heads else each.get("traffic_source") or ""
            line["kind"] = each["kind"] if heads else "unmatched"
            line["paid_at"] = min(paid) if paid else None
            lines.append(line)
    lines.sort(key=lambda each: (each["occurred_at"], each["event_id"], uid_of(each)))
    facts: list[Fact] = []
    seen: set[tuple[object, ...]] = set()
    for line in lines:
        if by_product and line["product"] is None:
            continue
        part = line["product"] if by_product else None
        is_first = (line["order"], line["kind"], part) not in seen
        is_first_viewer = line["buyer"] is not None and (line["show"], line["buyer"], line["kind"], part) not in seen
        seen |= {(line["order"], line["kind"], part), (line["show"], line["buyer"], line["kind"], part)}
        for column, value, at in order_facts(line, is_first=is_first, is_first_viewer=is_first_viewer):
            if value is not None:
                facts.append(Fact(line["show"], at, line["source"], line["product"], column, value))
    return facts


def order_facts(line: Event, *, is_first: bool, is_first_viewer: bool) -> list[tuple[str, int | None, int]]:
    kind, at, attrs, amount = line["kind"], line["occurred_at"], line.get("attrs") or {}, line.get("amount_minor")
    pieces = 1 if line.get("quantity") is None else line["quantity"]
    out: list[tuple[str, int | None, int]] = []
    if kind == "order.placed":
        out += [("orders_placed", 1, at)] * is_first + [("buyers_placed", 1, at)] * is_first_viewer
        out += [("gmv_placed_minor", amount, at), ("placed_lines", 1, at)]
        out += [("nameless_placed_lines", 1, at)] * (line["buyer"] is None)
        out += [("unpriced_placed_lines", 1, at)] * (amount is None)
    if kind == "order.paid":
        out += [("orders_paid", 1, at)] * is_first + [("payers", 1, at)] * is_first_viewer
        out += [("units_paid", pieces, at), ("gmv_paid_minor", amount, at), ("paid_lines", 1, at)]
        for name, column, lines in (
            ("amount_with_subsidy_minor", "gmv_paid_subsidy_minor", "subsidy_lines"),
            ("receivable_minor", "receivable_minor", "receivable_lines"),
        ):
            if attrs.get(name) is not None:
                out += [(column, attrs[name], at), (lines, 1, at)]
        if attrs.get("is_fan") is not None:
            out += [("fan_gmv_paid_minor", amount if attrs["is_fan"] else 0, at), ("fan_known_lines", 1, at)]
        if attrs.get("is_presale") is not None:
            out += [("presale_units", pieces if attrs["is_presale"] else 0, at), ("presale_known_lines", 1, at)]
        out += [("nameless_paid_lines", 1, at)] * (line["buyer"] is None)
        out += [("unpriced_paid_lines", 1, at)] * (amount is None)
    counts = {"order.canceled": "orders_canceled", "order.shipped": "orders_shipped", "unmatched": "unmatched"}
    counts["order.delivered"] = "orders_delivered"
    if kind in counts:
        out.append((counts[kind], 1, at))
    if kind == "order.refunded":
        out += [("refunds_cash_minor", amount, at), ("refunds_cash_count", 1, at)]
        out += [("unpriced_refunds_cash", 1, at)] * (amount is None)
        if line["paid_at"] is not None:
            out += refund_facts(line, attrs, amount, is_first=is_first)
    return out


def refund_facts(line: Event, attrs: Event, amount: int | None, *, is_first: bool) -> list[tuple[str, int | None, int]]:
    paid, delay = line["paid_at"], line["occurred_at"] - line["paid_at"]
    out: list[tuple[str, int | None, int]] = [("refund_minor", amount, paid), ("refund_lines", 1, paid)]
    out += [("unpriced_refunds", 1, paid)] * (amount is None)
    for name, column in (
        ("refund_stage", "stageless_refunds"),
        ("refund_kind", "kindless_refunds"),
        ("is_quality", "causeless_refunds"),
    ):
        out += [(column, 1, paid)] * (attrs.get(name) is None)
    for name, limit in (("1h", HOUR), ("24h", DAY), ("d7", 7 * DAY), ("d15", 15 * DAY)):
        out += [(f"unpriced_refunds_{name}", 1, paid)] * (amount is None and delay <= limit)
        out.append((f"refund_minor_{name}", amount if delay <= limit else 0, paid))
        if is_first:
            out.append((f"refund_orders_{name}", int(delay <= limit), paid))
    if is_first:
        out.append(("refund_orders", 1, paid))
    for name, wanted, column in (
        ("refund_stage", "before_shipping", "refund_before_shipping_minor"),
        ("refund_stage", "after_shipping", "refund_after_shipping_minor"),
        ("refund_kind", "return", "refund_return_minor"),
        ("is_quality", True, "refund_quality_minor"),
    ):
        if attrs.get(name) is not None:
            out.append((column, amount if attrs[name] == wanted else 0, paid))
    return out


FOREVER = 2**62


def intervals(events: list[Event]) -> list[tuple[str, str, str, int, int, str | None]]:
    """(show, grain, key, from, to, product) of laps and duties, floored to the second."""
    out = []
    for event in events:
        show, at, rank = event["show_id"], event["occurred_at"], (event["occurred_at"], uid_of(event))
        others = [each for each in events if each["show_id"] == show]
        ends = [each["occurred_at"] for each in others if each["kind"] == "show.ended" and each["occurred_at"] > at]
        if event["kind"] == "lap.started":
            mine = product_of(event)
            for each in others:
                theirs = product_of(each)
                if each["kind"] == "lap.started" and (each["occurred_at"], uid_of(each)) > rank:
                    ends.append(each["occurred_at"])
                matches = mine is None or theirs is None or mine == theirs
                if each["kind"] == "lap.ended" and each["occurred_at"] > at and matches:
                    ends.append(each["occurred_at"])
            key, grain, product = event["event_id"], "lap", mine
        elif event["kind"] == "host.on" and event.get("host_id"):
            for each in others:
                if each.get("host_id") != event["host_id"]:
                    continue
                if each["kind"] == "host.on" and (each["occurred_at"], uid_of(each)) > rank:
                    ends.append(each["occurred_at"])
                if each["kind"] == "host.off" and each["occurred_at"] > at:
                    ends.append(each["occurred_at"])
            key, grain, product = event["host_id"], "host", None
        else:
            continue
        high = min(ends) // SECOND * SECOND if ends else FOREVER
        out.append((show, grain, key, at // SECOND * SECOND, high, product))
    return out


def add_samples(events: list[Event], cuts: list[Any], rows: dict[Key, dict[str, int]]) -> None:
    taken = [event for event in events if event["kind"] == "online.sampled" and event.get("count") is not None]
    for event in sorted(taken, key=lambda each: (each["occurred_at"], uid_of(each))):
        show, at = event["show_id"], event["occurred_at"]
        keys = [("show", "")] + [
            (grain, key) for who, grain, key, low, high, _ in cuts if who == show and low <= at < high
        ]
        for grain, key in keys:
            row = rows[show, grain, key, at // MINUTE * MINUTE]
            row["online_max"] = max(row.get("online_max", event["count"]), event["count"])
            row["online_last"] = event["count"]
