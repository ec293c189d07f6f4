"""The lineup sheet of a night, as a planner would have it in a spreadsheet before air."""

import numpy as np

from kaibo.connectors.simulator import words
from kaibo.connectors.simulator.lineup import list_price
from kaibo.connectors.simulator.night import Night

HEADINGS = (
    *("链接号", "款号", "商品名称", "角色", "吊牌价", "直播价", "成本价"),
    *("限量", "尺码库存", "赠品", "优惠券", "讲解时长", "卖点", "发货时效"),
)
COST = {"引流": 0.8, "福利": 1.06, "主推": 0.45, "利润": 0.32}
"""Cost as a share of the live price: what gives loses, within its cap."""
GIVEN = 20
"""Pieces of one give-away."""


def lineup_sheet(night: Night) -> str:
    """Tab-separated rows in the order in which links are explained, the others after them. Prices in yuan."""
    lineup, stock = night.world.lineup, night.world.orders.initial_stock
    first = np.full(lineup.count, np.iinfo(np.int64).max)
    np.minimum.at(first, lineup.lap_product, lineup.lap_from)
    rows = ["\t".join(HEADINGS)]
    for product in np.argsort(first, kind="stable").tolist():
        price, minutes, role = int(lineup.price[product]), int(lineup.planned_minutes[product]), lineup.role[product]
        cells = (
            str(product + 1),
            f"YS{night.seed:02d}{product + 1:03d}",
            lineup.title[product],
            role,
            yuan(list_price(price)),
            yuan(price),
            yuan(round(price * COST[role] / 100) * 100),
            str(GIVEN) if role == "福利" else "",
            _pieces(night, product, stock),
            words.GIFTS[product % len(words.GIFTS)] if role in {"主推", "利润"} else "",
            "满199减20" if role == "主推" else "",
            str(minutes) if minutes else "",
            "、".join(words.POINTS[(product + step) % len(words.POINTS)] for step in (0, 3, 5)),
            words.PROMISES[product % len(words.PROMISES)],
        )
        rows.append("\t".join(cells))
    return "\n".join(rows)


def yuan(minor: int) -> str:
    return f"{minor / 100:g}"


def _pieces(night: Night, product: int, stock: np.ndarray) -> str:
    """`黑色 S12 M20; 杏色 …`: what one cell holds in most teams' sheets."""
    lineup = night.world.lineup
    by_colour: dict[str, list[str]] = {}
    for row in np.flatnonzero(lineup.sku_product == product).tolist():
        size = words.SIZES[int(lineup.sku_size[row])]
        by_colour.setdefault(lineup.sku_colour[row], []).append(f"{size}{int(stock[row])}")
    return "; ".join(f"{colour} {' '.join(sizes)}" for colour, sizes in by_colour.items())
