"""Bots of the team's chat groups: a text goes out as background work, so a bot that is down holds up nobody.

The address of a bot is a secret and stands in the environment alone (`KAIBO_BOT_<NAME>`), as the platform shows it when
the bot is made. DingTalk, Feishu and WeCom are spoken to directly, because they answer 200 also when they refuse and
the refusal must be seen; every other address goes through apprise.
"""

import base64
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from kaibo.connectors.contracts import BadBot, BotView, PostView
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.work import GiveUp, Run, task
from kaibo.kit import clock, env

if TYPE_CHECKING:
    import httpx

TASK = "bots.post"
TIMEOUT_SECONDS = 10
LONGEST = 4000
WECOM_BYTES = 2048
"""Source: WeCom refuses a longer text; DingTalk and Feishu take 20 KB."""
LATE_US = 20 * clock.MINUTE_US
"""A round that arrives later than this says old numbers as if they were new."""
PATHS = {
    "/robot/send": "dingtalk",
    "/cgi-bin/webhook/send": "wecom",
    "/open-apis/bot/v2/hook/": "feishu",
}
"""How the three write the address of a bot."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class BotRefused(Exception):
    """The bot did not take the message; tried again."""


def bots() -> list[BotView]:
    """Bots of the environment, by name; one whose address cannot be is named with its problem."""
    found = []
    for name, address in sorted(env.bot_addresses().items()):
        try:
            found.append(BotView(name, kind_of(address)))
        except BadBot as error:
            found.append(BotView(name, "", error.sentence))
    return found


def kind_of(address: str) -> str:
    """dingtalk, wecom, feishu, or the scheme that apprise knows. Raises BadBot without repeating the address."""
    parts = urlsplit(address)
    for path, kind in PATHS.items():
        if parts.scheme in {"http", "https"} and parts.path.startswith(path):
            if parts.scheme == "http" and parts.hostname not in LOOPBACK:
                raise BadBot("the address of the bot is not https", fix="copy it again from the platform")
            return kind
    import apprise

    if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
        raise BadBot(
            "nobody knows this kind of bot address",
            fix="copy the webhook address from DingTalk, Feishu or WeCom, or write one that apprise knows",
        )
    return parts.scheme


def post(bot_id: str, text: str, *, key: str, actor: str, until_us: int | None = None) -> int:
    """Put a text on its way to a bot, in the caller's transaction; the job's id. The same unfinished `key` goes once.

    Raises: BadBot for a name without an address.
    """
    if bot_id not in env.bot_addresses():
        raise BadBot(f"there is no bot '{bot_id}'", fix=f"set KAIBO_BOT_{bot_id.upper()}", bot=bot_id)
    until = clock.now_us() + LATE_US if until_us is None else until_us
    args = {"bot": bot_id, "text": text[:LONGEST], "until_us": until}
    return eventlog.work.enqueue(TASK, args, key=f"{key}:{bot_id}", actor=actor)


def posts(key: str, bot_ids: tuple[str, ...]) -> list[PostView]:
    """The latest post of a key to each of the bots. Cost: one query a bot."""
    found = []
    for bot_id in bot_ids:
        jobs = eventlog.work.jobs(task=TASK, key=f"{key}:{bot_id}", limit=1)
        for job in jobs:
            state = {"done": "delivered", "failed": "failed", "canceled": "failed"}.get(job.state, "waiting")
            found.append(PostView(job.id, bot_id, state, job.tries, job.reason, job.created_at, job.finished_at))
    return found


@task(TASK, tries=5, limit_seconds=60)
def deliver(run: Run, *, bot: str, text: str, until_us: int) -> str:
    """Send one text to one bot; too late is given up, a refusal is tried again."""
    address = env.bot_addresses().get(bot, "")
    if not address:
        raise GiveUp(f"KAIBO_BOT_{bot.upper()} is not set any more")
    if clock.now_us() > until_us:
        raise GiveUp("too late: the numbers of this text are old by now")
    try:
        send(address, text)
    except BadBot as error:
        raise GiveUp(error.sentence) from None
    return f"try {run.tries}"


def send(address: str, text: str) -> None:
    """Say it now. Raises: BotRefused with the platform's own words, BadBot; never with the address in them."""
    kind = kind_of(address)
    if kind not in PATHS.values():
        _send_by_apprise(address, text)
        return
    import httpx

    url, secret = _without_secret(address)
    body, query = _message(kind, text, secret=secret)
    try:
        answer = httpx.post(_with_query(url, query), json=body, timeout=TIMEOUT_SECONDS)
    except httpx.HTTPError as error:
        raise BotRefused(f"no answer: {type(error).__name__}") from None  # its text repeats the address
    if answer.status_code != 200:
        raise BotRefused(f"HTTP {answer.status_code}")
    told = _told(answer)
    code = told.get("errcode", told.get("code", told.get("StatusCode")))
    if code not in {0, None}:
        words = str(told.get("errmsg") or told.get("msg") or "")
        raise BotRefused(f"refused with {code}: {words[:200]}")


def _told(answer: "httpx.Response") -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        raise BotRefused("the answer is no JSON") from None
    if not isinstance(told, dict):
        raise BotRefused("the answer is no JSON object")
    return told


def _message(kind: str, text: str, *, secret: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Body and extra query of a text, signed where a secret is set. Source: custom bots of DingTalk, Feishu, WeCom."""
    if kind == "feishu":
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if secret:
            stamp = str(int(time.time()))
            sign = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
            body |= {"timestamp": stamp, "sign": base64.b64encode(sign).decode()}
        return body, {}
    if kind == "wecom" and len(text.encode()) > WECOM_BYTES:
        text = text.encode()[: WECOM_BYTES - 3].decode(errors="ignore") + "…"
    body = {"msgtype": "text", "text": {"content": text}}
    if kind == "dingtalk" and secret:
        stamp = str(int(time.time() * 1000))
        sign = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        return body, {"timestamp": stamp, "sign": base64.b64encode(sign).decode()}
    return body, {}


def _without_secret(address: str) -> tuple[str, str]:
    """The address as the platform wants it, and the signing secret that we let people write behind it."""
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    secret = next((value for name, value in query if name == "secret"), "")
    rest = urlencode([(name, value) for name, value in query if name != "secret"])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, rest, "")), secret


def _with_query(url: str, more: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}" if more else url


def _send_by_apprise(address: str, text: str) -> None:
    import apprise

    with apprise.LogCapture(level=logging.WARNING) as captured:  # type: ignore[no-untyped-call]
        is_sent = apprise.Apprise(address).notify(body=text, body_format=apprise.NotifyFormat.TEXT)
        said = captured.getvalue()
    if not is_sent:
        raise BotRefused(_redacted(said, address) or "not delivered")


def _redacted(said: str, address: str) -> str:
    """The last line of a log without any part of the address."""
    line = said.strip().splitlines()[-1] if said.strip() else ""
    for part in sorted(re.split(r"[/?&=@:]+", address), key=len, reverse=True):
        if len(part) >= 6:
            line = line.replace(part, "…")
    return line[:200]
