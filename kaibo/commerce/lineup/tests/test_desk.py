"""Acts of the desk through the real log and the real counter: once each, at their own times, taken back in seconds."""

from collections.abc import Iterator

import pytest

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import Act, ActKind
from kaibo.commerce.lineup.errors import BadLineup
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
WHO = "user:1"
START = clock.now_us() - clock.HOUR_US


@pytest.fixture
def show() -> Iterator[ShowView]:
    log = eventlog.open_log()
    yield shows.ensure_show("s", platform="douyin", room_id="r", title="晚场", started_at=START, actor=WHO)
    log.close()


def at(minute: float) -> int:
    return START + round(minute * clock.MINUTE_US)


def send(show: ShowView, *acts: Act, known: dict[str, str] | None = None) -> list[str]:
    answers = lineups.record_acts(show, acts, known=known or {}, titles={"1": "大衣"}, actor=WHO)
    assert all(answer.problem for answer in answers if answer.state == "refused")
    return [answer.state for answer in answers]


def kinds(show: ShowView) -> list[tuple[str, str | None]]:
    return [(event.kind, event.link_no or event.host_id) for event in eventlog.events_of(show.show_id)]


def test_it_records_each_act_once_at_its_own_time(show: ShowView) -> None:
    acts = (
        Act("act-00001", ActKind.START, at(1), link_no="1"),
        Act("act-00002", ActKind.NEXT, at(4), link_no="2"),
        Act("act-00003", ActKind.MARK, at(5)),
        Act("act-00004", ActKind.HOST, at(6), host_id="小鹿", relieves="阿May"),
        Act("act-00005", ActKind.NOTE, at(7), text="换衣服"),
        Act("act-00006", ActKind.END, at(8)),
    )
    assert send(show, *reversed(acts)) == ["recorded"] * 6
    assert send(show, *acts) == ["known"] * 6
    found = list(eventlog.events_of("s"))
    assert [event.kind for event in found] == [
        "lap.started",
        "lap.started",
        "note.marked",
        "host.on",
        "host.off",
        "note.marked",
        "lap.ended",
    ]
    assert found[0].occurred_at == at(1)
    assert found[0].attrs == {"act": "start", "title": "大衣"}
    declared = eventlog.coverage("s", now_us=clock.now_us()).declared
    assert "lap.started" in declared
    assert "order.paid" not in declared
    assert [act.kind for act in lineups.acts("s")][:2] == [ActKind.END, ActKind.NOTE]


def test_it_takes_back_within_ten_seconds_only(show: ShowView) -> None:
    first = Act("act-00001", ActKind.START, at(1), link_no="1")
    undo = Act("undo-0001", ActKind.UNDO, at(1) + 8 * clock.MICROS, of="act-00001")
    assert send(show, first, undo) == ["recorded", "recorded"]
    assert kinds(show) == []
    assert send(show, first, undo) == ["undone", "known"], "the act does not come back when it is sent again"
    second = Act("act-00002", ActKind.START, at(2), link_no="1")
    late = Act("undo-0002", ActKind.UNDO, at(3), of="act-00002")
    unknown = Act("undo-0003", ActKind.UNDO, at(3), of="act-99999")
    assert send(show, second, late, unknown) == ["recorded", "refused", "refused"]
    assert kinds(show) == [("lap.started", "1")]


@pytest.mark.parametrize(
    "act",
    [
        Act("short", ActKind.MARK, at(1)),
        Act("act-00001", ActKind.START, at(1)),
        Act("act-00001", ActKind.HOST, at(1)),
        Act("act-00001", ActKind.NOTE, at(1), text=" "),
        Act("act-00001", ActKind.MARK, at(-60)),
        Act("act-00001", ActKind.MARK, at(24 * 60)),
        Act("act-00001", ActKind.UNDO, at(1)),
    ],
)
def test_it_refuses_with_a_sentence(show: ShowView, act: Act) -> None:
    assert send(show, act) == ["refused"]
    assert kinds(show) == []


def test_it_refuses_before_air() -> None:
    planned = shows.create_show("douyin", "r9", planned_at=clock.now_us() + clock.DAY_US, actor=WHO)
    assert send(planned, Act("act-00001", ActKind.MARK, clock.now_us())) == ["refused"]
    with pytest.raises(BadLineup):
        lineups.publish(planned, known={}, actor=WHO)


def test_it_publishes_the_list_once_per_version(show: ShowView) -> None:
    heads = "链接号\t商品名称\t角色\t直播价\t原价\t库存\t讲解时长"
    text = f"{heads}\n1\t大衣\t主推\t899\t1599\t黑 S1 M2\t12\n2\t毛衣\t福利\t99\t\t\t\n"
    lineups.take_sheet("s", lineups.read_sheet("s", text=text), mode="replace", actor=WHO)
    assert lineups.publish(show, known={"2": "p-2"}, listed=frozenset({"9"}), actor=WHO) == 5
    lineups.publish(show, known={"2": "p-2"}, listed=frozenset({"9"}), actor=WHO)
    found = list(eventlog.events_of("s"))
    assert sorted(event.kind for event in found) == [
        "offer.listed",
        "offer.listed",
        "offer.unlisted",
        "stock.changed",
        "stock.changed",
    ]
    by_link = {event.link_no: event for event in found if event.kind == "offer.listed"}
    assert by_link["1"].attrs == {
        "title": "大衣",
        "role": "hero",
        "planned_minutes": 12,
        "price_minor": 89900,
        "list_price_minor": 159900,
    }
    assert by_link["2"].product_id == "p-2"
    assert by_link["2"].attrs == {"title": "毛衣", "role": "welfare"}, "price and stock are the platform's to say"
    assert lineups.lineup("s").published_version == 1


def test_it_says_so_when_the_log_does_not_take_an_act(show: ShowView) -> None:
    too_long = {"1": "p" * 5000}
    (answer,) = lineups.record_acts(
        show, [Act("act-00001", ActKind.START, at(1), link_no="1")], known=too_long, titles={}, actor=WHO
    )
    assert (answer.state, answer.problem.partition(":")[0]) == ("refused", "product_id")
    assert answer.fix
    assert kinds(show) == []
    assert lineups.acts(show.show_id) == []
    assert send(show, Act("act-00001", ActKind.START, at(1), link_no="1")) == ["recorded"]  # mended, it is taken
