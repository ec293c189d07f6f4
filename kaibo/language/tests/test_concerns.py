"""What angry talk is about: named where it accuses, silent where it only asks, jokes or praises."""

import pytest

from kaibo.language import api
from kaibo.language.api import Concern


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("用完脸都红肿了", Concern.INJURY),
        ("孩子吃了拉肚子，已经进医院", Concern.INJURY),
        ("这是假货，验了是假的", Concern.FAKE),
        ("專櫃說不是正品", Concern.FAKE),
        ("穿一次就开线，质量太差", Concern.FAULT),
        ("虚假宣传，我要打12315", Concern.FALSE_AD),
        ("先涨后降，价格欺诈", Concern.PRICE),
        ("退款不退，客服也不理", Concern.REFUND),
        ("等了半个月还没发货", Concern.SHIPPING),
        ("主播骂人什么态度", Concern.HOST),
        ("充电宝充电爆炸", Concern.INJURY),
        ("苹果都烂了", Concern.FAULT),
        ("刚买回来就坏了", Concern.FAULT),
        ("快递太慢，居然还没到", Concern.SHIPPING),
        ("才到就降价", Concern.PRICE),
        ("客服态度恶劣", Concern.HOST),
        ("避雷 再也不买", Concern.OTHER),
    ],
)
def test_it_names_what_is_complained_about(text: str, concern: Concern) -> None:
    [found] = api.read_concerns([text])
    assert concern in {one.concern for one in found}
    for one in found:
        assert one.matched in text
        assert one.matched or one.concern is Concern.OTHER


@pytest.mark.parametrize(
    "text",
    [
        *("会过敏吗", "敏感肌能用吗", "是正品吗", "是不是假货", "会起球吗", "会不会掉色", "能退吗", "有运费险吗"),
        *("什么时候发货", "还没发货可以改地址吗", "主播态度真好", "主播好美", "坏了包换吗", "假一赔十", "颜值爆炸"),
        *("艺术就是爆炸", "节目效果爆炸", "坏了，要迟到了", "知道是假的但我看着也会哭", "新不新鲜", "已退货"),
        *("这件好看", "已拍", "666", "主播坏坏", "没有质量问题", "7天无理由退款", "多少钱", "买贵了退差价吗"),
    ],
)
def test_it_finds_no_grievance_in_questions_jokes_and_praise(text: str) -> None:
    assert api.read_concerns([text]) == [()]


def test_it_reads_many_at_once_as_one_by_one() -> None:
    texts = ["用完脸都红肿了", "已拍", "退款不退", "", "主播骂人", "有M码吗"]
    assert api.read_concerns(texts) == [found for text in texts for found in api.read_concerns([text])]


def test_it_calls_few_voices_enough_only_for_what_is_grave() -> None:
    assert api.severe_concerns() == {Concern.INJURY, Concern.FAKE}
    assert api.concerns_version() >= 1
