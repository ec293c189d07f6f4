"""Events in the mix of a night, fast: entries, exits, exposures, clicks, likes, comments, orders.

Proportions follow the simulator's default night; ids, viewers and times are drawn, so that duplicates, first times
and late arrivals have to be found and not guessed. One line in 200 is an exact duplicate.
"""

import random
from collections.abc import Iterator
from pathlib import Path

# kind -> share of all events; a default night of 38,000 entries gives about these
MIX = {
    "viewer.entered": 0.16,
    "viewer.left": 0.16,
    "product.exposed": 0.22,
    "like.given": 0.20,
    "product.clicked": 0.09,
    "comment.posted": 0.08,
    "online.sampled": 0.02,
    "cart.added": 0.02,
    "order.placed": 0.015,
    "order.paid": 0.013,
    "order.refunded": 0.004,
    "follow.gained": 0.01,
    "share.made": 0.008,
}
DUPLICATES = 0.005
NIGHT_US = 4 * 3600 * 1_000_000
DAY_US = 24 * 3600 * 1_000_000
NIGHTS = 100
BEGAN_US = 1_795_348_800_000_000  # 2026-11-22T12:00:00Z, 20:00 in Shanghai
SOURCES = ("feed", "paid", "following", "short_video", "search", "other")
_WORDS = ("身高160穿什么码", "多少钱", "主播好美", "什么时候发货", "已拍", "会起球吗", "3号链接看一下", "666")


def lines(count: int, *, seed: int = 1, began_us: int = BEGAN_US, room: str = "100") -> Iterator[str]:
    """`count` NDJSON lines without their line feed, mostly in order of time, deterministic by seed."""
    draw = random.Random(seed)
    kinds = draw.choices(list(MIX), weights=list(MIX.values()), k=count)
    viewers, step = max(1000, count // 8), NIGHT_US / count
    previous = ""
    for number, kind in enumerate(kinds):
        if previous and draw.random() < DUPLICATES:
            yield previous
            continue
        at = began_us + int(number * step) - int(draw.expovariate(0.5) * 1_000_000)
        previous = (
            f'{{"event_id":"e{seed}-{number}","kind":"{kind}","platform":"shop","room_id":"{room}",'
            f'"occurred_at":{at},"viewer_id":"v{draw.randrange(viewers)}"{_fields(kind, number, seed, draw)}}}'
        )
        yield previous


def _fields(kind: str, number: int, seed: int, draw: random.Random) -> str:
    if kind == "viewer.entered":
        return f',"traffic_source":"{SOURCES[number % 6]}"'
    if kind == "viewer.left":
        return f',"duration_ms":{int(draw.expovariate(1 / 68_000))}'
    if kind in {"product.exposed", "product.clicked", "cart.added"}:
        return f',"product_id":"p{number % 45}"'
    if kind == "like.given":
        return f',"count":{1 + number % 5}'
    if kind == "comment.posted":
        return f',"text":"{_WORDS[number % 8]}"'
    if kind == "online.sampled":
        return f',"count":{150 + number % 200}'
    if kind in {"order.placed", "order.paid"}:
        return (
            f',"order_id":"o{seed}-{number}","product_id":"p{number % 45}","quantity":1,'
            f'"amount_minor":{9900 + number % 7 * 1000},"currency":"CNY"'
        )
    if kind == "order.refunded":
        return f',"order_id":"o{seed}-{draw.randrange(number + 1)}","amount_minor":9900,"currency":"CNY"'
    return ""


def write(path: Path, count: int, *, seed: int = 1, night: int = 0) -> Path:
    """A file of `count` lines; an existing one of the same name is used again.

    Every `night` is a day later and in a room of its own; the hundredth is the latest, none lies ahead of us.
    """
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            began_us, room = BEGAN_US - (NIGHTS - 1 - night % NIGHTS) * DAY_US, str(100 + night)
            file.writelines(line + "\n" for line in lines(count, seed=seed, began_us=began_us, room=room))
        part.replace(path)
    return path
