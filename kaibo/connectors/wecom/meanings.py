"""What each payload becomes, for the reference page."""

from kaibo.connectors.wecom.translate import _CHANGES

ROWS = (
    *((f"change_external_chat, {detail}", kind, "one per person listed") for detail, kind in _CHANGES.items()),
    ("any other callback", "unknown", "contacts, tags, messages to the app, chat archive"),
    ("groupchat/get", "figure.reported", "group_members and group_customers; who joins and leaves, callbacks tell"),
    ("groupchat/statistic_group_by_day", "figure.reported", "group_day.…, as of the end of each day that is over"),
    ("batch/get_by_user, each customer", "unknown", "external_contact: add_way and state say the way they came"),
    ("get_groupmsg_task, each member", "unknown", "message_task: waiting, confirmed or sent, one event per state"),
    ("any other reply", "skipped", "lists of ids, templates, moments: no event of ours"),
)
DROPPED = {
    "UserID, ExternalUserID, FromUserName": "people; those who join a group and customers are hashed as viewers",
    "name, remark, remark_mobiles, unionid, avatar, group_nickname": "who customers are",
    "text, attachments of a task": "what was written; the task is known by its msgid",
    "Content, PicUrl, MediaId, Location_*, Label": "private messages to the app",
    "WelcomeCode, Token, SuiteId": "keys for calls back",
}
