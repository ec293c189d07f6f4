"""Field numbers of the messages that we read. Source: douyin.proto of the package douyin-live-chat 1.0.4."""

FRAME = {6: "payloadEncoding", 7: "payloadType", 8: "payload"}
RESPONSE = {1: "messagesList", 4: "now"}
MESSAGES = 1
ENVELOPE = {1: "method", 2: "payload", 3: "msgId"}
COMMON = {2: "msgId", 3: "roomId", 4: "createTime"}
PERSON = {1: "id", 3: "nickName", 46: "secUid", 1028: "idStr"}
GIFT = {5: "id", 10: "combo", 11: "type", 12: "diamondCount", 16: "name"}

CHAT = {1: "common", 2: "user", 3: "content", 15: "eventTime"}
EMOJI = {1: "common", 2: "user", 3: "emojiId", 5: "defaultContent"}
GIFT_MESSAGE = {
    1: "common", 2: "giftId", 4: "groupCount", 5: "repeatCount", 6: "comboCount", 7: "user", 9: "repeatEnd",
    11: "groupId", 15: "gift", 29: "totalCount", 35: "traceId",
}  # fmt: skip
LIKE = {1: "common", 2: "count", 3: "total", 5: "user"}
ENTRY = {1: "common", 2: "user", 3: "memberCount", 12: "userId"}
SOCIAL = {1: "common", 2: "user", 4: "action"}
AUDIENCE = {1: "common", 3: "total", 7: "totalUser"}
STATS = {1: "common", 5: "displayValue"}
FANS_CLUB = {1: "common", 2: "type", 4: "user"}
CONTROL = {1: "common", 2: "status"}
ANY = {1: "common"}
