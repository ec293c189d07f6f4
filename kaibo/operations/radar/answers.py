"""Questions and their answers: who answered, how, and what is still open."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import StoredEvent
from kaibo.kit.clock import MINUTE_US, now_us
from kaibo.language import api as language
from kaibo.language.voice import Intent
from kaibo.operations.radar.contracts import TOPICS, AnswerView, Group
from kaibo.operations.radar.errors import BadTopic
from kaibo.operations.radar.models import Answered, Asked, ShowRadar
from kaibo.warehouse import api as warehouse

OPEN_US = 10 * MINUTE_US
"""A question that was asked longer ago is not asked any more: the viewer has left or bought."""
SPOKEN: dict[str, tuple[str, ...]] = {
    "size": ("码", "尺寸", "身高", "体重", "斤", "公分", "均码", "偏大", "偏小", "腰围", "胸围", "衣长", "裤长"),
    "price": ("块钱", "元", "到手价", "价格", "只要", "米拿走", "一口价"),
    "coupon": ("优惠券", "领券", "满减", "立减", "红包", "福袋"),
    "link": ("号链接", "号连接", "上链接", "小黄车", "购物车", "点链接"),
    "stock": ("库存", "还有货", "没货", "补货", "售罄", "现货", "最后几件", "预售"),
    "shipping": ("发货", "快递", "包邮", "小时发", "顺丰", "物流", "邮费"),
    "quality": ("面料", "材质", "起球", "掉色", "缩水", "质检", "正品", "含绒量", "纯棉", "厚度", "不透"),
    "comparison": ("区别", "对比", "相比", "那款", "不一样"),
    "after_sales": ("退货", "换货", "运费险", "七天无理由", "售后", "质保", "退换"),
}
"""Words by which a host speaks about a topic: weaker than what makes a question, for the host answers, not asks."""


def hear(events: Sequence[StoredEvent]) -> None:
    """Answers that the host says, and replies that name the comment they answer; inside the radar's transaction."""
    rows = [row for event in events if event.sign > 0 for row in _answers(event)]
    Answered.objects.bulk_create(rows, ignore_conflicts=True)
    gone = {event.event_id for event in events if event.sign < 0}
    if gone:
        shows = {event.show_id for event in events}
        Answered.objects.filter(of__in=sorted(gone), show_id__in=shows).update(is_undone=True)


def _answers(event: StoredEvent) -> Iterable[Answered]:
    text = event.text or ""
    if event.kind == "speech.transcribed":
        links = language.read_intents([text])[0].links
        for topic in topics_spoken(text):
            yield _row(event, topic, str(links[0]) if links else "", "said")
    elif replied := (event.attrs or {}).get("reply_to"):
        asked = Asked.objects.filter(platform=event.platform, room_id=event.room_id, event_id=str(replied)).first()
        if asked is not None:
            yield _row(event, asked.topic, asked.link_no, "reply")


def topics_spoken(text: str) -> list[str]:
    """What a sentence of the host speaks about."""
    return [topic for topic, words in SPOKEN.items() if any(word in text for word in words)]


def _row(event: StoredEvent, topic: str, link_no: str, how: str) -> Answered:
    return Answered(
        show_id=event.show_id or "",
        topic=topic,
        link_no=link_no[:12],
        at_us=event.occurred_at,
        how=how,
        of=event.event_id,
        words=(event.text or "")[:200],
    )


def answer(show_id: str, topic: str, link_no: str = "", *, actor: str, at_us: int | None = None) -> None:
    """Somebody saw to it by hand: every question of the group until now is answered. Raises BadTopic."""
    if topic not in TOPICS:
        raise BadTopic(_("Nobody asks about that."), fix=", ".join(TOPICS), field="topic")
    now = at_us or now_us()
    Answered.objects.create(
        show_id=show_id, topic=topic, link_no=link_no[:12], at_us=now, how="hand", of=f"{actor}@{now}"
    )
    ShowRadar.objects.update_or_create(show_id=show_id, defaults={"changed_us": now_us()})
    eventlog.notices.tell("show", show_id)
    eventlog.audit(actor, "question.answered", f"show:{show_id}", after={"topic": topic, "link_no": link_no})


def undo(show_id: str, answer_id: int, *, actor: str) -> None:
    """It was none: its questions are open again."""
    if Answered.objects.filter(show_id=show_id, pk=answer_id, is_undone=False).update(is_undone=True):
        ShowRadar.objects.update_or_create(show_id=show_id, defaults={"changed_us": now_us()})
        eventlog.notices.tell("show", show_id)
        eventlog.audit(actor, "question.reopened", f"show:{show_id}", before={"answer": answer_id})


def open_groups(show_id: str, *, at_us: int, most: int = 12) -> list[Group]:
    """Questions that nobody answered, grouped by topic and link. Cost: three queries."""
    asked = Asked.objects.filter(
        show_id=show_id, is_retracted=False, at_us__gt=at_us - OPEN_US, at_us__lte=at_us
    ).order_by("at_us", "event_id")
    rows = list(asked)
    if not rows:
        return []
    explained = _explained(show_id)
    since = Answered.objects.filter(show_id=show_id, is_undone=False, at_us__gt=at_us - OPEN_US, at_us__lte=at_us)
    told = [
        _Told(row.topic, row.link_no if row.how == "hand" else row.link_no or explained(row.at_us), row.at_us, row.how)
        for row in since
    ]
    groups: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for row in rows:
        link = row.link_no or explained(row.at_us)
        if not any(_answers_it(one, row, link) for one in told):
            groups[row.topic, link].append(row)
    found = [_group(topic, link, asked) for (topic, link), asked in groups.items()]
    found.sort(key=lambda one: (-one.weight * one.count**0.5 * (at_us - one.first_us), one.topic, one.link_no))
    return found[:most]


class _Told(NamedTuple):
    topic: str
    link_no: str
    at_us: int
    how: str


def _answers_it(told: _Told, row: Asked, link: str) -> bool:
    """A hand answers one group; what is said answers the link explained then, and questions of no known link."""
    if told.topic != row.topic or told.at_us < row.at_us:
        return False
    return told.link_no == link or (told.how != "hand" and (not told.link_no or not link))


def _group(topic: str, link_no: str, asked: Sequence[Asked]) -> Group:
    return Group(
        topic=topic,
        link_no=link_no,
        count=len(asked),
        first_us=asked[0].at_us,
        last_us=asked[-1].at_us,
        weight=language.purchase_weight(Intent(topic)),
        examples=tuple(dict.fromkeys(row.text for row in reversed(asked)))[:3],
    )


def _explained(show_id: str) -> Callable[[int], str]:
    """Instant -> the link that was explained then, empty when none was."""
    laps = [(lap.from_us, lap.to_us, lap.link_no or "") for lap in warehouse.laps(show_id)]

    def link_at(at_us: int) -> str:
        return next(
            (link for begin, end, link in reversed(laps) if begin <= at_us and (end is None or at_us < end)), ""
        )

    return link_at


def answered(show_id: str, *, limit: int = 50) -> list[AnswerView]:
    """Answers, the newest first. Cost: one query."""
    rows = Answered.objects.filter(show_id=show_id, is_undone=False).order_by("-at_us", "-pk")[:limit]
    return [AnswerView(row.pk, row.topic, row.link_no, row.at_us, row.how, row.of, row.words) for row in rows]
