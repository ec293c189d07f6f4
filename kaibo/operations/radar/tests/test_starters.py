"""The sentences that the library starts with may be said as they are, and as a host fills them in."""

import re

import pytest

from kaibo.language import api as language
from kaibo.language.api import Scene, Setting
from kaibo.operations.radar import api

BLANK = re.compile("【([^】]+)】")
FILLED = {
    "价格": "129元",
    "链接号": "3",
    "件数": "12",
    "小时": "48",
    "成分": "棉95% 氨纶5%",
    "编号": "QT20251103",
    "A": "直筒裤",
    "B": "阔腿裤",
    "特点": "宽松",
    "问题": "起球",
    "内容": "到手价",
    "正确说法": "到手价是139元，不是129元",
    "规格": "黑色M码",
    "商品": "羊毛衫",
    "场合": "上班",
    "品类": "外套",
    "尺码": "M码",
    "搭配": "白衬衫",
}
SAID = [(title, text) for _, title, text in api.STARTERS]


@pytest.mark.parametrize("scene", [Scene.SPEECH, Scene.SCRIPT])
@pytest.mark.parametrize(("title", "text"), SAID, ids=[title for title, _ in SAID])
def test_it_starts_with_what_may_be_said(title: str, text: str, scene: Scene) -> None:
    for said in (text, BLANK.sub(lambda blank: FILLED[blank[1]], text)):
        found = language.check(said, setting=Setting(scene))
        assert not found.hits, f"{title}: {[(hit.rule, hit.matched) for hit in found.hits]}"


def test_it_would_notice_a_line_that_may_not_be_said() -> None:
    assert language.check(SAID[1][1] + "全网最低价", setting=Setting(Scene.SPEECH)).hits
