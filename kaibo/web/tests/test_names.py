"""Who and what is called how: feeds that Kaibo made by itself, connectors, actors that are no people."""

import pytest
from django.utils import translation

from kaibo.web import actors, feedwords


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("exports (douyin)", "导入的表格"),
        ("bilirec_xml (bilibili)", "B站录播姬 XML"),
        ("主直播间 (备用)", "主直播间 (备用)"),
        ("推送", "推送"),
    ],
)
def test_it_calls_feeds_by_what_they_are(name: str, said: str) -> None:
    with translation.override("zh-hans"):
        assert feedwords.feed_name(name) == said


def test_it_calls_forms_of_tables_by_their_name() -> None:
    with translation.override("zh-hans"):
        assert feedwords.connector_name("exports/doudian_orders") == "抖店订单"


@pytest.mark.django_db
def test_it_names_what_acts_by_itself() -> None:
    with translation.override("zh-hans"):
        found = actors.names_of({"system:proctor", "system:unheard", "link:3"})
    assert found == {"system:proctor": "系统巡检", "system:unheard": "system:unheard", "link:3": "免登录链接 3"}
