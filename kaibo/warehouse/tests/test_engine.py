"""The engine alone: bytes or Parquet in, the same rows out."""

import json
from pathlib import Path

from kaibo.eventlog.lake import connect, select_lines, write_parquet
from kaibo.warehouse.engine import Engine
from kaibo.warehouse.tests import fakes


def test_it_reads_the_lake_as_it_reads_segments(home: Path) -> None:
    night = [one for one in fakes.night(3, size=120) if one.get("show_id") == "A"]
    other = {**night[0], "event_id": "other", "show_id": "B"}
    lines = "\n".join(json.dumps({**one, "seq": place, "sign": 1}) for place, one in enumerate([*night, other])) + "\n"
    segment, parquet = home / "w.ndjson", home / "hour.parquet"
    segment.write_text(lines)
    work = connect()
    write_parquet(work, select_lines([segment], "w"), parquet)
    work.close()
    engine = Engine()
    engine.stage([])
    engine.stage_more([lines.encode()], "A")
    from_log = sorted(engine.rows("event").rows, key=repr)
    engine.stage([])
    engine.stage_lake([parquet], "A")
    from_lake = sorted(engine.rows("event").rows, key=repr)
    engine.close()
    assert len(from_lake) == len(night)
    assert [row[:-1] for row in from_lake] == [row[:-1] for row in from_log]
    assert [row[-1] and json.loads(row[-1]) for row in from_lake] == [
        row[-1] and json.loads(row[-1]) for row in from_log
    ]
