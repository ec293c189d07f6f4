"""Message tasks against the emulator of WeCom: asked for once whatever dies, confirmed by members, taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.connectors import outboxworker, registry
from kaibo.connectors.wecom import actions
from kaibo.eventlog import api as eventlog
from kaibo.eventlog import workers
from kaibo.eventlog.models import Command, Job
from kaibo.kit import clock
from kaibo.kit.clock import MINUTE_US
from kaibo.operations.outreach import api as outreach
from kaibo.operations.outreach.contracts import BadMessage, Draft, Link, NothingToTakeBack, TaskState, TaskView
from tests.emulators.base import Told, VirtualClock
from tests.emulators.rig import Killed
from tests.emulators.wecom import CORP, ROOT, SECRET, Wecom

pytestmark = pytest.mark.django_db(transaction=True)
CREATE = ROOT + "add_msg_template"


@pytest.fixture
def platform() -> Iterator[Wecom]:
    with Wecom(VirtualClock(clock.now_us())) as running:
        running.open_group("wr-1", customers=2)
        running.open_group("wr-2", customers=3, owner="zhangsan")
        running.tags = {"et-1": "老客", "et-2": "新客"}
        yield running


@pytest.fixture
def feed_id(home: Path, platform: Wecom) -> str:
    feed, _token = eventlog.create_feed(
        "企业微信", connector="wecom", platform="wecom", rooms=(), kinds=registry.manifest_of("wecom").kinds, actor="x"
    )
    told = {"receiver": CORP, "contact_secret": SECRET, "base_url": platform.base}
    for name, value in told.items():
        eventlog.keep_setting(feed.id, name, value)
    outreach.ask_audience(feed.id, actor="user:1")
    work()
    return feed.id


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "pause_us", lambda _tries: 0)


def work(*, tries: int = 4) -> None:
    """Run what is due, as the server's worker does."""
    for _try in range(tries):
        job = workers.claim("test", now=clock.now_us())
        if job is None:
            return
        workers.run(job)


def draft(**more: object) -> Draft:
    told = {"sender": "lisi", "text": "今晚八点开播，福利先到先得", "to_groups": True, "groups": ("wr-1",)} | more
    return Draft(**told)  # type: ignore[arg-type]


def ask(feed_id: str, key: str = "k1", **more: object) -> TaskView:
    return outreach.send(feed_id, draft(**more), key=key, actor="user:7")


def only() -> TaskView:
    (found,) = outreach.tasks()
    return found


def lost(platform: Wecom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies after WeCom made the task and before its answer is written down."""

    def die(*_arguments: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(eventlog.outbox, "answered", die)
        job = workers.claim("dying", now=clock.now_us())
        assert job is not None
        with pytest.raises(Killed):
            workers.run(job)
    Job.objects.filter(id=job.pk).update(state="waiting")  # what the sweeper does a minute later


def long_ago() -> None:
    Command.objects.update(sent_at=clock.now_us() - 3 * MINUTE_US)


def test_it_reads_who_can_be_written_to_and_no_customer_by_name(platform: Wecom, feed_id: str) -> None:
    known = outreach.audience(feed_id)
    assert known.owners == ("lisi", "zhangsan")
    assert [(one.id, one.owner, one.people) for one in known.groups] == [("wr-1", "lisi", 3), ("wr-2", "zhangsan", 4)]
    assert {one.name for one in known.tags} == {"老客", "新客"}
    assert "wm-" not in str(known)


def test_it_goes_from_created_to_sent_by_the_member(platform: Wecom, feed_id: str) -> None:
    link = Link("https://shop.example.com/tonight", "今晚的清单", "八点开始", "https://shop.example.com/a.jpg")
    assert ask(feed_id, link=link).state == TaskState.CREATED
    work()
    task = only()
    assert (task.state, task.asked) == (TaskState.WAITING, None)
    (msgid,) = platform.tasks
    made = platform.tasks[msgid]["asked"]
    assert made["chat_id_list"] == ["wr-1"]
    assert made["attachments"][0]["link"]["url"] == link.url
    outboxworker.follow(None)  # type: ignore[arg-type]
    assert (only().sent, only().asked, only().state) == (0, 1, TaskState.WAITING)
    platform.confirm(msgid, "lisi")
    outboxworker.follow(None)  # type: ignore[arg-type]
    task = only()
    assert (task.sent, task.asked, task.reached, task.state) == (1, 1, 1, TaskState.SENT)
    asked = len(platform.asked)
    outboxworker.follow(None)  # type: ignore[arg-type]
    assert len(platform.asked) == asked, "what is complete is not asked for again"
    acts = [(one.act, one.actor) for one in eventlog.audit_entries(thing=f"message:{task.id}")]
    assert acts == [("message.ordered", "user:7")]


def test_it_names_customers_by_owner_and_tags(platform: Wecom, feed_id: str) -> None:
    ask(feed_id, to_groups=False, groups=(), tags=("et-1", "et-2"))
    ask(feed_id, key="k2", to_groups=False, groups=(), tags=())
    work()
    with_tags, to_all = [one["asked"] for one in platform.tasks.values()]
    assert with_tags["tag_filter"] == {"group_list": [{"tag_list": ["et-1", "et-2"]}]}
    assert "tag_filter" not in to_all
    assert (with_tags["chat_type"], to_all["sender"]) == ("single", "lisi")


def test_it_makes_one_task_of_one_key(platform: Wecom, feed_id: str) -> None:
    first, second = ask(feed_id), ask(feed_id, text="another text")
    work()
    again = ask(feed_id)
    work()
    assert first.id == second.id == again.id
    assert len(platform.tasks) == 1
    assert len(eventlog.audit_entries(thing=f"message:{first.id}")) == 1
    with pytest.raises(eventlog.outbox.BadCommand):
        ask(feed_id, key="")


def test_it_asks_back_after_a_kill_and_makes_no_second_task(
    platform: Wecom, feed_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(feed_id)
    lost(platform, monkeypatch)
    assert only().state == TaskState.ASKED
    with pytest.raises(NothingToTakeBack):
        outreach.take_back(only().id, actor="user:7")
    long_ago()
    work()
    assert only().state == TaskState.WAITING
    assert len(platform.tasks) == platform.paths().count(CREATE) == 1


def test_it_waits_before_it_believes_that_nothing_arrived(
    platform: Wecom, feed_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WeCom may list a task late: the call is repeated only when it is not listed two minutes after it was made."""
    ask(feed_id)
    lost(platform, monkeypatch)
    platform.is_hiding = True
    work(tries=2)
    assert (only().state, platform.paths().count(CREATE)) == (TaskState.ASKED, 1)
    platform.is_hiding = False
    work()
    assert (only().state, len(platform.tasks)) == (TaskState.WAITING, 1)


@pytest.mark.parametrize("told", [Told({}, 502), Told(is_cut=True, body={"errcode": 0}), Told(raw=b"<html>")])
def test_it_repeats_a_call_that_never_arrived_once_it_is_sure(platform: Wecom, feed_id: str, told: Told) -> None:
    platform.fail_once(told, path="add_msg_template")
    ask(feed_id)
    work(tries=2)
    assert (only().state, len(platform.tasks)) == (TaskState.ASKED, 0)
    assert only().problem
    long_ago()
    work()
    assert (only().state, len(platform.tasks), platform.paths().count(CREATE)) == (TaskState.WAITING, 1, 2)


def test_it_takes_the_answer_of_its_own_call_among_tasks_that_say_the_same(
    platform: Wecom, feed_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(feed_id, key="other")
    work()
    ask(feed_id, key="other sender", sender="zhangsan", groups=("wr-2",))
    lost(platform, monkeypatch)
    ask(feed_id, key="mine")
    lost(platform, monkeypatch)
    long_ago()
    work(tries=8)
    assert {one.state for one in outreach.tasks()} == {TaskState.WAITING}
    assert len(platform.tasks) == platform.paths().count(CREATE) == 3
    senders = {one["asked"]["sender"]: msgid for msgid, one in platform.tasks.items() if msgid != "msg-1"}
    answers = {one.args["sender"]: one.answer["msgid"] for one in eventlog.outbox.commands() if one.key != "other"}
    assert answers == senders


def test_it_asks_for_nothing_twice_after_older_records_were_restored(platform: Wecom, feed_id: str) -> None:
    """A backup from before the call holds the command as waiting, and its job."""
    ask(feed_id)
    before = (Command.objects.values().get(), Job.objects.filter(task="outbox.deliver").values().get())
    work()
    Command.objects.filter(id=before[0]["id"]).update(**{**before[0], "created_at": clock.now_us() - 3 * MINUTE_US})
    Job.objects.filter(id=before[1]["id"]).update(**before[1])
    assert only().state == TaskState.CREATED
    work()
    assert (only().state, len(platform.tasks)) == (TaskState.WAITING, 1)


def test_it_lets_one_of_two_workers_repeat_a_call(
    platform: Wecom, feed_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.fail_once(Told({}, 502), path="add_msg_template")
    task = ask(feed_id)
    work(tries=1)
    long_ago()
    sent_at = eventlog.outbox.command(task.id).sent_at
    assert sent_at is not None
    assert eventlog.outbox.begin_again(task.id, sent_at=sent_at)
    assert not eventlog.outbox.begin_again(task.id, sent_at=sent_at)
    assert not eventlog.outbox.begin(task.id)


def test_it_renews_a_token_and_heeds_a_limit_without_a_second_task(platform: Wecom, feed_id: str) -> None:
    platform.access.clear()
    platform.fail_once(Told({"errcode": 45009, "errmsg": "api freq out of limit"}), path="add_msg_template", after=1)
    ask(feed_id)
    work(tries=6)
    assert (only().state, len(platform.tasks)) == (TaskState.WAITING, 1)
    assert platform.grants == 2


def test_it_says_why_wecom_refuses(platform: Wecom, feed_id: str) -> None:
    platform.fail_once(Told({"errcode": 84074, "errmsg": "no privilege"}), path="add_msg_template")
    platform.fail_once(Told({"errcode": 40096, "errmsg": "invalid external userid"}), path="add_msg_template")
    ask(feed_id)
    work()
    ask(feed_id, key="k2")
    work()
    second, first = outreach.tasks()
    assert (first.state, first.code) == (TaskState.REFUSED, "not_allowed")
    assert "customer interfaces" in first.problem
    assert (second.state, second.can_take_back) == (TaskState.REFUSED, False)
    assert "40096" in second.problem


def test_it_takes_a_task_back_before_and_after_wecom_made_it(platform: Wecom, feed_id: str) -> None:
    early = ask(feed_id)
    assert outreach.take_back(early.id, actor="user:7", why="wrong text").state == TaskState.TAKEN_BACK
    work()
    assert not platform.tasks
    late = ask(feed_id, key="k2")
    work()
    assert outreach.take_back(late.id, actor="user:7").state == TaskState.TAKING_BACK
    work()
    assert outreach.tasks()[0].state == TaskState.TAKEN_BACK
    assert platform.stopped == list(platform.tasks)
    with pytest.raises(NothingToTakeBack):
        outreach.take_back(late.id, actor="user:7")
    (entry, *_rest) = eventlog.audit_entries(thing=f"message:{early.id}")
    assert (entry.act, entry.why) == ("message.taken_back", "wrong text")


def test_it_can_be_taken_back_again_after_a_refusal(platform: Wecom, feed_id: str) -> None:
    task = ask(feed_id)
    work()
    platform.fail_once(Told({"errcode": 41048, "errmsg": "msg already sent"}), path="cancel_groupmsg_send")
    outreach.take_back(task.id, actor="user:7")
    work()
    assert only().state == TaskState.WAITING
    assert "41048" in only().problem
    outreach.take_back(task.id, actor="user:7")
    work()
    assert only().state == TaskState.TAKEN_BACK


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": "  "}, "text"), ({"text": "好" * 1400}, "text"), ({"sender": "nobody"}, "sender"),
        ({"sender": ""}, "sender"), ({"groups": ()}, "groups"), ({"groups": ("wr-2",)}, "groups"),
        ({"to_groups": False, "groups": (), "tags": ("gone",)}, "tags"),
        ({"link": Link("shop.example.com", "x")}, "url"), ({"link": Link("https://a.example.com", "")}, "title"),
        ({"link": Link("https://a.example.com", "x", picture="a.jpg")}, "picture"),
        ({"link": Link("https://a.example.com", "题" * 43)}, "title"),
    ],
)  # fmt: skip
def test_it_says_which_field_to_mend(platform: Wecom, feed_id: str, more: dict[str, object], field: str) -> None:
    with pytest.raises(BadMessage) as refusal:
        ask(feed_id, **more)
    assert refusal.value.ids["field"] == field
    assert not eventlog.outbox.commands()


def test_it_says_why_the_audience_cannot_be_read(platform: Wecom, feed_id: str) -> None:
    eventlog.keep_setting(feed_id, "contact_secret", "wrong")
    outreach.ask_audience(feed_id, actor="user:1")
    work()
    known = outreach.audience(feed_id)
    assert known.code == "bad_secret"
    assert known.owners, "what was read before stays"


def test_it_offers_only_what_its_manifest_names() -> None:
    assert set(actions.ACTIONS) == set(registry.manifest_of("wecom").actions)
    acting = [one.id for one in registry.manifests().values() if outboxworker.actions_of(one.id) is not None]
    assert acting == ["wecom"]
