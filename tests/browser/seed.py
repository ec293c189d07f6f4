"""Fill a home for the browser tests: people, a room, forty minutes of a simulated show; prints what the tests need."""

import json
import sys

FILES_START = 1_773_316_800_000_000
"""2026-03-12 20:00 in Shanghai."""


def main() -> None:
    from kaibo.config.cli import migrate, start_django

    start_django()
    migrate()
    from kaibo.commerce.rooms import api as rooms
    from kaibo.commerce.shows import api as shows
    from kaibo.commerce.team import api as team
    from kaibo.commerce.team.contracts import Role, RoomScope
    from kaibo.connectors.simulator.config import NightConfig
    from kaibo.connectors.simulator.night import simulate
    from kaibo.eventlog import api as eventlog
    from kaibo.eventlog.contracts import Provenance
    from kaibo.eventlog.kinds import KINDS
    from kaibo.kit.clock import MINUTE_US, minute_of, now_us
    from kaibo.warehouse.counter import Counter
    from tests.browser import silence

    actor, password = "system:test", "three short words"
    everywhere = RoomScope(is_all=True)
    elsewhere = RoomScope(rooms=frozenset({("simulated", "another")}))
    team.add_person("director", password, role=Role.DIRECTOR, scope=everywhere, name="林导", actor=actor)
    team.add_person("outsider", password, role=Role.OPERATOR, scope=elsewhere, actor=actor)
    team.add_person("viewer", password, role=Role.VIEWER, scope=everywhere, actor=actor)
    rooms.save_room("simulated", "r1", name="云上女装", currency="CNY", actor=actor)
    kinds = tuple(sorted(KINDS - {"unknown"}))
    feed, token = eventlog.create_feed("推送", connector="simulator", platform="simulated", kinds=kinds, actor=actor)
    started = minute_of(now_us()) - 40 * MINUTE_US
    config = NightConfig(platform="simulated", room_id="r1", show_id="tonight", minutes=60, impressions="counts")
    night = simulate(config, seed=3, started_us=started, later=False, until_us=now_us())
    targets = {"gmv_paid_minor": 9_000_000, "spend_minor": 1_900_000, "roas": 4.5}
    shows.ensure_show(
        "tonight", platform="simulated", room_id="r1", title="秋冬上新专场", started_at=started, actor=actor
    )
    shows.set_targets("tonight", targets, actor=actor)
    bare = shows.ensure_show(
        "bare", platform="simulated", room_id="r2", title="没有数据的场次", started_at=started, actor=actor
    )
    for number, show in enumerate(("blank", "paper", "typed"), 3):  # the lineup: untouched, to write on; typed rounds
        shows.ensure_show(
            show, platform="simulated", room_id=f"r{number}", title="排品练习", started_at=started, actor=actor
        )
    rooms.save_room("douyin", "shop-1", name="云上女装旗舰店", currency="CNY", actor=actor)
    shows.ensure_show(  # a night without a feed: its numbers come from files
        "files", platform="douyin", room_id="shop-1", title="只有导出文件的一晚", started_at=FILES_START,
        ended_at=FILES_START + 30 * MINUTE_US, actor=actor,
    )  # fmt: skip
    log, counter = eventlog.open_log(), Counter()
    for chunk in night.chunks(20_000):
        log.append_lines("\n".join(chunk).encode(), provenance=Provenance(feed_id=feed.id))
    counter.run_once()
    counter.close()
    log.close()
    told = {"password": password, "token": token, "show": "tonight", "bare": bare.show_id}
    path = silence.recording()
    told["silent_feed"] = "" if path is None else silence.play(path, actor=actor)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
