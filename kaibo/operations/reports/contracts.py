"""What leaves the reports module: frozen dataclasses, no Django."""

from dataclasses import dataclass, field, replace

from kaibo.commerce.registers.contracts import ChecklistView, ShiftView
from kaibo.commerce.rounds.contracts import RoundView
from kaibo.commerce.shows.contracts import ShowView
from kaibo.metrics.contracts import Value

DUE_DAYS = (1, 3, 7, 15)
"""Days after the end at which refunds are looked at. Source: women's clothing has its peak on day 4 to 8, its 95th
percentile on day 16."""
FIRST_DAY = 0
"""The baseline: what refunds were two hours after the end."""

HEADLINES = (
    "gmv_paid", "net_sales", "orders_paid", "roas_room", "ad_spend", "refund_amount_ratio", "views", "viewers",
    "value_per_viewer", "gpm_view", "view_pay_ratio", "value_per_payer", "product_click_ratio", "click_pay_ratio",
    "stay_per_viewer", "interaction_ratio", "followers_gained", "acu", "sensitive_word_ratio",
)  # fmt: skip
INTERNAL = frozenset(("sensitive_word_ratio",))
"""Headlines that people outside of the team do not see."""
COLUMNS: dict[str, tuple[str, ...]] = {
    "hour": ("views", "viewers", "orders_paid", "gmv_paid", "ad_spend", "roas_room", "gpm_view"),
    "host": ("on_air_minutes", "viewers", "interaction_ratio", "orders_paid", "gmv_paid", "gmv_per_hour",
             "net_sales_per_hour", "refund_amount_ratio"),
    "product": ("lap_count", "explained_minutes", "product_click_ratio", "click_pay_ratio", "units_paid", "gmv_paid",
                "product_share_ratio", "gmv_per_explained_minute", "refund_amount_ratio"),
    "traffic_source": ("views", "traffic_source_ratio", "entry_ratio", "view_pay_ratio", "orders_paid", "gmv_paid",
                       "gpm_view"),
}  # fmt: skip
"""Breakdown -> its numbers, in the order of page and picture."""
ADS = (
    "ad_spend", "spend_budget_ratio", "ad_gmv_ratio", "roas_room", "roas_net_1h", "roas_net_d7", "roas_standard",
    "roas_whole_room", "breakeven_roas", "breakeven_roas_short", "ad_impressions", "cpm", "ad_clicks", "cpc",
    "cost_per_entry", "spend_per_payer",
)  # fmt: skip
REFUNDS = ("gmv_paid", "refunds", "refund_orders", "refund_amount_ratio", "refund_order_ratio", "net_sales")
"""What a snapshot keeps."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A number of the whole show beside what it is compared with.

    Shape: `target` is the share of the target reached, `goal` the target itself, both None without one; `band` the P25
    and P75 of earlier shows of the same room and slot at their end, None below three of them or where age matters.
    """

    value: Value
    goal: float | None = None
    target: Value | None = None
    band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """An interval in µs UTC; `to_us` None while it lasts."""

    from_us: int
    to_us: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a breakdown. `key` '' holds what belongs to no other line; `spans` laps or shifts of it."""

    key: str
    label: str
    values: dict[str, Value]
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One table of the report. `by` is hour, host, product or traffic_source."""

    by: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """The course of the night for the charts.

    Shape: `paid` paid GMV so far at the end of each minute, in minor units; `steps` paid GMV of each ten minutes;
    `band` P25 and P75 of earlier shows so far, by µs of this night; `marks` host changes and their host.
    """

    from_us: int
    to_us: int
    paid: tuple[tuple[int, int], ...] = ()
    steps: tuple[tuple[int, int], ...] = ()
    band: tuple[tuple[int, float, float], ...] = ()
    laps: tuple[tuple[Span, str], ...] = ()
    marks: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happened and a reader must know of: violation, give-away, price, ads, mark.

    Shape: `kind` a kind of event, or give_away; `who` actors: who did it, who checked it.
    Units: money in minor units of the show's currency; `ended_at` None where it has no end.
    """

    kind: str
    at_us: int
    text: str = ""
    link_no: str = ""
    title: str = ""
    before_minor: int | None = None
    after_minor: int | None = None
    amount_minor: int | None = None
    ended_at: int | None = None
    who: tuple[str, str] = ("", "")
    attrs: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundDay:
    """Refunds as they were on a due day. `taken_at` None: not due yet, or nobody looked at the time.

    Shape: `values` metric id -> what it was; `changed` ids whose value differs from the day before it in the list.
    """

    day: int
    due_at: int
    taken_at: int | None = None
    values: dict[str, Value] = field(default_factory=dict)
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A source of the report: who spoke, when last, how much was silent."""

    name: str
    connector: str
    last_event_at: int | None
    gap_minutes: float


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What files state of an ad plan. Shape: `values` figure -> number; one that no file states is absent."""

    plan_id: str
    as_of_us: int
    values: dict[str, int]

    @property
    def roas(self) -> float | None:
        """GMV that the ad platform attributes, by the spend; None without either."""
        spend, sold = self.values.get("spend_minor"), self.values.get("attributed_gmv_minor")
        return sold / spend if spend and sold is not None else None


@dataclass(frozen=True, slots=True)
class Work:
    """What the team did around the numbers. `checklist` None: nobody ticked it."""

    shifts: tuple[ShiftView, ...] = ()
    checklist: ChecklistView | None = None
    rounds: tuple[RoundView, ...] = ()
    plans: tuple[PlanLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page, the picture and the workbook show; all of them read this one object.

    Shape: `refunds_now` are the same numbers as a snapshot's, now; `changed_since` the day of the last snapshot and the
    ids that differ from it now; `missing` numbers without value, each with its reason; `told` all numbers with one;
    `is_whole` False for what people outside of the team see.
    """

    show: ShowView
    room: str
    currency: str
    as_of: int
    headlines: tuple[Headline, ...]
    breakdowns: tuple[Breakdown, ...]
    ads: tuple[Value, ...]
    curve: Curve | None
    acts: tuple[Act, ...]
    refunds: tuple[RefundDay, ...]
    refunds_now: dict[str, Value]
    changed_since: tuple[int, tuple[str, ...]] | None
    feeds: tuple[FeedLine, ...]
    told: tuple[Value, ...]
    missing: tuple[Value, ...]
    earlier: int
    is_final: bool
    hosts: tuple[str, ...] = ()
    work: Work = Work()
    is_whole: bool = True

    def for_outsiders(self) -> "Report":
        """The numbers of the night alone: without costs and break-even, shifts, checklist, rounds, plans, feeds, and
        what happened by whose hand."""
        headlines = tuple(one for one in self.headlines if one.value.id not in INTERNAL)
        shown = {one.value.id for one in headlines} | set(REFUNDS)
        return replace(
            self,
            is_whole=False,
            headlines=headlines,
            breakdowns=tuple(one for one in self.breakdowns if one.by != "host"),
            ads=(),
            acts=(),
            feeds=(),
            hosts=(),
            work=Work(),
            curve=self.curve and replace(self.curve, marks=()),
            told=tuple(one for one in self.told if one.id in shown),
            missing=tuple(one for one in self.missing if one.id in shown),
        )

    def headline(self, metric_id: str) -> Headline:
        """One headline by its metric. Raises: KeyError."""
        for one in self.headlines:
            if one.value.id == metric_id:
                return one
        raise KeyError(metric_id)

    def breakdown(self, by: str) -> Breakdown:
        """One table. Raises: KeyError."""
        for one in self.breakdowns:
            if one.by == by:
                return one
        raise KeyError(by)


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of the team's workbook: which number or fact, under which heading ('' is our own name for it)."""

    id: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link to one report for people without an account. `token` opens it until `expires_at` or `revoked_at`.

    Shape: `is_whole` shows all that the team sees, else the numbers of the night alone.
    """

    id: int
    show_id: str
    token: str
    language: str
    created_by: str
    created_at: int
    expires_at: int
    revoked_at: int | None
    opens: int
    last_opened_at: int | None
    is_open: bool
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What one feed or file says about a figure. `kind` is counted, typed, imported or pushed."""

    kind: str
    value: int
    as_of: int | None
    said_by: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """A named part of the difference between two claims, in the figure's unit; `explains` all of it, within 0.5 %."""

    code: str
    amount: int | None
    explains: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure, claim against claim. `difference` is the other claim minus the counted one, else minus the first.

    Shape: `column` is a counted column; `is_money` its unit; `causes` name the difference where it can be named.
    """

    column: str
    is_money: bool
    claims: tuple[Claim, ...]
    differences: tuple[int | None, ...]
    causes: tuple[tuple[Cause, ...], ...]
