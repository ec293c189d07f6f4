"""Section 3.7.1: the identity of the night, on one basis of distinct people, with its residual."""

from dataclasses import dataclass
from fractions import Fraction

from kaibo.metrics.registry import metric
from kaibo.metrics.scope import Scope, Unknown

S = "3.7"
STEPS = ("impression_viewers", "viewers", "product_exposed_viewers", "product_click_viewers")
FIGURE_ONLY = (
    "曝光人数只有平台口径的报数，恒等式不成立",
    "impressions come only as a platform's figure: the identity cannot be formed",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """impression_viewers × entry × exposure × click × pay × value_per_payer + residual = gmv_paid, exactly.

    Shape: exact fractions. `click_pay` counts at most one payer per viewer who clicked; what payers beyond those
    paid (old carts, product cards) is `residual_minor`. Minute rows do not say who of the payers clicked, so this
    is the smallest residual that the counts allow.
    """

    impression_viewers: int
    entry: Fraction
    exposure: Fraction
    click: Fraction
    click_pay: Fraction
    value_per_payer: Fraction
    residual_minor: Fraction
    gmv_paid_minor: int

    @property
    def product_minor(self) -> Fraction:
        """The product of the six terms."""
        return self.impression_viewers * self.entry * self.exposure * self.click * self.click_pay * self.value_per_payer


def identity_of(s: Scope) -> Identity:
    """The identity over the scope's window. Raises: Unknown where a term has no value."""
    if s.facts.heard("impression_viewers") is None and s.facts.figures.get("impression_viewers"):
        raise Unknown("not_reported", *FIGURE_ONLY)
    shown, came, exposed, clicked = (s.total(step) for step in STEPS)
    payers, paid = s.total("payers"), s.total("gmv_paid_minor")
    for count, zh, en in (
        (shown, "曝光人数", "people shown the room"),
        (came, "观看人数", "viewers"),
        (exposed, "商品曝光人数", "viewers shown a product"),
        (clicked, "商品点击人数", "viewers who clicked"),
        (payers, "支付人数", "payers"),
    ):
        s.ratio(1, count, zh=zh, en=en)
    through = min(payers, clicked)
    value = Fraction(paid, payers)
    return Identity(
        impression_viewers=shown,
        entry=Fraction(came, shown),
        exposure=Fraction(exposed, came),
        click=Fraction(clicked, exposed),
        click_pay=Fraction(through, clicked),
        value_per_payer=value,
        residual_minor=(payers - through) * value,
        gmv_paid_minor=paid,
    )


_COLUMNS = (*STEPS, "payers", "gmv_paid_minor")


@metric(
    "identity_click_pay_ratio",
    S,
    "恒等式：点击-成交（点击者）",
    "Identity: click-to-pay of clickers",
    formula=("min(支付人数, 商品点击人数) ÷ 商品点击人数", "min(payers, viewers who clicked) ÷ viewers who clicked"),
    unit="ratio",
    columns=_COLUMNS,
    denominator=("商品点击人数", "viewers who clicked"),
    missing=("恒等式任一项缺失时为空", "missing while any term of the identity is"),
)
def identity_click_pay_ratio(s: Scope) -> float:
    return float(identity_of(s).click_pay)


@metric(
    "identity_product",
    S,
    "恒等式：六项连乘",
    "Identity: product of the terms",
    formula=(
        "曝光人数 × 进入率 × 商品曝光率 × 商品点击率 × 点击-成交率 × 客单价",
        "people shown × entry × exposure × click × pay × value per payer",
    ),
    unit="minor",
    columns=_COLUMNS,
    missing=FIGURE_ONLY,
)
def identity_product(s: Scope) -> float:
    return float(identity_of(s).product_minor)


@metric(
    "identity_residual",
    S,
    "恒等式：未点击成交（残差）",
    "Identity: residual of buyers without a click",
    formula=("支付金额 − 六项连乘", "paid GMV − product of the terms"),
    unit="minor",
    columns=_COLUMNS,
    missing=FIGURE_ONLY,
    direction="neutral",
    notes=(
        "旧购物车、商品卡成交；是计数允许的最小值",
        "old carts and product cards; the smallest residual that the counts allow",
    ),
)
def identity_residual(s: Scope) -> float:
    return float(identity_of(s).residual_minor)
