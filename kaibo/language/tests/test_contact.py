"""Ways out of the room, also with digits in disguise; prices and order numbers are none."""

import pytest

from kaibo.language import api
from kaibo.language.api import Scene, Setting


def rules(text: str) -> set[str]:
    found = api.check(text, setting=Setting(Scene.COMMENT))
    assert all(hit.matched == text[hit.start : hit.end] for hit in found.hits)
    return {hit.rule for hit in found.hits if hit.view == "contact"}


@pytest.mark.parametrize(
    "text",
    [
        "电话13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+8613812345678",
        "一三八一二三四五六七八",
        "壹叁捌壹贰叁肆伍陆柒捌",
        "幺三八幺二三四五六拐八",
        "１３８①②③④⑤⑥⑦⑧",
        "1 3 8 1 2 3 4 5 6 7 8",
        "一三吧一二三四舞六七八",
        "13八12三45六78",
    ],
)
def test_it_finds_a_phone_number(text: str) -> None:
    assert rules(text) == {"conduct.phone"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("加我微信abc12345", "conduct.wechat"),
        ("薇信号：abc_12345", "conduct.wechat"),
        ("VX kaibo888", "conduct.wechat"),
        ("扣扣一二三四五六七", "conduct.qq"),
        ("QQ：609909965", "conduct.qq"),
        ("企鹅号 六零九九零九九", "conduct.qq"),
        ("看 www.example.com 下单", "conduct.address"),
        ("http://a.example.cn/x?y=1", "conduct.address"),
        ("写信到 shop@example.com", "conduct.address"),
    ],
)
def test_it_finds_accounts_and_addresses(text: str, rule: str) -> None:
    assert rule in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "订单号20251103345678901",
        "价格199、299、399、499",
        "1799（1999-200）",
        "快递YT1234567890123",
        "微信支付可以吗",
        "我买了12345678件",
        "穿165/88A的",
        "3.14和No.1",
        "qq糖多少钱",
        "今天1号3号5号链接都要",
    ],
)
def test_it_leaves_prices_and_orders_alone(text: str) -> None:
    assert not rules(text)


def test_it_never_joins_two_messages() -> None:
    found = api.check_many(["1381234", "5678", "微信", "abc12345"], setting=Setting(Scene.COMMENT))
    assert not any(one.hits for one in found)
