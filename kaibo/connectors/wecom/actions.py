"""What WeCom can be asked to do: message tasks that a member of the company confirms, and taking them back.

Source: developer.work.weixin.qq.com, add_msg_template, get_groupmsg_list_v2, get_groupmsg_task,
get_groupmsg_send_result, cancel_groupmsg_send. WeCom knows no idempotency key: `find` asks what became of a call whose
answer was lost.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from kaibo.connectors.calling import closing, needed_settings, refuse
from kaibo.connectors.contracts import ConfigProblem, Ok
from kaibo.connectors.payloads import text, whole
from kaibo.connectors.polling import Line
from kaibo.connectors.wecom.client import (
    CHATS,
    EVERYBODY,
    NEEDS,
    PAGE_SIZE,
    Ask,
    asker,
    calls,
    from_place,
    rows_of,
)
from kaibo.kit.clock import MICROS
from kaibo.kit.speech import gettext as _

CREATE, CANCEL = "message.create", "message.cancel"
ACTIONS = (CREATE, CANCEL)
TEXT_BYTES, TITLE_BYTES, ABOUT_BYTES, ADDRESS_BYTES = 4000, 128, 512, 2048
GROUPS = 2000
"""Source: add_msg_template."""
EARLY_SECONDS, LATE_SECONDS = 300, 60
"""How far WeCom's clock and ours may be apart."""
SENT, REACHED = 2, 1
SINGLE, GROUP = CHATS


def check(action: str, args: Mapping[str, Any]) -> Ok | ConfigProblem:
    """Whether WeCom can be asked for this, by what its documents say. Pure."""
    if action == CANCEL:
        return Ok() if args.get("msgid") else ConfigProblem("msgid", _("Which task?"))
    said = str(args.get("text") or "")
    if not said.strip():
        return ConfigProblem("text", _("The message has no text."))
    if len(said.encode()) > TEXT_BYTES:
        return ConfigProblem(
            "text", _("The text is longer than %(most)s bytes (about 1,300 Chinese characters).") % {"most": TEXT_BYTES}
        )
    if not args.get("sender"):
        return ConfigProblem("sender", _("Choose the member who sends it: WeCom sends nothing by itself."))
    if args.get("chat_type") not in CHATS:
        return ConfigProblem("chat_type", _("Choose customers or groups."))
    if args["chat_type"] == GROUP and not 0 < len(args.get("groups") or ()) <= GROUPS:
        return ConfigProblem("groups", _("Choose 1 to %(most)s groups.") % {"most": GROUPS})
    return _check_link(args.get("link"))


def _check_link(link: Mapping[str, Any] | None) -> Ok | ConfigProblem:
    if not link:
        return Ok()
    for name in ("url", "picture"):
        address = str(link.get(name) or "")
        parts = urlsplit(address) if address.isprintable() else None
        if name == "picture" and not address:
            continue
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            return ConfigProblem(name, _("Write the whole address, https://…"))
        if len(address.encode()) > ADDRESS_BYTES:
            return ConfigProblem(name, _("The address is longer than %(most)s bytes.") % {"most": ADDRESS_BYTES})
    title = str(link.get("title") or "")
    if not title.strip() or len(title.encode()) > TITLE_BYTES:
        return ConfigProblem("title", _("The link needs a title of at most %(most)s bytes.") % {"most": TITLE_BYTES})
    if len(str(link.get("about") or "").encode()) > ABOUT_BYTES:
        return ConfigProblem("about", _("The description is longer than %(most)s bytes.") % {"most": ABOUT_BYTES})
    return Ok()


def perform(action: str, args: Mapping[str, Any], line: Line) -> dict[str, Any]:
    """Ask once, and say what WeCom answered. Raises PlatformFault; its code says whether the answer is unknown."""
    needed_settings(line.settings, *NEEDS)
    with closing(calls(replace(line, options={**line.options, "attempts": 1}))) as caller:
        ask = asker(caller, line)
        if action == CANCEL:
            ask("cancel_groupmsg_send", {"msgid": args["msgid"]})
            return {}
        said = ask("add_msg_template", template(args)).said
    msgid = text(said.get("msgid"))
    if not msgid:
        refuse("no_task", "WeCom made no task: nobody of those named can be reached")
    return {"msgid": msgid, "count_unreachable": len(said.get("fail_list") or ())}


def template(args: Mapping[str, Any]) -> dict[str, Any]:
    """The body of add_msg_template. Customers are named by their owner and any of some tags, never one by one."""
    wanted: dict[str, Any] = {
        "chat_type": args["chat_type"],
        "sender": args["sender"],
        "text": {"content": args["text"]},
    }
    if args["chat_type"] == GROUP:
        wanted["chat_id_list"] = list(args["groups"])
    elif args.get("tags"):
        wanted["tag_filter"] = {"group_list": [{"tag_list": list(args["tags"])}]}
    if link := args.get("link"):
        told = {"title": link["title"], "picurl": link.get("picture"), "desc": link.get("about"), "url": link["url"]}
        kept = {name: value for name, value in told.items() if value}
        wanted["attachments"] = [{"msgtype": "link", "link": kept}]
    return wanted


def find(
    action: str, args: Mapping[str, Any], line: Line, *, since_us: int, known: Collection[str]
) -> dict[str, Any] | None:
    """The answer of a call that was lost, where WeCom did what it asked; None where nothing is found.

    Shape: a task of that time with the same text and link, whose only member is the sender, and which is not among
    `known`. Taking a task back twice does no harm, so that is never looked for.
    """
    if action == CANCEL:
        return None
    with closing(calls(line)) as caller:
        ask = asker(caller, line)
        span = {
            "start_time": since_us // MICROS - EARLY_SECONDS,
            "end_time": line.clock.now_us() // MICROS + LATE_SECONDS,
        }
        wanted = {"chat_type": args["chat_type"], "filter_type": EVERYBODY, "limit": PAGE_SIZE, **span}
        for one in _paged(ask, "get_groupmsg_list_v2", wanted, "group_msg_list"):
            msgid = text(one.get("msgid"))
            if not msgid or msgid in known or not _is_same(one, args):
                continue
            if {text(row.get("userid")) for row in _senders(ask, msgid)} == {args["sender"]}:
                return {"msgid": msgid, "count_unreachable": None}
    return None


def follow(args: Mapping[str, Any], answer: Mapping[str, Any], line: Line) -> dict[str, int]:
    """How many members have sent it, and how many customers or groups got it or could not.

    Shape: counts only; nobody is named.
    """
    msgid, found = str(answer["msgid"]), {"asked": 0, "sent": 0, "reached": 0, "missed": 0}
    with closing(calls(line)) as caller:
        ask = asker(caller, line)
        for row in _senders(ask, msgid):
            found["asked"] += 1
            found["sent"] += whole(row.get("status")) == SENT
        if found["sent"]:
            wanted = {"msgid": msgid, "userid": args["sender"], "limit": PAGE_SIZE}
            for row in _paged(ask, "get_groupmsg_send_result", wanted, "send_list"):
                status = whole(row.get("status"))
                found["reached"] += status == REACHED
                found["missed"] += status not in (0, REACHED)
    return found


def audience(line: Line) -> dict[str, Any]:
    """Who can be written to: members who serve customers, their groups, the company's tags. No customer by name.

    Cost: a call per group.
    """
    needed_settings(line.settings, *NEEDS)
    with closing(calls(line)) as caller:
        ask = asker(caller, line)
        owners = ask("get_follow_user_list", None).said.get("follow_user")
        chats = [text(one.get("chat_id")) for one in _paged(ask, "groupchat/list", _every_group(), "group_chat_list")]
        groups = [_group(ask, chat) for chat in chats if chat]
        tags = [
            {"id": text(tag.get("id")), "name": text(tag.get("name")), "group": text(group.get("group_name"))}
            for group in rows_of(ask("get_corp_tag_list", {}).said, "tag_group")
            for tag in rows_of(group, "tag")
        ]
    return {
        "owners": sorted(filter(None, map(text, owners if isinstance(owners, list) else []))),
        "groups": groups,
        "tags": tags,
    }


def _every_group() -> dict[str, Any]:
    return {"status_filter": 0, "limit": PAGE_SIZE}


def _group(ask: Ask, chat: str) -> dict[str, Any]:
    said = ask("groupchat/get", {"chat_id": chat, "need_name": 0}).said.get("group_chat")
    found = said if isinstance(said, dict) else {}
    people = rows_of(found, "member_list")
    return {"id": chat, "name": text(found.get("name")), "owner": text(found.get("owner")), "people": len(people)}


def _is_same(one: Mapping[str, Any], args: Mapping[str, Any]) -> bool:
    """Whether a task says what was asked for; links are compared by address and title."""
    said = one.get("text")
    content = text(said.get("content")) if isinstance(said, dict) else None
    links = [row.get("link") for row in rows_of(dict(one), "attachments") if row.get("msgtype") == "link"]
    told = [(text(row.get("url")), text(row.get("title"))) for row in links if isinstance(row, dict)]
    link = args.get("link")
    return content == text(args["text"]) and told == ([(text(link["url"]), text(link["title"]))] if link else [])


def _senders(ask: Ask, msgid: str) -> Iterator[dict[str, Any]]:
    yield from _paged(ask, "get_groupmsg_task", {"msgid": msgid, "limit": PAGE_SIZE}, "task_list")


def _paged(ask: Ask, path: str, wanted: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    place: str | None = None
    while True:
        said = ask(path, {**wanted, **from_place(place)}).said
        yield from rows_of(said, name)
        place = text(said.get("next_cursor"))
        if not place:
            return
