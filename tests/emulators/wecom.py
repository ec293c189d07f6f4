"""A company on WeCom as documented: cursors, tokens of two hours, groups that grow, tasks that members confirm."""

from typing import Any

from tests.emulators.base import Asked, Platform, Told, VirtualClock

ROOT, TOKEN = "/cgi-bin/externalcontact/", "/cgi-bin/gettoken"
CORP, SECRET = "corp-1", "wecom-secret"
DAY = 86_400


class Wecom(Platform):
    def __init__(self, clock: VirtualClock | None = None, *, size: int = 3, token_seconds: int = 7_200) -> None:
        super().__init__(clock)
        self.size, self.token_seconds, self.grants = size, token_seconds, 0
        self.access: dict[str, int] = {}
        self.members = ["lisi", "zhangsan"]
        self.groups: dict[str, list[tuple[str, int]]] = {}
        self.contacts: list[tuple[str, str, int, str]] = []  # customer, member, when, state
        self.tasks: dict[str, dict[str, Any]] = {}
        self.messages: dict[int, int] = {}  # day -> messages in groups
        self.owners: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.stopped: list[str] = []
        self.is_hiding = False  # the list of tasks lags behind

    # -- what happens in the company ----------------------------------------------------------------------------

    def open_group(self, chat: str, customers: int, owner: str = "lisi") -> None:
        self.owners[chat] = owner
        self.groups[chat] = [(owner, 1), *((f"wm-{chat}-{number}", 2) for number in range(customers))]

    def add(self, customer: str, member: str, state: str = "") -> None:
        self.contacts.append((customer, member, self.clock.seconds, state))

    def ask_to_send(self, msgid: str, chat_type: str = "single") -> None:
        rows = dict.fromkeys(self.members, (0, 0))
        self.tasks[msgid] = {"created": self.clock.seconds, "type": chat_type, "rows": rows}

    def confirm(self, msgid: str, member: str) -> None:
        self.tasks[msgid]["rows"][member] = (2, self.clock.seconds)

    # -- what the platform says ---------------------------------------------------------------------------------

    def reply(self, asked: Asked) -> Told:
        if asked.path == TOKEN:
            return self._grant(asked.query)
        ends = self.access.get(asked.query.get("access_token", ""))
        if ends is None:
            return Told({"errcode": 40014, "errmsg": "invalid access_token"})
        if self.clock.seconds >= ends:
            return Told({"errcode": 42001, "errmsg": "access_token expired"})
        form, name = asked.json(), asked.path.removeprefix(ROOT)
        answers = {
            "get_follow_user_list": self._followers, "groupchat/list": self._groups, "groupchat/get": self._group,
            "groupchat/statistic_group_by_day": self._days, "batch/get_by_user": self._customers,
            "get_groupmsg_list_v2": self._messages, "get_groupmsg_task": self._task,
            "add_msg_template": self._made, "get_groupmsg_send_result": self._results,
            "cancel_groupmsg_send": self._stop, "get_corp_tag_list": self._tags,
        }  # fmt: skip
        if name not in answers:
            return Told({"errcode": 40066, "errmsg": "invalid url"})
        return Told({"errcode": 0, "errmsg": "ok", **answers[name](form)})

    def _page(self, rows: list[Any], form: dict[str, Any], name: str) -> dict[str, Any]:
        start, size = int(form.get("cursor") or 0), min(self.size, int(form["limit"]))
        more = {"next_cursor": str(start + size)} if start + size < len(rows) else {"next_cursor": ""}
        return {name: rows[start : start + size], **more}

    def _followers(self, _form: dict[str, Any]) -> dict[str, Any]:
        return {"follow_user": self.members}

    def _groups(self, form: dict[str, Any]) -> dict[str, Any]:
        return self._page([{"chat_id": chat, "status": 0} for chat in self.groups], form, "group_chat_list")

    def _group(self, form: dict[str, Any]) -> dict[str, Any]:
        members = [
            {"userid": person, "type": kind, "join_time": self.clock.seconds, "join_scene": 1, "group_nickname": "老王"}
            for person, kind in self.groups[form["chat_id"]]
        ]
        return {
            "group_chat": {
                "chat_id": form["chat_id"],
                "name": "福利群",
                "owner": self.owners[form["chat_id"]],
                "member_list": members,
            }
        }

    def _days(self, form: dict[str, Any]) -> dict[str, Any]:
        assert 0 < len(form["owner_filter"]["userid_list"]) <= 100
        days = range(form["day_begin_time"], form["day_end_time"] + 1, DAY)
        people = sum(len(one) for one in self.groups.values())
        data = {"chat_total": len(self.groups), "member_total": people, "new_member_cnt": 0}
        return {"items": [{"stat_time": day, "data": {**data, "msg_total": self.messages.get(day, 0)}} for day in days]}

    def _customers(self, form: dict[str, Any]) -> dict[str, Any]:
        rows = [
            {
                "external_contact": {"external_userid": customer, "name": "李四", "type": 1, "unionid": "union-1"},
                "follow_info": {
                    "userid": member, "remark": "李部长", "createtime": at, "add_way": 1, "state": state,
                    "remark_mobiles": ["13800000001"],
                },
            }
            for customer, member, at, state in self.contacts
            if member in form["userid_list"]
        ]  # fmt: skip
        return self._page(rows, form, "external_contact_list")

    def _messages(self, form: dict[str, Any]) -> dict[str, Any]:
        assert form["end_time"] - form["start_time"] <= 31 * DAY
        rows = [
            {
                "msgid": msgid,
                "creator": "boss",
                "create_time": task["created"],
                "create_type": 0,
                "text": task.get("asked", {}).get("text", {"content": "今晚八点开播"}),
                "attachments": task.get("asked", {}).get("attachments", []),
            }
            for msgid, task in self.tasks.items()
            if not self.is_hiding
            and task["type"] == form["chat_type"]
            and form["start_time"] <= task["created"] <= form["end_time"]
        ]
        return self._page(rows, form, "group_msg_list")

    def _made(self, form: dict[str, Any]) -> dict[str, Any]:
        """A task for one member; WeCom knows no key, so the same call twice makes two."""
        assert form["sender"] in self.members
        assert 0 < len(form["text"]["content"].encode()) <= 4000
        assert set(form.get("chat_id_list", ())) <= {
            chat for chat, owner in self.owners.items() if owner == form["sender"]
        }
        assert (form["chat_type"] == "group") == ("chat_id_list" in form)
        msgid = f"msg-{len(self.tasks) + 1}"
        rows = {form["sender"]: (0, 0)}
        self.tasks[msgid] = {"created": self.clock.seconds, "type": form["chat_type"], "rows": rows, "asked": form}
        return {"msgid": msgid, "fail_list": []}

    def _results(self, form: dict[str, Any]) -> dict[str, Any]:
        task = self.tasks[form["msgid"]]
        status, at = task["rows"][form["userid"]]
        chats = task["asked"].get("chat_id_list", ["-"])
        rows = [
            {"chat_id": chat, "userid": form["userid"], "status": min(status, 1), "send_time": at} for chat in chats
        ]
        return self._page(rows, form, "send_list")

    def _stop(self, form: dict[str, Any]) -> dict[str, Any]:
        assert form["msgid"] in self.tasks
        self.stopped.append(form["msgid"])
        return {}

    def _tags(self, _form: dict[str, Any]) -> dict[str, Any]:
        tags = [{"id": one, "name": name} for one, name in self.tags.items()]
        return {"tag_group": [{"group_id": "g1", "group_name": "来源", "tag": tags}]}

    def _task(self, form: dict[str, Any]) -> dict[str, Any]:
        rows = [
            {"userid": member, "status": status, **({"send_time": at} if at else {})}
            for member, (status, at) in self.tasks[form["msgid"]]["rows"].items()
        ]
        return self._page(rows, form, "task_list")

    def _grant(self, query: dict[str, str]) -> Told:
        if query.get("corpid") != CORP:
            return Told({"errcode": 40013, "errmsg": "invalid corpid"})
        if query.get("corpsecret") != SECRET:
            return Told({"errcode": 40001, "errmsg": "invalid credential"})
        self.grants += 1
        access = f"access-{self.grants}"
        self.access[access] = self.clock.seconds + self.token_seconds
        return Told({"errcode": 0, "errmsg": "ok", "access_token": access, "expires_in": self.token_seconds})
