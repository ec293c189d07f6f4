"""The JSON shapes of `/api/v1`. Times are µs UTC, money minor units beside a currency, ratios 0-1."""

from typing import Any

from ninja import Field, Schema

from kaibo.web.jsonapi.answers import share_models

share_models()  # every route imports these shapes before it declares an operation


class ErrorOut(Schema):
    """Every refusal: a stable code, what is wrong, what to do; some carry ids beside."""

    code: str
    problem: str
    fix: str = ""


class ScopeOut(Schema):
    is_all: bool
    rooms: list[tuple[str, str]]


class MeOut(Schema):
    id: int
    username: str
    name: str
    role: str
    scope: ScopeOut


class EconomicsIO(Schema):
    """None is unknown, never zero."""

    margin_ratio: float | None = None
    platform_fee_ratio: float | None = None
    commission_ratio: float | None = None
    refund_before_shipping_ratio: float | None = None
    refund_after_shipping_ratio: float | None = None
    freight_minor: int | None = None
    insurance_minor: int | None = None
    handling_minor: int | None = None
    currency: str = "CNY"


class RoomOut(Schema):
    platform: str
    room_id: str
    name: str
    currency: str
    note: str
    economics: EconomicsIO


class RoomIn(Schema):
    name: str | None = None
    note: str | None = None
    economics: EconomicsIO | None = None
    why: str = ""


class ShowOut(Schema):
    show_id: str
    platform: str
    room_id: str
    title: str
    status: str
    planned_at: int | None
    planned_end_at: int | None
    started_at: int | None
    ended_at: int | None
    targets: dict[str, float]
    created_by: str
    is_deleted: bool
    merged_into: str | None


class ShowIn(Schema):
    """Without `planned_at` the show begins now."""

    platform: str
    room_id: str
    title: str = ""
    planned_at: int | None = None
    planned_end_at: int | None = None
    targets: dict[str, float] = Field(default_factory=dict)


class TitleIn(Schema):
    title: str


class WhyIn(Schema):
    why: str = ""


class MergeIn(Schema):
    into: str
    why: str = ""


class ValueOut(Schema):
    """`value` is null exactly when `status` is missing; `says` then tells why in both languages."""

    id: str
    value: float | int | None
    unit: str
    status: str
    as_of: int | None
    reason: str
    says: dict[str, str]
    origin: str
    sources: list[str]
    currency: str


class DefinitionOut(Schema):
    id: str
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    unit: str
    section: str
    columns: list[str]
    denominator: str
    denominator_zh: str
    grains: list[str]
    additive: list[str]
    direction: str
    null_rule: str
    null_rule_zh: str
    freshness_seconds: int
    owner: str
    also_known_as: list[str]
    notes_zh: str
    notes_en: str


class FeedOut(Schema):
    id: str
    name: str
    connector: str
    platform: str
    rooms: list[str]
    kinds: list[str]
    is_enabled: bool
    created_at: int
    last_event_at: int | None
    last_received_at: int | None
    accepted: int
    duplicates: int
    rejected: int


class FeedIn(Schema):
    """No room is every room of the platform; no kind is not declared."""

    name: str
    platform: str
    rooms: list[str] = Field(default_factory=list)
    kinds: list[str] = Field(default_factory=list)


class FeedMade(Schema):
    """`token` is in this answer and nowhere else."""

    feed: FeedOut
    token: str


class FeedSwitch(Schema):
    is_enabled: bool


class GapOut(Schema):
    feed_id: str
    from_us: int
    to_us: int | None
    reason: str


class CoverageOut(Schema):
    """A kind in neither `declared` nor `seen` is not reported."""

    show_id: str
    declared: dict[str, list[str]]
    seen: dict[str, int]
    gaps: list[GapOut]


class AuditOut(Schema):
    at_us: int
    actor: str
    act: str
    thing: str
    before: Any = None
    after: Any = None
    why: str
