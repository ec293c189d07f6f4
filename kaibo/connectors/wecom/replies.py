"""Replies of WeCom's interfaces for customers: figures of groups, customers, and who confirmed a message task. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import xxhash

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import as_object, count, figure, guarded, instant, needed, objects, text, unknown
from kaibo.kit.clock import DAY_US

PLATFORM = "wecom"
NO_EVENTS = "a reply without groups, customers or tasks"
CUSTOMER = "2"  # type of a group's member: not of the company
DAY_FIGURES = {
    "chat_total": "cumulative", "member_total": "cumulative", "new_chat_cnt": "point", "chat_has_msg": "point",
    "new_member_cnt": "point", "member_has_msg": "point", "msg_total": "cumulative",
}  # fmt: skip
"""Names of the statistics, each kept under its own; those of one day alone are points."""
STATES = {"0": "waiting", "1": "confirmed", "2": "sent"}
"""`status` of a member's task. WeCom sends nothing by itself: a member has to confirm."""
KEPT = ("add_way", "state", "type")


def reply(given: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    """Whatever of ours the reply holds; `corp`, `as_of`, and of a task `msgid` and `created`, are what was asked."""
    corp = f"corp:{told.get('corp') or 'none'}"
    if isinstance(given.get("group_chat"), dict):
        yield from _group(given["group_chat"], told)
    elif isinstance(given.get("items"), list) and any("stat_time" in one for one in objects(given["items"], "items")):
        yield from guarded(objects(given["items"], "items"), lambda row: _day(row, corp))
    elif given.get("external_contact_list"):
        contacts = objects(given["external_contact_list"], "external_contact_list")
        yield from guarded(contacts, lambda row: _contact(row, corp))
    elif given.get("task_list") and told.get("msgid"):
        tasks = objects(given["task_list"], "task_list")
        yield from guarded(tasks, lambda row: _task(row, corp, told))
    else:
        yield Skipped(NO_EVENTS)


def _group(chat: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    """How many people are in a group, and how many of them are customers. Who joins and leaves, callbacks tell."""
    room, members = needed(text(chat.get("chat_id")), "chat_id"), objects(chat.get("member_list") or [], "member_list")
    at = instant(told.get("as_of"), told.get("received_at"))
    if at is None:
        yield Skipped(NO_EVENTS)
        return
    customers = sum(text(one.get("type")) == CUSTOMER for one in members)
    for name, value in (("group_members", len(members)), ("group_customers", customers)):
        yield figure(name, value, platform=PLATFORM, room_id=room, at=at, basis="point")


def _day(row: dict[str, Any], corp: str) -> Iterator[Outcome]:
    """A day's statistics of all groups, stated as of its end."""
    at = needed(instant(row.get("stat_time")), "stat_time") + DAY_US - 1
    data = as_object(row.get("data"), "data")
    for name, basis in DAY_FIGURES.items():
        value = count(data.get(name))
        if value is not None:
            yield figure(f"group_day.{name}", value, platform=PLATFORM, room_id=corp, at=at, basis=basis, is_final=True)


def _contact(row: dict[str, Any], corp: str) -> Iterator[Outcome]:
    """A customer whom a member has added: there is no kind for it, so it is kept as unknown with the way they came."""
    person = as_object(row.get("external_contact"), "external_contact")
    follow = as_object(row.get("follow_info") or {}, "follow_info")
    customer = needed(text(person.get("external_userid")), "external_userid")
    at = needed(instant(follow.get("createtime")), "createtime")
    key = _mark(customer, text(follow.get("userid")) or "")
    known = {name: follow.get(name, person.get(name)) for name in KEPT}
    kept = {name: value for name, value in known.items() if value not in (None, "")}
    event = unknown("external_contact", kept, platform=PLATFORM, room_id=corp, event_id=f"contact:{key}", at=at)
    event.viewer_id = customer
    yield event


def _task(row: dict[str, Any], corp: str, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One member's state of a task: each state is an event of its own, at the time of the task or of sending."""
    member = needed(text(row.get("userid")), "userid")
    status = needed(text(row.get("status")), "status")
    at = needed(instant(row.get("send_time"), told.get("created"), told.get("received_at")), "send_time")
    state = STATES.get(status, f"status {status}")
    kept = {"msgid": told["msgid"], "chat_type": told.get("chat_type"), "member": _mark(member), "state": state}
    key = f"task:{_mark(told['msgid'], member)}:{status}"
    yield unknown("message_task", kept, platform=PLATFORM, room_id=corp, event_id=key, at=at)


def _mark(*ids: str) -> str:
    """Tells people apart without naming them."""
    return xxhash.xxh3_128_hexdigest("\0".join(ids).encode())
