"""The round text 播报: a template of the team with places for figures. Pure."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy, pgettext_lazy

from kaibo.commerce.rounds.contracts import FIGURES, RoundView
from kaibo.kit.money import show_money

_PLACE = re.compile(r"\{([^{}\n]*)\}")
_BRACKET = re.compile(r"\s?（[^（）]*）|\s?\([^()]*\)")
UNKNOWN = "–"
NAMES = {
    "gmv_paid_minor": gettext_lazy("Paid GMV"),
    "orders_paid": gettext_lazy("Orders paid"),
    "views": pgettext_lazy("round figure", "Views"),
    "viewers": pgettext_lazy("round figure", "Viewers"),
    "online_now": gettext_lazy("Online now"),
    "spend_minor": gettext_lazy("Ad spend"),
    "followers_gained": gettext_lazy("New followers"),
    "club_joiners": gettext_lazy("Fan-club joins"),
    "stay_per_viewer": gettext_lazy("Stay per viewer, seconds"),
    "product_exposed_viewers": gettext_lazy("Viewers shown a product"),
    "product_click_viewers": gettext_lazy("Viewers who clicked a product"),
    "payers": gettext_lazy("Buyers"),
    "units_paid": gettext_lazy("Pieces paid"),
    "gmv_placed_minor": gettext_lazy("GMV placed"),
    "impressions": gettext_lazy("Room impressions"),
    "comments": pgettext_lazy("round figure", "Comments"),
    "interactors": gettext_lazy("Viewers who interacted"),
}
"""What a figure is called where it is typed."""
PLACES = {
    "show": "场次",
    "time": "时间",
    "number": "第几轮",
    "minutes": "已播分钟",
    "link": "正在讲解",
    "host": "主播",
    "roi": "ROI",
    "value_per_order": "客单价",
    "gmv_target": "目标进度",
    **{figure: str(zh) for figure, zh in (
        ("gmv_paid_minor", "支付GMV"), ("orders_paid", "订单数"), ("views", "场观"), ("viewers", "观看人数"),
        ("online_now", "在线"), ("spend_minor", "消耗"), ("followers_gained", "新增粉丝"), ("club_joiners", "加粉丝团"),
        ("stay_per_viewer", "人均停留"), ("product_exposed_viewers", "商品曝光人数"),
        ("product_click_viewers", "商品点击人数"), ("payers", "成交人数"), ("units_paid", "成交件数"),
        ("gmv_placed_minor", "下单GMV"), ("impressions", "曝光"), ("comments", "评论数"), ("interactors", "互动人数"),
    )},
}  # fmt: skip
"""Place in a template -> its other name; `+` before the name of a figure is the difference to the round before."""
_ID_OF = {name: place for place, zh in PLACES.items() for name in (place, zh, place.removesuffix("_minor"))}

DEFAULT_ZH = """【第{第几轮}轮】{场次} {时间}（已播 {已播分钟} 分钟）
支付GMV {支付GMV}（+{+支付GMV}） · 目标 {目标进度}
订单 {订单数}（+{+订单数}） · 客单价 {客单价}
场观 {场观}（+{+场观}） · 在线 {在线}
消耗 {消耗}（+{+消耗}） · ROI {ROI}
新增粉丝 {新增粉丝} · 加团 {加粉丝团}
正在讲解 {正在讲解} · 主播 {主播}"""
DEFAULT_EN = """Round {number} · {show} · {time} ({minutes} min on air)
Paid GMV {gmv_paid} (+{+gmv_paid}) · {gmv_target} of target
Orders {orders_paid} (+{+orders_paid}) · {value_per_order} each
Views {views} (+{+views}) · online {online_now}
Spend {spend} (+{+spend}) · ROI {roi}
Followers {followers_gained} · fan club {club_joiners}
Explaining {link} · host {host}"""


def strange_places(template: str) -> list[str]:
    """Names inside braces that nobody knows."""
    names = [name.strip() for name in _PLACE.findall(template)]
    return [name for name in names if name.removeprefix("+").strip() not in _ID_OF]


def text_of(template: str, told: Mapping[str, str]) -> str:
    """The template with its places filled in; a line, a part between dots or a bracket that knows none of its places
    is left out.

    Shape: `told` place (`+` before it for a difference) -> text; a place that is absent is unknown.
    """
    lines = []
    for line in template.splitlines():
        if not _says_something(line, told):
            continue
        kept = _BRACKET.sub(lambda match: match[0] if _says_something(match[0], told) else "", line)
        kept = "·".join(part for part in kept.split("·") if _says_something(part, told)).strip()
        lines.append(_PLACE.sub(lambda match: told.get(_id(match[1]), UNKNOWN), kept))
    return "\n".join(lines)


def _says_something(part: str, told: Mapping[str, str]) -> bool:
    """Whether it has no place at all, or knows one of them."""
    places = [_id(name) for name in _PLACE.findall(part)]
    return not places or any(place in told for place in places)


def told_of(view: RoundView, *, currency: str) -> dict[str, str]:
    """Places of a round's own figures, and what follows from them; unknown ones are absent."""
    told = {"number": str(view.number)}
    for name, value in view.values.items():
        told[name] = shown(name, value, currency=currency)
        difference = view.differences.get(name)
        if difference is not None:
            told[f"+{name}"] = shown(name, difference, currency=currency)
    paid, spend = view.values.get("gmv_paid_minor"), view.values.get("spend_minor")
    orders = view.values.get("orders_paid")
    if paid is not None and spend:
        told["roi"] = f"{paid / spend:.2f}"
    if paid is not None and orders:
        told["value_per_order"] = show_money(round(paid / orders), currency)
    return told


def shown(figure: str, value: int, *, currency: str) -> str:
    """A figure as people write it into a group."""
    return show_money(value, currency) if FIGURES[figure].unit == "minor" else f"{value:,}"


def _id(name: str) -> str:
    plain = name.strip()
    sign = "+" if plain.startswith("+") else ""
    known = _ID_OF.get(plain.removeprefix("+").strip(), plain)
    return sign + known
