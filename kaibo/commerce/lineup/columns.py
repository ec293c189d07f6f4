"""Which column of a sheet is which cell of a line: header rows, aliases in Chinese and English, size columns. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kaibo.commerce.lineup.contracts import FIELDS, Column
from kaibo.commerce.lineup.stock import is_size
from kaibo.kit.tables.texts import header_key

SKU_FIELDS = ("colour", "size", "pieces")
"""Columns of sheets that give a row to every SKU; size columns are `size:<name>`."""
TARGETS = (*FIELDS, *SKU_FIELDS)

ALIASES: dict[str, tuple[str, ...]] = {
    "link_no": ("链接号", "链接", "链接序号", "序号", "编号", "号", "上架序号", "link", "link no",
                "link number", "no", "#"),
    "style_no": ("款号", "货号", "款式编码", "款式编号", "商品编码", "商品款号", "商家编码", "style", "style no",
                 "style number", "style code", "item no", "article"),
    "title": ("商品名称", "品名", "商品", "名称", "商品标题", "标题", "产品", "产品名称", "款式", "product", "name",
              "product name", "title"),
    "role": ("角色", "款式类型", "类型", "定位", "商品定位", "款型", "分类", "role", "type"),
    "stock": ("颜色尺码库存", "尺码库存", "库存明细", "sku库存", "颜色×尺码库存", "stock by size", "stock detail"),
    "list_price_minor": ("吊牌价", "划线价", "原价", "日常价", "市场价", "标价", "list price", "original price", "rrp"),
    "live_price_minor": ("直播价", "到手", "直播间到手", "直播间价", "到手价", "售价", "开播价", "活动价", "价格",
                         "live price", "price", "sale price", "deal price"),
    "floor_price_minor": ("底价", "控价", "最低价", "最低售价", "红线价", "floor price", "floor", "minimum price"),
    "cost_minor": ("成本", "成本价", "进价", "供货价", "拿货价", "cost", "unit cost", "supply price"),
    "gift": ("赠品", "礼品", "买赠", "赠送", "gift", "gifts"),
    "coupon": ("优惠券", "券", "优惠", "满减", "优惠机制", "coupon", "coupons", "voucher"),
    "cap": ("限量", "放单量", "福利数量", "限购件数", "上架数量", "cap", "limit", "give-away cap"),
    "planned_minutes": ("计划时长", "讲解时长", "讲解分钟", "时长", "计划分钟", "预计时长", "planned minutes",
                        "minutes", "duration"),
    "points": ("卖点", "核心卖点", "产品卖点", "商品卖点", "selling points", "points", "usp"),
    "script": ("话术", "讲解话术", "脚本", "直播话术", "script", "talking points"),
    "promise": ("发货时效", "发货承诺", "发货时间", "承诺发货", "发货", "预售", "shipping promise", "shipping",
                "ships in", "lead time"),
    "sample_holder": ("样品", "样衣", "样品持有人", "样衣在谁", "样品保管", "sample", "sample holder", "samples"),
    "note": ("备注", "说明", "其他", "note", "notes", "remark", "remarks"),
    "colour": ("颜色", "色号", "花色", "colour", "color"),
    "size": ("尺码", "尺寸", "码数", "规格", "size"),
    "pieces": ("库存", "数量", "件数", "库存数", "现货", "备货", "总库存", "stock", "quantity", "qty", "pieces"),
}  # fmt: skip
_EXACT = {header_key(alias): field for field, aliases in ALIASES.items() for alias in aliases}
_CONTAINED = sorted(((key, field) for key, field in _EXACT.items() if len(key) >= 2), key=lambda each: -len(each[0]))


def field_of(header: str, remembered: Mapping[str, str]) -> tuple[str, str]:
    """(field, certainty) of a heading: exact, remembered, guessed or none."""
    key = header_key(header)
    if not key:
        return "", "none"
    if key in remembered:
        return remembered[key], "remembered"
    if key in _EXACT:
        return _EXACT[key], "exact"
    if is_size(header):
        return f"size:{header.strip().upper()}", "exact"
    for alias, field in _CONTAINED:
        if alias in key:
            return field, "guessed"
    return "", "none"


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the header lies and what it says. `first` is the row of the first line below it."""

    columns: tuple[Column, ...]
    first: int
    score: int


def find_heading(
    rows: Sequence[Sequence[str]], *, remembered: Mapping[str, str], chosen: Mapping[int, str] | None = None
) -> Heading:
    """The header among the first rows, one row or two on top of each other.

    Shape: `chosen` column -> field (or empty) overrules the guess. Score 0 means that there is no header.
    """
    best = Heading((), 0, 0)
    for at in range(min(20, len(rows))):
        for depth in (1, 2):
            if at + depth > len(rows):
                continue
            headers = _joined(rows[at : at + depth])
            columns = _columns(headers, remembered)
            score = _score(columns, rows[at : at + depth])
            if score > best.score:
                best = Heading(columns, at + depth, score)
    if not chosen:
        return best
    changed = tuple(
        Column(each.index, each.header, chosen[each.index], "chosen") if each.index in chosen else each
        for each in best.columns
    )
    return Heading(changed, best.first, best.score)


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Headings of one row, or of two: the lower one counts, with the upper where it is empty."""
    if len(rows) == 1:
        return list(rows[0])
    width = max(len(row) for row in rows)
    upper, lower = ([*row, *[""] * (width - len(row))] for row in rows)
    return [below or above for above, below in zip(upper, lower, strict=True)]


def _columns(headers: Sequence[str], remembered: Mapping[str, str]) -> tuple[Column, ...]:
    """Each field once: an exact heading takes it before a guessed one, the leftmost before the others."""
    read = [(index, header, *field_of(header, remembered)) for index, header in enumerate(headers)]
    rank = {"remembered": 0, "exact": 1, "guessed": 2, "none": 3}
    taken: dict[str, int] = {}
    for index, _header, field, certainty in sorted(read, key=lambda each: (rank[each[3]], each[0])):
        if field and certainty != "none":
            taken.setdefault(field, index)
    return tuple(
        Column(index, header, field, certainty) if taken.get(field) == index else Column(index, header, "", "none")
        for index, header, field, certainty in read
        if header
    )


def _score(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> int:
    """Fields told for certain count three, guessed ones one; every row of a header must say something itself."""
    found = [each for each in columns if each.field]
    names = {each.field for each in found}
    if len(found) < 2 or not names & {"title", "style_no", "link_no"}:
        return 0
    for row in rows:
        said = [text for text in row if text]
        if not said or sum(1 for text in said if any(sign.isdigit() for sign in text) and not is_size(text)) > 1:
            return 0
        if not any(field_of(text, {})[1] == "exact" for text in said):
            return 0
    return sum(3 if each.certainty in {"exact", "remembered"} else 1 for each in found)
