"""The ten numbers of the control room, in its order, each with what stands beside it."""

from dataclasses import dataclass, replace

from kaibo.kit.clock import MICROS, MINUTE_US
from kaibo.metrics.contracts import Tile, Value
from kaibo.metrics.evaluate import STATED, evaluate_one, last_stated, whole
from kaibo.metrics.facts import Facts
from kaibo.metrics.history import band_at
from kaibo.metrics.registry import entry
from kaibo.metrics.scope import Scope, Unknown


@dataclass(frozen=True, slots=True)
class Plan:
    """What one tile shows."""

    id: str
    also: tuple[str, ...] = ()
    target: str | None = None


PLANS = (
    Plan(
        "gmv_paid",
        ("net_sales", "gmv_expected_low", "gmv_expected_high", "gmv_usual_share_ratio"),
        "gmv_target_ratio",
    ),
    Plan("gmv_per_minute_5m", ("current_link_no", "product_last_lap_gmv_per_minute")),
    Plan("online_now", ("net_inflow_per_minute", "acu", "pcu")),
    Plan("entries_per_minute", ("entries_natural_per_minute", "entries_paid_per_minute", "entry_ratio")),
    Plan("ad_spend", ("spend_per_minute", "ad_balance", "ad_minutes_left"), "spend_budget_ratio"),
    Plan("roas_room", ("roas_net_1h", "roas_room_15m", "roas_target_ratio"), "breakeven_roas"),
    Plan("gpm_view_15m", ("value_per_viewer", "gpm_view")),
    Plan("stay_per_viewer", ("retention_60s_ratio",)),
    Plan(
        "product_click_ratio",
        ("click_pay_ratio", "unpaid_orders", "current_product_click_ratio", "current_product_click_pay_ratio"),
    ),
    Plan(
        "interaction_ratio",
        ("follow_ratio", "club_join_ratio", "comments_per_minute", "comments_outside_bags_per_minute"),
    ),
)


def tiles_of(facts: Facts) -> list[Tile]:
    """The ten tiles, always ten: a number without value is a tile with its reason."""
    scope = whole(facts)
    gone = None if facts.started_us is None else facts.clock_us - facts.started_us
    minute = None if gone is None else (gone + MINUTE_US // 2) // MINUTE_US - 1  # the one whose end is nearest
    return [_tile(plan, scope, minute) for plan in PLANS]


def _tile(plan: Plan, scope: Scope, minute: int | None) -> Tile:
    value = evaluate_one(plan.id, scope)
    known = value.value is not None
    age = (scope.facts.now_us - value.as_of) / MICROS if known and value.as_of is not None else None
    return Tile(
        id=plan.id,
        value=value,
        change_5m=change_5m(plan.id, scope, value),
        band=None if minute is None else band_at(scope.facts, plan.id, minute),
        target=None if plan.target is None else evaluate_one(plan.target, scope),
        also=tuple(evaluate_one(metric_id, scope) for metric_id in plan.also),
        age_seconds=age,
    )


def change_5m(metric_id: str, scope: Scope, value: Value) -> Value:
    """Now against five minutes ago, relative: a sum by its last five minutes, anything else by its value then.

    Shape: a stated number is compared with the round before, and the change says so by its origin.
    """
    stated_us = value.as_of if value.origin in STATED else None
    cut = -(-scope.clock // MINUTE_US) * MINUTE_US - 5 * MINUTE_US if stated_us is None else stated_us - 1
    earlier = Scope(scope.facts, scope.rows, cut)
    started = scope.facts.started_us
    try:
        if value.value is None:
            raise Unknown(value.reason, value.says.get("zh", ""), value.says.get("en", ""))
        if started is None or cut - started < MINUTE_US:
            raise Unknown("too_early", "开播不足 6 分钟", "the show has run for less than six minutes")
        now, before = _now_and_before(metric_id, scope, earlier, value)
        change = scope.ratio(now - before, abs(before), zh="五分钟前的值", en="the value five minutes ago")
    except Unknown as unknown:
        return replace(
            value, value=None, unit="ratio", status="missing", reason=unknown.reason, says=unknown.says, currency=""
        )
    origin = "derived" if stated_us is None else value.origin
    return replace(value, value=change, unit="ratio", status="provisional", origin=origin, says={}, currency="")


def _now_and_before(metric_id: str, scope: Scope, earlier: Scope, value: Value) -> tuple[float, float]:
    """What is compared. Raises: Unknown where there was nothing before."""
    wanted = entry(metric_id)
    if "minute" in wanted.definition.additive:
        column = wanted.definition.columns[0]
        return _pace(scope, column), _pace(earlier, column)
    assert value.value is not None
    try:
        before = float(wanted.compute(earlier if wanted.is_rolling else earlier.window(None, earlier.clock)))
    except Unknown:
        stated = last_stated(wanted, scope.facts, earlier.clock) if value.origin in STATED else None
        if stated is None:
            raise
        before = float(stated.value)
    return float(value.value), before


def _pace(scope: Scope, column: str) -> float:
    recent = scope.recent(5)
    return recent.total(column) / recent.minutes
