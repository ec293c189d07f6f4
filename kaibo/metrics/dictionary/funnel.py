"""Section 3.3: from seeing a product to paying for it."""

from kaibo.metrics.registry import grains_of, metric, ratio_of, total_of
from kaibo.metrics.scope import Scope
from kaibo.metrics.stage import product_scope

S = "3.3"

for column, zh, en in (
    ("product_exposures", "商品曝光次数", "Product exposures"),
    ("product_exposed_viewers", "商品曝光人数", "Viewers shown a product"),
    ("product_clicks", "商品点击次数", "Product clicks"),
    ("product_click_viewers", "商品点击人数", "Viewers who clicked a product"),
    ("cart_adds", "加购次数", "Additions to the cart"),
    ("carters", "加购人数", "Viewers who added to the cart"),
    ("coupons", "领券数", "Coupons claimed"),
):
    total_of(column, S, zh, en, column)

ratio_of(
    "product_exposure_ratio",
    S,
    "商品曝光率",
    "Product exposure ratio",
    "product_exposed_viewers",
    "viewers",
    notes=("看到任一商品的人 ÷ 进直播间的人", "people shown any product ÷ people who came in"),
)
ratio_of(
    "product_click_ratio",
    S,
    "商品点击率（曝光人数）",
    "Product click ratio (of exposed)",
    "product_click_viewers",
    "product_exposed_viewers",
    also_known_as=("CTR", "曝光-点击率"),
    notes=("分母是看到商品的人，不是进直播间的人", "of the people shown a product, not of all viewers"),
)
ratio_of(
    "viewer_click_ratio",
    S,
    "商品点击率（观看人数）",
    "Product click ratio (of viewers)",
    "product_click_viewers",
    "viewers",
    also_known_as=("Product Guided Rate",),
)
ratio_of(
    "click_pay_ratio",
    S,
    "点击-成交转化率（人数）",
    "Click-to-pay ratio (persons)",
    "payers",
    "product_click_viewers",
    also_known_as=("CVR",),
    notes=(
        "没点击就购买的人（旧购物车、商品卡）也在分子里",
        "includes buyers who never clicked: old carts, product cards",
    ),
)
ratio_of(
    "click_order_ratio",
    S,
    "点击-下单转化率（次数）",
    "Orders per click",
    "orders_paid",
    "product_clicks",
    also_known_as=("CTOR",),
)
ratio_of("view_pay_ratio", S, "看播成交转化率", "View-to-pay ratio", "payers", "viewers")
ratio_of("cart_ratio", S, "加购率（点击人数）", "Cart ratio (of clickers)", "carters", "product_click_viewers")
ratio_of("viewer_cart_ratio", S, "加购率（观看人数）", "Cart ratio (of viewers)", "carters", "viewers")
ratio_of("pay_ratio", S, "支付转化率", "Pay ratio", "orders_paid", "orders_placed", also_known_as=("下单支付率",))


@metric(
    "unpaid_orders",
    S,
    "待支付订单数",
    "Unpaid orders",
    formula=("下单数 − 支付订单数 − 取消订单数，不小于 0", "orders placed − paid − canceled, at least 0"),
    unit="count",
    columns=("orders_placed", "orders_paid"),
    direction="down_is_good",
    missing=("没有 order.canceled 时按未取消计", "where no feed reports order.canceled, none counts as canceled"),
)
def unpaid_orders(s: Scope) -> int:
    open_orders = s.total("orders_placed") - s.total("orders_paid")
    if s.facts.heard("orders_canceled") is None:
        s.trace.note("没有取消事件，可能偏高", "no feed reports cancellations: may read high")
    else:
        open_orders -= s.total("orders_canceled")
    return max(0, open_orders)


@metric(
    "unpaid_ratio",
    S,
    "下单未支付率",
    "Unpaid share",
    formula=("1 − 支付订单数 ÷ 下单数", "1 − orders paid ÷ orders placed"),
    unit="ratio",
    columns=("orders_paid", "orders_placed"),
    denominator=("下单数", "orders placed"),
    grains=grains_of("orders_paid", "orders_placed"),
    direction="down_is_good",
)
def unpaid_ratio(s: Scope) -> float:
    return 1 - s.quotient("orders_paid", "orders_placed")


ratio_of(
    "units_per_order",
    S,
    "连带率（每单件数）",
    "Units per order",
    "units_paid",
    "orders_paid",
    unit="units",
)


@metric(
    "current_product_click_ratio",
    S,
    "在讲商品点击率",
    "Click ratio of the product on air",
    formula=(
        "在讲商品：点击人数 ÷ 曝光人数，整场",
        "product being explained: viewers who clicked ÷ viewers shown it, so far",
    ),
    unit="ratio",
    columns=("product_click_viewers", "product_exposed_viewers"),
    denominator=("商品曝光人数", "viewers shown the product"),
    missing=("没有在讲商品时为空", "missing when no product is being explained"),
)
def current_product_click_ratio(s: Scope) -> float:
    return product_scope(s).quotient("product_click_viewers", "product_exposed_viewers")


@metric(
    "current_product_click_pay_ratio",
    S,
    "在讲商品点击-成交转化率",
    "Click-to-pay ratio of the product on air",
    formula=("在讲商品：支付人数 ÷ 点击人数，整场", "product being explained: payers ÷ viewers who clicked, so far"),
    unit="ratio",
    columns=("payers", "product_click_viewers"),
    denominator=("商品点击人数", "viewers who clicked the product"),
    missing=("没有在讲商品时为空", "missing when no product is being explained"),
)
def current_product_click_pay_ratio(s: Scope) -> float:
    return product_scope(s).quotient("payers", "product_click_viewers")
