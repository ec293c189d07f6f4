"""Who comes back, on the room's page: asked for, counted by a worker, shown with its reasons, exported."""

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.workers import drain
from kaibo.kit import clock
from kaibo.web.tests.people import MINE, Cast
from kaibo.web.tests.test_acts import bring, event, table

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = f"/rooms/{MINE[0]}/{MINE[1]}/"


def test_it_counts_who_comes_back_when_asked_and_says_what_is_not_known(cast: Cast) -> None:
    eventlog.create_feed("f", connector="ndjson", platform=MINE[0], actor="system:test")
    now = clock.now_us()
    bring(
        *(event(f"one-{viewer}", "viewer.entered", now - 3 * clock.DAY_US, viewer_id=viewer) for viewer in "abcd"),
        *(event(f"two-{viewer}", "viewer.entered", now - 2 * clock.DAY_US, viewer_id=viewer) for viewer in "ax"),
    )
    assert "Not counted yet." in cast.director.get(PAGE, headers={"accept-language": "en"}).content.decode()
    assert cast.viewer.post(f"{PAGE}returning/").status_code == 403
    assert cast.outsider.post(f"{PAGE}returning/").status_code in {403, 404}
    assert eventlog.work.jobs() == []
    assert cast.director.post(f"{PAGE}returning/").status_code == 302
    assert drain() == 1
    page = cast.viewer.get(PAGE, headers={"accept-language": "en"}).content.decode()
    assert "25%" in page, "one of four came back a day later"
    assert "The room was not on air that day." in page
    assert "Fewer than 7 days are recorded." in page
    heads, latest, first = table(cast.viewer.get(f"{PAGE}?export=csv")).strip().splitlines()
    assert len(heads.split(",")) == len(first.split(","))
    assert latest.split(",")[1:4] == ["2", "1", "0.5"]
    assert first.split(",")[1:5] == ["4", "", "", "0.25"]
    assert cast.outsider.get(PAGE).status_code in {403, 404}
