"""Section 3.7, goods: laps, links, stock."""

from kaibo.kit.clock import MINUTE_US
from kaibo.metrics.registry import add, grains_of, metric, ratio_of
from kaibo.metrics.rows import Rows
from kaibo.metrics.scope import Scope, Unknown
from kaibo.metrics.stage import current_key, current_lap, offer_of, product_key
from kaibo.warehouse.contracts import Lap, Offer

S = "3.7"
ROLES = (
    ("traffic", "引流", "traffic builders"),
    ("welfare", "福利", "welfare offers"),
    ("hero", "主推", "hero offers"),
    ("profit", "利润", "profit offers"),
)


def _laps(s: Scope) -> list[Lap]:
    """Laps begun by the clock; at product grain those of the product, at lap grain that one."""
    s.require("lap.started")
    found = [lap for lap in s.facts.laps if lap.from_us <= s.clock]
    if s.grain == "product":
        found = [lap for lap in found if product_key(lap.product_id, lap.link_no) == s.key]
    if s.grain == "lap":
        found = [lap for lap in found if lap.lap_id == s.key]
    return found


def _minutes(s: Scope, lap: Lap) -> float:
    stop = s.clock if lap.to_us is None else min(lap.to_us, s.clock)
    return max(0.0, (stop - lap.from_us) / MINUTE_US)


@metric(
    "lap_count",
    S,
    "讲解次数",
    "Laps",
    formula=("Σ 讲解段", "Σ laps"),
    unit="count",
    missing=("没有数据源上报 lap.started 时为空", "missing when no feed reports lap.started"),
    grains=("show", "product"),
    direction="neutral",
)
def lap_count(s: Scope) -> int:
    return len(_laps(s))


@metric(
    "explained_minutes",
    S,
    "讲解分钟",
    "Explained minutes",
    formula=("Σ 讲解段时长", "Σ length of laps"),
    unit="minutes",
    missing=("没有数据源上报 lap.started 时为空", "missing when no feed reports lap.started"),
    grains=("show", "product", "lap"),
    direction="neutral",
)
def explained_minutes(s: Scope) -> float:
    return sum(_minutes(s, lap) for lap in _laps(s))


@metric(
    "planned_lap_minutes",
    S,
    "计划讲解分钟",
    "Planned lap minutes",
    formula=("Σ 排品表计划分钟", "Σ planned minutes of the listed offers"),
    unit="minutes",
    missing=("商品没有写计划分钟时为空", "missing when no offer states planned minutes"),
    grains=("show", "product"),
    direction="neutral",
)
def planned_lap_minutes(s: Scope) -> int:
    offers = _offers(s) if s.grain == "show" else [offer_of(s, s.key)]
    planned = [offer.planned_minutes for offer in offers if offer.planned_minutes is not None]
    if not planned:
        raise Unknown("not_reported", "商品没有写计划分钟", "no offer states planned minutes")
    return sum(planned)


@metric(
    "lap_plan_ratio",
    S,
    "讲解时长完成度",
    "Explained to planned minutes",
    formula=("讲解分钟 ÷ 计划讲解分钟", "explained minutes ÷ planned lap minutes"),
    unit="ratio",
    denominator=("计划讲解分钟", "planned lap minutes"),
    grains=("show", "product"),
    direction="neutral",
)
def lap_plan_ratio(s: Scope) -> float:
    return s.ratio(explained_minutes(s), planned_lap_minutes(s), zh="计划讲解分钟", en="planned lap minutes")


def _paid_in_laps(s: Scope) -> int:
    """Paid for the explained product while it was explained. At product grain the laps of that product."""
    s.total("gmv_paid_minor")
    return _paid_during(s, _laps(s))


def _paid_during(s: Scope, laps: list[Lap]) -> int:
    """Raises: Unknown partly_stated where a lap knows a number only and the orders name the product."""
    if any(s.facts.is_sold_beside(lap) for lap in laps):
        raise Unknown(
            "partly_stated",
            "讲解只记了链接号，订单只写商品ID，分不出讲解期间的成交",
            "the laps were set by link number and the orders name the product, so what sold during them is not told",
        )
    by_lap = s.facts.by("lap_product")
    return sum(by_lap.get(lap_id, {}).get("gmv_paid_minor", 0) for lap_id in {lap.lap_id for lap in laps})


@metric(
    "gmv_per_explained_minute",
    S,
    "讲解分钟产出",
    "GMV per explained minute",
    formula=(
        "讲解期间在讲商品的支付金额 ÷ 讲解分钟",
        "paid for the explained product during its laps ÷ explained minutes",
    ),
    unit="minor_per_minute",
    columns=("gmv_paid_minor",),
    denominator=("讲解分钟", "explained minutes"),
    grains=("show", "product", "lap"),
)
def gmv_per_explained_minute(s: Scope) -> float:
    return s.ratio(_paid_in_laps(s), explained_minutes(s), zh="讲解分钟", en="explained minutes")


@metric(
    "product_last_lap_gmv_per_minute",
    S,
    "在讲商品上一轮每分钟GMV",
    "GMV per minute of this product's last lap",
    formula=(
        "在讲商品上一轮讲解：该商品支付金额 ÷ 讲解分钟",
        "previous lap of the product on air: paid for it ÷ minutes",
    ),
    unit="minor_per_minute",
    columns=("gmv_paid_minor",),
    denominator=("上一轮讲解分钟", "minutes of the previous lap"),
    missing=("没有在讲商品或它没讲过时为空", "missing when nothing is explained or it is the product's first lap"),
)
def product_last_lap_gmv_per_minute(s: Scope) -> float:
    current, key = current_lap(s), current_key(s)
    earlier = [
        lap for lap in s.facts.laps if lap.from_us < current.from_us and product_key(lap.product_id, lap.link_no) == key
    ]
    s.total("gmv_paid_minor")
    if not earlier:
        raise Unknown("no_history", "这个商品本场还没有讲完过一轮", "this product has no finished lap in this show")
    paid = _paid_during(s, earlier[-1:])
    return s.ratio(paid, _minutes(s, earlier[-1]), zh="上一轮讲解分钟", en="minutes of the previous lap")


@metric(
    "current_link_no",
    S,
    "在讲链接号",
    "Link being explained",
    formula=("正在讲解的商品在直播间列表里的号", "number in the room's list of the offer being explained"),
    unit="score",
    missing=("没有在讲商品或链接号不是数字时为空", "missing when nothing is explained or the number is no number"),
    direction="neutral",
)
def current_link_no(s: Scope) -> int:
    link_no = current_lap(s).link_no or offer_of(s, current_key(s)).link_no
    if link_no is None or not link_no.isdigit():
        raise Unknown("not_reported", "讲解没有写明数字链接号", "the lap states no numeric link number")
    return int(link_no)


@metric(
    "return_interval_minutes",
    S,
    "返场间隔",
    "Return interval",
    formula=(
        "同一商品上一轮结束到下一轮开始的平均分钟",
        "mean minutes from the end of a product's lap to the start of its next",
    ),
    unit="minutes",
    denominator=("返场次数", "returns"),
    missing=("还没有返场时为空", "missing when no product has returned yet"),
    grains=("show", "product"),
    direction="neutral",
)
def return_interval_minutes(s: Scope) -> float:
    last_end: dict[str, int] = {}
    waits: list[float] = []
    for lap in _laps(s):
        key = product_key(lap.product_id, lap.link_no)
        if key is None:
            continue
        if key in last_end:
            waits.append((lap.from_us - last_end[key]) / MINUTE_US)
        last_end[key] = s.clock if lap.to_us is None else lap.to_us
    return s.ratio(sum(waits), len(waits), zh="返场次数", en="returns")


def _offers(s: Scope) -> list[Offer]:
    s.require("offer.listed")
    return [offer for offer in s.facts.offers if offer.is_listed]


@metric(
    "links_listed",
    S,
    "在架链接数",
    "Links on the list",
    formula=("Σ 在架商品", "Σ offers on the list now"),
    unit="count",
    missing=("没有数据源上报 offer.listed 时为空", "missing when no feed reports offer.listed"),
    direction="neutral",
)
def links_listed(s: Scope) -> int:
    return len(_offers(s))


@metric(
    "links_without_sales",
    S,
    "没有成交的链接数",
    "Links without sales",
    formula=("在架商品中支付订单数为 0 的个数", "offers on the list that nobody paid for"),
    unit="count",
    columns=("orders_paid",),
    direction="down_is_good",
)
def links_without_sales(s: Scope) -> int:
    offers = _offers(s)
    s.total("orders_paid")
    sold = {key for key, values in s.facts.by("product").items() if values.get("paid_lines", 0) > 0}
    return sum(1 for offer in offers if offer.key not in sold)


@metric(
    "stock_minutes_left",
    S,
    "库存还能卖几分钟",
    "Minutes of stock left",
    formula=("库存 ÷ 近 15 分钟每分钟支付件数", "stock ÷ units paid per minute, last fifteen minutes"),
    unit="minutes",
    columns=("units_paid",),
    denominator=("每分钟支付件数", "units paid per minute"),
    grains=("show", "product"),
    missing=("没有库存或近 15 分钟没卖出时为空", "missing without a stock figure or without sales in fifteen minutes"),
    notes=("整场 = 正在讲解的商品", "for the whole show: the product being explained"),
)
def stock_minutes_left(s: Scope) -> float:
    key = s.key if s.grain == "product" else current_key(s)
    offer = offer_of(s, key)
    if offer.stock is None:
        raise Unknown("not_reported", "没有数据源上报这个商品的库存", "no feed reports the stock of this product")
    recent = s.recent(15)
    rows = Rows.fixed(s.facts.by("product", recent.from_us, recent.to_us).get(key, {}))
    product = Scope(s.facts, rows, s.clock, "product", key, recent.from_us, recent.to_us, s.trace)
    pace = product.total("units_paid") / recent.minutes
    return s.ratio(offer.stock, pace, zh="近 15 分钟支付件数", en="units paid in the last fifteen minutes")


@metric(
    "broken_size_ratio",
    S,
    "断码率",
    "Broken-size share",
    formula=(
        "有 SKU 缺货但未全缺的商品数 ÷ 知道 SKU 库存的在架商品数",
        "offers with some but not all SKUs at 0 ÷ offers whose SKU stock is known",
    ),
    unit="ratio",
    denominator=("知道 SKU 库存的在架商品数", "offers whose SKU stock is known"),
    direction="down_is_good",
    missing=("没有按 SKU 报告库存时为空", "missing when no stock is reported by SKU"),
)
def broken_size_ratio(s: Scope) -> float:
    known = [offer.stock_by_sku for offer in _offers(s) if offer.stock_by_sku]
    broken = [stock for stock in known if any(n <= 0 for n in stock.values()) and any(n > 0 for n in stock.values())]
    return s.ratio(len(broken), len(known), zh="知道 SKU 库存的商品", en="offers whose SKU stock is known")


def _role_share(s: Scope, role: tuple[str, str]) -> float:
    """`role` as feeds write it: the code of the lineup, or the word."""
    whole = s.total("gmv_paid_minor")
    keys = {offer.key: offer.role for offer in s.facts.offers if offer.role}
    if not keys:
        raise Unknown("not_reported", "商品没有写角色", "no offer states its role")
    products = s.facts.by("product")
    paid = sum(products.get(key, {}).get("gmv_paid_minor", 0) for key, own in keys.items() if own in role)
    return s.ratio(paid, whole, zh="支付金额", en="paid by buyers")


for metric_id, zh, en in ROLES:
    add(
        f"gmv_{metric_id}_ratio",
        S,
        f"{zh}款成交占比",
        f"Share of {en} in paid GMV",
        lambda s, role=(metric_id, zh): _role_share(s, role),  # type: ignore[misc]
        formula=(f"{zh}款支付金额 ÷ 支付金额", f"paid for {en} ÷ paid by buyers"),
        unit="ratio",
        columns=("gmv_paid_minor",),
        denominator=("支付金额", "paid by buyers"),
        missing=("商品没有写角色时为空", "missing when no offer states its role"),
        direction="neutral",
    )

ratio_of("units_per_payer", S, "每付款人件数", "Units per payer", "units_paid", "payers", unit="units")
ratio_of("orders_per_payer", S, "每付款人订单数", "Orders per payer", "orders_paid", "payers", unit="units")
ratio_of(
    "presale_ratio",
    S,
    "预售占比",
    "Presale share of units",
    "presale_units",
    "units_paid",
    direction="neutral",
    notes=("未写明是否预售的按现货计", "units that do not say so count as in stock"),
)


@metric(
    "product_share_ratio",
    S,
    "商品成交占比",
    "Product's share of paid GMV",
    formula=("该商品支付金额 ÷ 全场支付金额", "paid for the product ÷ paid in the show"),
    unit="ratio",
    columns=("gmv_paid_minor",),
    denominator=("全场支付金额", "paid in the show"),
    missing=("只按商品有意义，整场为空", "only means something by product; missing for the whole show"),
    grains=tuple(grain for grain in grains_of("gmv_paid_minor") if grain == "product"),
    direction="neutral",
)
def product_share_ratio(s: Scope) -> float:
    if s.grain != "product":
        raise Unknown("not_at_grain", "请按商品查看", "look at it by product")
    own = s.total("gmv_paid_minor")
    return s.ratio(own, s.facts.rows.total("gmv_paid_minor", s.from_us, s.to_us), zh="支付金额", en="paid in the show")
