"""Viewer ids become the same hash however many there are."""

from pathlib import Path

import pytest

from kaibo.eventlog import viewers
from kaibo.eventlog.viewers import ViewerIds


def test_it_hides_a_crowd_as_it_hides_a_few(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = ViewerIds()
    raws = [None if number % 7 == 0 else f"viewer-{number % 13}" for number in range(60)]
    raws += [few.hidden("douyin", ["viewer-1"], is_trusted=True)[0]]  # one that our own code has hidden already
    for is_trusted in (True, False):
        expected = [few.hidden("douyin", [raw], is_trusted=is_trusted)[0] for raw in raws]
        with monkeypatch.context() as patch:
            patch.setattr(viewers, "CROWD", 3)
            patch.setattr(viewers, "CROWD_IDS", 11)
            crowd = ViewerIds()
            found = [
                hidden
                for at in range(0, len(raws), 4)
                for hidden in crowd.hidden("douyin", raws[at : at + 4], is_trusted=is_trusted)
            ]
        assert found == expected
        assert len({one for one in found if one}) == 14 - is_trusted
