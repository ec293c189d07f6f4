"""The script library 标准话术库: what the team has prepared to say, by topic, situation and stage of a script."""

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import now_us
from kaibo.operations.radar.contracts import SITUATIONS, STAGES, TOPICS, LineView
from kaibo.operations.radar.errors import BadLine, LineNotFound
from kaibo.operations.radar.models import ScriptLine

MOST_CHARACTERS = 1000
STARTERS: tuple[tuple[str, str, str], ...] = (
    (
        "size",
        "报身高体重",
        "想问尺码的家人，把身高体重打在公屏上，我按顺序报。平时穿什么码就拍什么码，喜欢宽松拍大一码。",
    ),
    ("price", "报到手价", "今天这款直播间到手价是【价格】，领完券直接拍，不用再凑单。"),
    ("coupon", "领券步骤", "先点左上角领券，再点【链接号】号链接，结算页会自动抵扣，看到价格对了再付款。"),
    ("link", "链接位置", "现在讲的是【链接号】号链接，点下方小黄车第一个弹出来的就是。"),
    ("stock", "库存说明", "这个码现在还有【件数】件，拍完就没有了，补货时间我确认好再告诉大家。"),
    ("shipping", "发货时间", "现货款【小时】小时内发出，预售款以详情页时间为准，偏远地区运费也写在详情页。"),
    ("quality", "材质说明", "这款是【成分】，洗护按水洗标来；检测报告编号是【编号】，客服可以发给你看。"),
    ("after_sales", "退换说明", "支持七天无理由，吊牌不剪、不影响二次销售就可以退，有没有运费险以订单页为准。"),
    ("comparison", "两款区别", "【A】偏【特点】，【B】偏【特点】；通勤选【A】，周末选【B】。"),
    ("complaint", "承接投诉", "看到有家人反映【问题】，这边已经让客服登记，请把订单号私信给官方客服，我们今晚给答复。"),
    ("apology", "致歉", "刚才关于【内容】我说得不准确，更正一下：【正确说法】。给大家造成误解，抱歉。"),
    ("violation", "当场更正", "刚才那句用词不严谨，收回。大家以详情页和检测报告为准。"),
    ("stock_out", "售罄", "【规格】已经拍完了，不再加单。喜欢的先加购，补货会在粉丝群通知。"),
    ("network", "卡顿", "网络有点波动，画面卡的家人退出去重进一下，价格和库存都不变，不用着急。"),
    ("flood", "控场", "公屏刷得太快，想问问题的家人慢慢打，我按顺序答；重复的广告我们会处理。"),
    (
        "explanation",
        "质量问题说明",
        "关于【商品】的【问题】，我们已经收到反馈，今晚先暂停讲解，送检结果出来前不再上架；已经下单的家人凭订单号找官方客服，可退可换。",
    ),
    (
        "explanation",
        "假货疑问说明",
        "这款的进货凭证和授权编号是【编号】，页面可以查；有疑问的家人把订单号发给官方客服，我们安排送检，费用由我们出。",
    ),
    (
        "explanation",
        "退款说明",
        "退款按平台流程走，我们在【小时】小时内审核；还卡住的家人把订单号私信官方客服，我们逐单核对，今晚给答复。",
    ),
    (
        "explanation",
        "价格说明",
        "这款的到手价、券和活动时间以结算页为准；之前讲的【内容】有误，差价我们按订单补给大家。",
    ),
    ("attention", "开场一句", "最近换季，衣柜里总缺一件【场合】能穿的【品类】，今天就讲这件。"),
    ("interest", "讲清好在哪", "面料是【成分】，版型是【特点】，我穿的是【尺码】，身高体重打在屏幕上，大家对着看。"),
    ("desire", "帮她想到自己", "【场合】可以这样搭【搭配】，洗护按水洗标来，下面是买过的家人发的照片，经本人同意。"),
    ("action", "怎么拍", "【链接号】号链接，领券后到手价以结算页为准，拿不准尺码先问，想好了再拍。"),
)
"""Our own sentences with blanks to fill in; a team changes them to its voice."""


def add_starters(*, actor: str) -> int:
    """The starting sentences, where the library is empty; how many."""
    if ScriptLine.objects.exists():
        return 0
    now = now_us()
    made = [
        ScriptLine(topic=topic, title=title, text=text, actor=actor, changed_us=now) for topic, title, text in STARTERS
    ]
    ScriptLine.objects.bulk_create(made)
    eventlog.audit(actor, "script.started", "scripts", after={"lines": len(made)})
    return len(made)


def save(topic: str, title: str, text: str, *, line_id: int | None = None, actor: str) -> int:
    """Keep a line; its id. Raises BadLine with the field, LineNotFound."""
    if topic not in (*TOPICS, *SITUATIONS, *STAGES):
        raise BadLine(_("What is this line for?"), fix=_("Choose a topic."), field="topic")
    if not title.strip() or not text.strip():
        raise BadLine(_("A line needs a title and a text."), fix=_("Fill in both."), field="text")
    if len(text) > MOST_CHARACTERS:
        raise BadLine(_("This is too long to say."), fix=_("Keep it below 1,000 characters."), field="text")
    said = {"topic": topic, "title": title.strip()[:120], "text": text.strip()}
    with transaction.atomic():
        before = None
        if line_id is None:
            row = ScriptLine.objects.create(**said, actor=actor, changed_us=now_us())
        else:
            found = ScriptLine.objects.filter(pk=line_id, is_removed=False).first()
            if found is None:
                raise LineNotFound(_("There is no such line."), line_id=line_id)
            row, before = found, {"topic": found.topic, "title": found.title, "text": found.text}
            row.topic, row.title, row.text = said["topic"], said["title"], said["text"]
            row.actor, row.changed_us = actor, now_us()
            row.save()
        eventlog.audit(actor, "script.saved", f"script:{row.pk}", before=before, after=said)
    return row.pk


def remove(line_id: int, *, actor: str) -> None:
    """Take a line out of the library; nothing happens when it is out already."""
    if ScriptLine.objects.filter(pk=line_id, is_removed=False).update(is_removed=True, changed_us=now_us()):
        eventlog.audit(actor, "script.removed", f"script:{line_id}")


def lines(*topics: str) -> list[LineView]:
    """The library, all of it or of some topics. Cost: one query."""
    rows = ScriptLine.objects.filter(is_removed=False)
    if topics:
        rows = rows.filter(topic__in=topics)
    return [LineView(row.pk, row.topic, row.title, row.text, row.actor, row.changed_us) for row in rows]
