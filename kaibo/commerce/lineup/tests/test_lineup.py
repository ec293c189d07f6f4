"""The sheet of a show through the door: typing, undo, versions, files, copies."""

import pytest

from kaibo.commerce.catalog import api as catalog
from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.api import Edit
from kaibo.commerce.lineup.contracts import Rules
from kaibo.commerce.lineup.errors import BadLineup, LineupConflict, NothingToUndo
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
WHO, OTHER = "user:1", "user:2"
SHEET = "链接号\t款号\t商品名称\t直播价\t口播顺序价\n1\tA-1\t大衣\t899\t\n2\tB-2\t毛衣\t199\t\n"


@pytest.fixture
def show() -> str:
    start = clock.now_us() + clock.HOUR_US
    return shows.create_show("douyin", "r", title="Tonight", planned_at=start, actor=WHO).show_id


def fill(show: str) -> None:
    lineups.take_sheet(show, lineups.read_sheet(show, text=SHEET), mode="replace", actor=WHO)


def test_it_keeps_what_is_typed_as_versions(show: str) -> None:
    assert lineups.lineup(show).version == 0
    edits = [Edit("aaaa1", "link_no", "1"), Edit("aaaa1", "live_price_minor", "abc")]
    first = lineups.save(show, base=0, edits=edits, order=["aaaa1"], actor=WHO)
    assert (first.version, first.lines[0].link_no, first.lines[0].refused) == (1, "1", {"live_price_minor": "abc"})
    fixed = lineups.save(show, base=1, edits=[Edit("aaaa1", "live_price_minor", "12.5")], actor=WHO)
    assert (fixed.lines[0].live_price_minor, fixed.lines[0].refused) == (1250, {})
    again = lineups.save(show, base=2, edits=[Edit("aaaa1", "live_price_minor", "12.50")], actor=WHO)
    assert again.version == 2, "the same value is no new version"
    [difference] = lineups.differences(show, 1, 2)
    assert [(cell.field, cell.before, cell.after) for cell in difference.changes] == [
        ("live_price_minor", "abc", "12.50")
    ]
    entries = eventlog.audit_entries(thing=f"lineup:{show}")
    assert [entry.act for entry in entries] == ["lineup.typed", "lineup.typed"]


def test_it_lets_two_people_type_but_not_over_each_other(show: str) -> None:
    fill(show)
    one, two = lineups.lineup(show).lines
    lineups.save(show, base=1, edits=[Edit(one.line_id, "gift", "袜子")], actor=OTHER)
    mine = lineups.save(show, base=1, edits=[Edit(one.line_id, "coupon", "满减")], actor=WHO)
    assert (mine.lines[0].gift, mine.lines[0].coupon) == ("袜子", "满减")
    with pytest.raises(LineupConflict) as caught:
        lineups.save(show, base=1, edits=[Edit(one.line_id, "gift", "手套")], actor=WHO)
    assert caught.value.ids["theirs"] == "袜子"
    assert lineups.lineup(show).lines[1] == two


def test_it_undoes_step_by_step_and_restores(show: str) -> None:
    fill(show)
    first = lineups.lineup(show).lines
    lineups.save(show, base=1, removed=[first[0].line_id], actor=WHO)
    lineups.save(show, base=2, order=[first[1].line_id, "newline1"], actor=WHO)
    assert len(lineups.undo(show, actor=WHO).lines) == 1
    assert lineups.undo(show, actor=WHO).lines == first
    empty = lineups.undo(show, actor=WHO)
    assert (empty.lines, empty.can_undo) == ((), False)
    with pytest.raises(NothingToUndo):
        lineups.undo(show, actor=WHO)
    assert lineups.restore(show, 2, actor=WHO).lines == first[1:]
    assert lineups.undo(show, actor=WHO).lines == ()
    assert [version.act for version in lineups.versions(show)][:2] == ["undone", "restored"]


def test_it_moves_rows_and_tells_only_those_that_moved(show: str) -> None:
    ids = [f"line{at}" for at in range(5)]
    lineups.save(show, base=0, order=ids, actor=WHO)
    lineups.save(show, base=1, order=[ids[4], *ids[:4]], actor=WHO)
    assert [(one.kind, one.line_id) for one in lineups.differences(show, 1, 2)] == [("moved", "line4")]


def test_it_updates_known_lines_from_a_file_and_remembers_headings(show: str) -> None:
    fill(show)
    before = lineups.lineup(show).lines
    lineups.save(show, base=1, edits=[Edit(before[0].line_id, "gift", "袜子")], actor=WHO)
    news = "链接号\t商品名称\t直播间专享\n1\t大衣\t799\n3\t围巾\t39\n"
    draft = lineups.read_sheet(show, text=news, chosen={2: "live_price_minor"})
    after = lineups.take_sheet(show, draft, mode="update", actor=WHO).lines
    assert [(line.link_no, line.live_price_minor, line.gift) for line in after] == [
        ("1", 79900, "袜子"),
        ("2", 19900, ""),
        ("3", 3900, ""),
    ]
    assert after[0].line_id == before[0].line_id
    again = lineups.read_sheet(show, text=news)
    assert [column.certainty for column in again.columns] == ["exact", "exact", "remembered"]
    assert catalog.product("A-1").title == "大衣"


def test_it_copies_an_earlier_sheet_without_its_stock(show: str) -> None:
    other = shows.create_show("douyin", "r2", title="Before", actor=WHO).show_id
    lineups.take_sheet(
        other, lineups.read_sheet(other, text="链接号\t款号\t库存\n1\tA-1\t黑 M5\n"), mode="replace", actor=WHO
    )
    assert lineups.shows_with_lineup() == {other: 1}
    [line] = lineups.copy_lineup(show, source_show=other, actor=WHO).lines
    assert (line.style_no, line.stock) == ("A-1", ())
    assert line.line_id != lineups.lineup(other).lines[0].line_id
    with pytest.raises(BadLineup):
        lineups.copy_lineup(show, source_show="none", actor=WHO)


def test_it_keeps_rules_per_sheet(show: str) -> None:
    kept = lineups.set_rules(show, Rules(core_sizes=("s", " m "), giveaway_loss_minor=None), actor=WHO)
    assert kept.core_sizes == ("S", "M")
    assert lineups.lineup(show).rules == kept
    with pytest.raises(BadLineup):
        lineups.set_rules(show, Rules(minutes_tolerance_ratio=3), actor=WHO)
