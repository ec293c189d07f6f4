"""What a client is held to survive: names, and how a page says them."""

FAULTS = {
    "token": {"en": "token ends in mid-page", "zh": "翻页途中令牌过期"},
    "limit": {"en": "429", "zh": "限流（429）"},
    "outage": {"en": "a minute of 5xx", "zh": "一分钟 5xx"},
    "kill": {"en": "kill and restart", "zh": "被强杀后重启"},
    "duplicates": {"en": "duplicates", "zh": "重复推送"},
    "disorder": {"en": "reordering", "zh": "乱序"},
}
"""Fault -> its name. A manifest says under `lacks` which of them its protocol does not know, and why."""
