"""The platforms' own example payloads, every one of them: none raises, none is lost, none tells who somebody is."""

import re
from collections import Counter
from pathlib import Path

import pytest

from kaibo.connectors import api, registry
from kaibo.connectors.contracts import BadLine, Outcome, Skipped
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.lines import ENCODER, Rules
from kaibo.eventlog.validate import check_body

pytestmark = pytest.mark.shared_data
TOLD = {"received_at": "1780000000000000", "as_of": "1780000000"}
EVENTS = {
    "doudian": "doudian",
    "douyin_open": "douyin_push",
    "tiktok_shop": "tiktok_shop",
    "channels_ec": "wechat_channels",
    "wecom": "wecom",
}
REPLIES = (
    ("doudian/api/Order", "doudian"),
    ("doudian/api/Aftersale", "doudian"),
    ("tiktok_shop/api/Order", "tiktok_shop"),
    ("tiktok_shop/api/ReturnRefund", "tiktok_shop"),
    ("tiktok_shop/api/Finance", "tiktok_shop"),
    ("channels_ec/api/ECOrder", "wechat_channels"),
    ("channels_ec/api/ECAftersale", "wechat_channels"),
    ("channels_ec/api/FinderLive", "wechat_channels"),
    ("channels_ec/api/LiveDashboard", "wechat_channels"),
    ("channels_ec/api/ECCompass", "wechat_channels"),
    ("channels_ec/api/ECFinderLive", "wechat_channels"),
    ("douyin_open/api/Room", "douyin_room"),
    ("oceanengine/api", "oceanengine"),
    ("wecom/api/CgibinExternalContact", "wecom"),
)
NAMED = re.compile(
    r"周一|张三|陈先生|松岭路|丹棱街|13800000000|12345678911|David|Coleman|18611159323|123123-1234|\+1\)213"
)


def read(connector: str, path: Path) -> list[Outcome]:
    return list(registry.payload_translator(connector).translate(path.read_bytes(), TOLD))


def documented(shared_data: Path) -> list[tuple[str, Path]]:
    root = shared_data / "fixtures"
    found = [
        (ours, path) for theirs, ours in EVENTS.items() for path in sorted((root / theirs / "events").rglob("*.*"))
    ]
    for folder, ours in REPLIES:
        found += [(ours, path) for path in sorted((root / folder).rglob("*Response.json"))]
    return found


def test_it_translates_every_documented_event_into_events(shared_data: Path) -> None:
    kinds: Counter[str] = Counter()
    for theirs, ours in EVENTS.items():
        paths = sorted((shared_data / "fixtures" / theirs / "events").rglob("*.*"))
        assert len(paths) >= 9, theirs
        for path in paths:
            found = read(ours, path)
            handshake = path.stem == "VerifyWebhookEvent"
            assert found, path.name
            wanted = Skipped if handshake else PlatformEvent
            assert all(isinstance(one, wanted) for one in found), (path.name, found)
            kinds.update(one.kind for one in found if isinstance(one, PlatformEvent))
    assert set(kinds) == {
        "order.placed", "order.paid", "order.shipped", "order.delivered", "order.canceled", "order.refunded",
        "follow.gained", "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("connector", "name", "kind", "amount_minor"),
    [
        ("doudian", "doudian/events/Trade/TradeCreateEvent.json", "order.placed", None),
        ("doudian", "doudian/events/Trade/TradePaidEvent.json", "order.paid", 2990),
        ("doudian", "doudian/events/Trade/TradeCanceledEvent.json", "order.canceled", None),
        ("doudian", "doudian/events/Trade/TradePartlySellerShipEvent.json", "order.shipped", None),
        ("doudian", "doudian/events/Refund/RefundSuccessEvent.json", "order.refunded", 13200),
        ("doudian", "doudian/events/Refund/RefundCreatedEvent.json", "unknown", None),
        ("doudian", "doudian/events/Product/ProductChangeEvent.json", "unknown", None),
        ("wechat_channels", "channels_ec/events/EC/ChannelsECOrderPayEvent.json", "order.paid", None),
        ("wechat_channels", "channels_ec/events/EC/ChannelsECOrderConfirmEvent.json", "order.delivered", None),
        ("wechat_channels", "channels_ec/events/EC/ChannelsECOrderSettleEvent.json", "unknown", None),
        ("tiktok_shop", "tiktok_shop/events/ReturnStatusChangeEvent.json", "unknown", None),
        ("douyin_push", "douyin_open/events/Interaction/NewFollowActionEvent.json", "follow.gained", None),
        ("douyin_push", "douyin_open/events/GoodLife/LifeTradeOrderNotifyEvent.json", "order.paid", None),
        ("wecom", "wecom/events/ExternalContact/ChangeExternalChatEvent.Dismiss.xml", "unknown", None),
    ],
)
def test_it_makes_of_a_document_what_the_page_says(
    shared_data: Path, connector: str, name: str, kind: str, amount_minor: int | None
) -> None:
    (found,) = read(connector, shared_data / "fixtures" / name)
    assert isinstance(found, PlatformEvent)
    assert (found.kind, found.amount_minor) == (kind, amount_minor)


def test_it_translates_every_documented_reply_or_says_why_not(shared_data: Path) -> None:
    kinds: Counter[str] = Counter()
    for connector, path in documented(shared_data):
        if not path.stem.endswith("Response"):
            continue
        found = read(connector, path)
        assert found, path.name
        bad = [one for one in found if isinstance(one, BadLine)]
        assert not bad, (path.name, bad)
        kinds.update(one.kind for one in found if isinstance(one, PlatformEvent))
    assert kinds["order.paid"] >= 3
    assert kinds["order.refunded"] >= 2
    assert kinds["figure.reported"] >= 10


def test_it_gives_events_that_the_door_takes(shared_data: Path) -> None:
    rules = Rules(now_us=1_790_000_000_000_000, currency="CNY")
    refused = []
    for connector, path in documented(shared_data):
        events = [one for one in read(connector, path) if isinstance(one, PlatformEvent)]
        checked = check_body(ENCODER.encode_lines(events), rules)
        refused += [(path.name, problem) for problem in checked.problems]
    assert not refused


def test_it_repeats_itself(shared_data: Path) -> None:
    for connector, path in documented(shared_data):
        assert read(connector, path) == read(connector, path), path.name


def test_it_tells_nobodys_name_number_or_address(shared_data: Path) -> None:
    told = [
        (path.name, match.group())
        for connector, path in documented(shared_data)
        for one in read(connector, path)
        if isinstance(one, PlatformEvent) and (match := NAMED.search(ENCODER.encode(one).decode()))
    ]
    assert not told


def test_it_shows_every_document_by_the_command_with_events_or_the_reason_why_not(
    shared_data: Path,
) -> None:
    """As `kaibo translate CONNECTOR FILE` reads it: nobody has to name a time that only an inbox knows."""
    found: Counter[str] = Counter()
    for connector, path in documented(shared_data):
        outcomes = list(api.translate_file(connector, path, options=api.arrived_now(connector)))
        assert outcomes, path.name
        assert not [one for one in outcomes if isinstance(one, BadLine)], (path.name, outcomes)
        found.update("skipped" if isinstance(one, Skipped) else "event" for one in outcomes)
    assert found["event"] > 100
    assert found["skipped"] > 0
