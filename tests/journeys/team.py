"""What the team of the first evening types: names, heads of its sheet, cells that cannot be read."""

from typing import Any

from kaibo.connectors.simulator.night import Night

WORDS = {
    "zh": {
        "room": "林间女装",
        "title": "新手第一晚",
        "boss": "林老板",
        "host": "阿乔",
        "round": "【第{n}轮】",
        "heads": "链接号\t款号\t商品名称\t角色\t直播价\t限量\t讲解时长\t卖点",
        "roles": ("引流", "主推", "福利", "利润"),
        "price": "面议",
        "cap": "若干",
        "points": "亲肤、显瘦、可机洗",
    },
    "en": {
        "room": "Woodside Womenswear",
        "title": "First evening",
        "boss": "Lin",
        "host": "Joe",
        "round": "Round {n} ",
        "heads": "Link number\tStyle number\tProduct\tRole\tLive price\tCap\tPlanned minutes\tSelling points",
        "roles": ("traffic", "hero", "give-away", "profit"),
        "price": "ask us",
        "cap": "a few",
        "points": "soft, slim, machine washable",
    },
}
"""What the team of the evening types, by the language it works in."""


def sheet(night: Night, words: dict[str, Any]) -> str:
    """The night's lineup as a team pastes it, forty-five rows, two cells that cannot be read."""
    lineup = night.world.lineup
    rows = []
    for number in range(1, 46):
        row = (number - 1) % len(lineup.title)
        price = words["price"] if number == 9 else f"{int(lineup.price[row]) / 100:g}"
        cap = words["cap"] if number == 14 else "20"
        role = words["roles"][number % 4]
        rows.append(f"{number}\tYS-{number}\t{lineup.title[row]}\t{role}\t{price}\t{cap}\t5\t{words['points']}")
    return "\n".join([words["heads"], *rows])
