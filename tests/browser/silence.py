"""Ten minutes of a recorded room with two spans cut out, put into the home of the browser tests."""

import itertools
import os
from pathlib import Path

from kaibo.connectors import api as connectors
from kaibo.eventlog import api as eventlog
from kaibo.eventlog import appender
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock
from kaibo.kit.clock import MICROS, MINUTE_US

ROOM, SHOW, MINUTES, STEP_US = "11365", "silence", 10, 4 * MICROS
CUTS = ((2, 3.5), (6, 7))  # minutes


def recording() -> Path | None:
    """The recorded rooms, where they are."""
    folder = Path(os.environ.get("KAIBO_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
    path = folder / "danmaku" / "bilibili_rooms_events.jsonl.gz"
    return path if path.exists() else None


def play(path: Path, *, actor: str) -> str:
    """The show on air until a minute ago, heard at its own pace but for the cuts; the token of its feed."""
    from kaibo.commerce.rooms import api as rooms
    from kaibo.commerce.shows import api as shows

    ends = clock.now_us() - MINUTE_US
    start = ends - MINUTES * MINUTE_US
    rooms.save_room("bilibili", ROOM, name="录播回放间", currency="CNY", actor=actor)
    shows.ensure_show(SHOW, platform="bilibili", room_id=ROOM, title="断流演练", started_at=start, actor=actor)
    kinds = ("comment.posted", "gift.sent", "online.sampled")
    feed, token = eventlog.create_feed(
        "弹幕推送", connector="http", platform="bilibili", rooms=[ROOM], kinds=kinds, actor=actor
    )
    told = connectors.translate_file("bili_events", path, room=ROOM)
    events = [one for one in itertools.islice(told, 8_000) if isinstance(one, PlatformEvent)]
    shift = start - events[0].occurred_at
    log, real = eventlog.open_log(), appender.now_us
    try:
        for at, some in itertools.groupby(events, key=lambda one: (one.occurred_at + shift) // STEP_US * STEP_US):
            heard = list(some)
            minute = (at - start) / MINUTE_US
            if minute > MINUTES:
                break
            if any(begin <= minute < end for begin, end in CUTS):
                continue
            for one in heard:
                one.occurred_at += shift
            setattr(appender, "now_us", lambda at=at: at + STEP_US)  # noqa: B010 - heard when it was said
            log.append_events(heard, provenance=Provenance(feed.id))
    finally:
        setattr(appender, "now_us", real)  # noqa: B010
        log.close()
    return f"{feed.id} {token}"
