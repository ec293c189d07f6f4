"""The night's rows as blocks of events in the words of schema 1."""

import json

import numpy as np

from kaibo.connectors.simulator import words
from kaibo.connectors.simulator.chatter import Talk
from kaibo.connectors.simulator.crowd import Crowd
from kaibo.connectors.simulator.draws import SOURCES
from kaibo.connectors.simulator.funnel import Funnel, Steps
from kaibo.connectors.simulator.lineup import Lineup
from kaibo.connectors.simulator.orders import NEVER, Orders
from kaibo.connectors.simulator.table import Block, Coded
from kaibo.connectors.simulator.traffic import PLANS, Impressions, Spend

WHO = '"viewer_id":"u%d","traffic_source":"%s"'
WHAT = '"product_id":"%s","link_no":"%d"'
FAN_TEXT = ("false", "true")


def product_ids(lineup: Lineup) -> list[str]:
    """The product id of each row of the line-up; link numbers are rows counted from 1."""
    return [f"p{row + 1:03d}" for row in range(lineup.count)]


def sku_ids(lineup: Lineup) -> list[str]:
    """The SKU id of each SKU row: product, colour, size."""
    products = product_ids(lineup)
    return [
        f"{products[product]}-{colour}-{words.SIZES[size]}"
        for product, colour, size in zip(
            lineup.sku_product.tolist(), lineup.sku_colour, lineup.sku_size.tolist(), strict=True
        )
    ]


def _who(crowd: Crowd, visit: np.ndarray) -> tuple[np.ndarray, Coded]:
    return crowd.viewer_no[crowd.person[visit]], Coded(crowd.traffic_source[visit], SOURCES)


def _what(lineup: Lineup, product: np.ndarray) -> tuple[Coded, np.ndarray]:
    return Coded(product, product_ids(lineup)), product + 1


def audience(crowd: Crowd, impressions: Impressions, samples: tuple[np.ndarray, np.ndarray]) -> list[Block]:
    """Entrances shown, entries, leavings with their stay, samples of online."""
    visits = np.arange(len(crowd.enter))
    number, source = _who(crowd, visits)
    fan = Coded(crowd.fan[crowd.person].astype(np.int64), FAN_TEXT)
    known = impressions.viewer_no[:1].tolist() != [-1]
    who = (impressions.viewer_no,) if known else ()
    shown = Block(
        "room.exposed",
        impressions.at,
        ('"viewer_id":"u%d",' if known else "") + '"traffic_source":"%s","count":%d',
        *who,
        Coded(impressions.traffic_source, SOURCES),
        impressions.count,
    )
    return [
        shown,
        Block("viewer.entered", crowd.enter, WHO + ',"attrs":{"is_fan":%s}', number, source, fan),
        Block("viewer.left", crowd.leave, WHO + ',"duration_ms":%d', number, source, crowd.stay),
        Block("online.sampled", samples[0], '"count":%d', samples[1]),
    ]


def products(crowd: Crowd, lineup: Lineup, funnel: Funnel) -> list[Block]:
    """Cards shown, clicks, carts, coupons."""

    def block(kind: str, steps: Steps, more: str = "", *columns: np.ndarray) -> Block:
        template = f"{WHO},{WHAT}{more}"
        return Block(kind, steps.at, template, *_who(crowd, steps.visit), *_what(lineup, steps.product), *columns)

    return [
        block("product.exposed", funnel.exposed, ',"count":%d', funnel.times_shown),
        block("product.clicked", funnel.clicked),
        block("cart.added", funnel.carted),
        block("coupon.claimed", funnel.coupons),
    ]


def talk(crowd: Crowd, said: Talk, currency: str) -> list[Block]:
    """Comments with nicknames, likes, follows, clubs, shares, gifts."""
    texts = [json.dumps(text, ensure_ascii=False) for text in said.texts]
    names = [
        f"{first}{second}" for first in words.NICKNAMES for second in (*words.NICKNAMES[:8], "呀", "_", "zz", "88")
    ]
    number, source = _who(crowd, said.visit)
    nickname = Coded(number % len(names), names)

    def plain(kind: str, rows: tuple[np.ndarray, np.ndarray]) -> Block:
        return Block(kind, rows[1], WHO, *_who(crowd, rows[0]))

    gift = '"quantity":1,"amount_minor":%d,"currency":"' + currency + '"'
    return [
        Block(
            "comment.posted",
            said.at,
            WHO + ',"text":%s,"attrs":{"nickname":"%s"}',
            number,
            source,
            Coded(said.text, texts),
            nickname,
        ),
        Block("like.given", said.likes[1], WHO + ',"count":%d', *_who(crowd, said.likes[0]), said.likes[2]),
        plain("follow.gained", said.follows),
        plain("fanclub.joined", said.clubs),
        plain("share.made", said.shares),
        Block("gift.sent", said.gifts[1], f"{WHO},{gift}", *_who(crowd, said.gifts[0]), said.gifts[2]),
    ]


def orders(crowd: Crowd, lineup: Lineup, book: Orders, currency: str, prefix: str) -> list[Block]:
    """Every state of every order; each event carries what a shop's own message would."""
    skus = sku_ids(lineup)
    money = f'"amount_minor":%d,"currency":"{currency}"'
    order = f'"order_id":"{prefix}o%d"'
    fan = crowd.fan[crowd.person].astype(np.int64)

    def rows_of(at: np.ndarray) -> np.ndarray:
        return np.flatnonzero(at != NEVER)

    def full(rows: np.ndarray) -> list[np.ndarray | Coded]:
        what = (*_what(lineup, book.product[rows]), Coded(book.sku[rows], skus))
        return [rows, *_who(crowd, book.visit[rows]), *what, book.quantity[rows]]

    head = f'{order},{WHO},{WHAT},"sku_id":"%s","quantity":%d'
    every, paid = np.arange(len(book.placed)), rows_of(book.paid)
    paid_attrs = '"attrs":{"amount_with_subsidy_minor":%d,"receivable_minor":%d,"is_fan":%s}'
    money_back = rows_of(book.refunded)
    reasons = [json.dumps(each, ensure_ascii=False) for each in _REASONS]
    back_attrs = '"attrs":{"refund_stage":"%s","refund_kind":"%s","reason":%s,"is_quality":%s}'
    blocks = [
        Block("order.placed", book.placed, f"{head},{money}", *full(every), book.amount),
        Block(
            "order.paid",
            book.paid[paid],
            f"{head},{money},{paid_attrs}",
            *full(paid),
            book.amount[paid],
            (book.amount + book.subsidy)[paid],
            book.receivable[paid],
            Coded(fan[book.visit[paid]], FAN_TEXT),
        ),
        Block(
            "order.refunded",
            book.refunded[money_back],
            f"{order},{money},{back_attrs}",
            money_back,
            book.refund_amount[money_back],
            Coded(book.refund_stage[money_back], ("before_shipping", "after_shipping")),
            Coded(book.refund_kind[money_back], ("refund_only", "return")),
            Coded(_reason(book, money_back), reasons),
            Coded(book.is_quality[money_back].astype(np.int64), FAN_TEXT),
        ),
    ]
    for kind, at in (("canceled", book.canceled), ("shipped", book.shipped), ("delivered", book.delivered)):
        blocks.append(Block(f"order.{kind}", at[rows_of(at)], order, rows_of(at)))
    return blocks


_REASONS = (*words.REFUND_REASONS_BEFORE, *words.REFUND_REASONS_AFTER, *words.REFUND_REASONS_QUALITY)


def _reason(book: Orders, rows: np.ndarray) -> np.ndarray:
    before, after = len(words.REFUND_REASONS_BEFORE), len(words.REFUND_REASONS_AFTER)
    drawn, stage, bad = book.reason[rows], book.refund_stage[rows], book.is_quality[rows]
    later = np.where(bad, before + after + drawn % len(words.REFUND_REASONS_QUALITY), before + drawn % after)
    return np.asarray(np.where(stage == 0, drawn % before, later))


def spend(steps: Spend, currency: str) -> list[Block]:
    """Additive steps of ad spend with the account's balance after them."""
    template = (
        f'"amount_minor":%d,"currency":"{currency}","attrs":{{"plan_id":"%s","is_whole_room":%s,'
        '"attributed_gmv_minor":%d,"ad_impressions":%d,"ad_clicks":%d,"balance_minor":%d}'
    )
    return [
        Block(
            "spend.reported",
            steps.at,
            template,
            steps.amount,
            Coded(steps.plan, PLANS),
            Coded((steps.plan == 0).astype(np.int64), FAN_TEXT),
            steps.attributed,
            steps.impressions,
            steps.clicks,
            steps.balance,
        )
    ]
