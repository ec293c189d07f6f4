"""What each payload becomes, for the reference page."""

from kaibo.connectors.wecom.translate import _CHANGES

ROWS = (
    *((f"change_external_chat, {detail}", kind, "one per person listed") for detail, kind in _CHANGES.items()),
    ("any other callback", "unknown", "contacts, tags, messages to the app, chat archive"),
    ("reply of an interface", "skipped", "group statistics come with the client"),
)
DROPPED = {
    "UserID, ExternalUserID, FromUserName": "people; those who join or leave a group are hashed as viewers",
    "Content, PicUrl, MediaId, Location_*, Label": "private messages to the app",
    "WelcomeCode, Token, SuiteId": "keys for calls back",
}
