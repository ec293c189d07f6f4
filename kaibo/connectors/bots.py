"""Bots of the team's chat groups: a text goes out as background work, so a bot that is down holds up nobody.

The address of a bot is a secret: it stands in the environment (`KAIBO_BOT_<NAME>`), or was typed into the form and is
sealed; the environment goes first, and nobody is shown it again. DingTalk, Feishu and WeCom are spoken to directly,
because they answer 200 also when they refuse and the refusal must be seen; every other address goes through apprise.
"""

import base64
import hashlib
import hmac
import logging
import re
import time
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import transaction

from kaibo.connectors.contracts import BadBot, BotView, PostView
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.work import GiveUp, Run, task
from kaibo.kit import clock, env
from kaibo.kit.errors import BadConfiguration
from kaibo.kit.speech import gettext as _

log = logging.getLogger("kaibo.connectors")

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
HOSTS = {
    "dingtalk": frozenset({"oapi.dingtalk.com"}),
    "wecom": frozenset({"qyapi.weixin.qq.com"}),
    "feishu": frozenset({"open.feishu.cn", "open.larksuite.com"}),
}
"""Where the form lets a bot live. Any other host, and whatever else apprise knows, only the environment may name: a
form must not make the server call addresses of the team's own network."""
OWNER = "bots"
"""Under what typed addresses are sealed, beside the settings of feeds; no feed has this id."""
NAME = re.compile(r"[\w-]{1,40}\Z")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class BotRefused(Exception):
    """The bot did not take the message; tried again."""


def bots() -> list[BotView]:
    """Every bot by name; one whose address cannot be is named with its problem. Cost: one query and one a typed bot."""
    fixed = env.bot_addresses()
    found = []
    for name in sorted(fixed.keys() | eventlog.kept_names(OWNER)):
        try:
            found.append(BotView(name, kind_of(address_of(name)), is_fixed=name in fixed))
        except (BadBot, BadConfiguration) as error:
            found.append(BotView(name, "", error.sentence, is_fixed=name in fixed))
    return found


def address_of(name: str) -> str:
    """The address: the environment's, else the typed one; empty without either. Raises BadConfiguration."""
    return env.bot_addresses().get(name) or eventlog.kept_setting(OWNER, name)


def keep(name: str, address: str, *, actor: str) -> BotView:
    """Seal a typed address under a name, or a new address under a known one. Raises: BadBot, never with the address."""
    told = unicodedata.normalize("NFKC", name).strip().lower()
    if not NAME.match(told):
        raise BadBot(_("A bot needs a name of letters and digits."), fix=_("Call it by its chat group, like team."))
    if told in env.bot_addresses():
        raise BadBot(
            _("The address of this bot stands in the environment of the server, which goes first."),
            fix=_("Choose another name, or take the variable away."),
        )
    kind = _formal_kind(address.strip())
    is_new = told not in eventlog.kept_names(OWNER)
    with transaction.atomic():
        eventlog.keep_setting(OWNER, told, address.strip())
        eventlog.audit(actor, "bot.added" if is_new else "bot.changed", f"bot:{told}", after={"kind": kind})
    return BotView(told, kind)


def drop(name: str, *, actor: str) -> None:
    """Forget a typed address. Raises: BadBot where none was typed."""
    if name not in eventlog.kept_names(OWNER):
        raise BadBot(_("There is no such bot."), fix=_("Reload the page."))
    with transaction.atomic():
        eventlog.keep_setting(OWNER, name, "")
        eventlog.audit(actor, "bot.dropped", f"bot:{name}")


def _formal_kind(address: str) -> str:
    """The kind of an address as a form may take it."""
    parts = urlsplit(address)
    kind = next((kind for path, kind in PATHS.items() if parts.path.startswith(path)), "")
    if not kind or parts.hostname not in HOSTS[kind]:
        raise BadBot(
            _("This is no webhook address of DingTalk, Feishu or WeCom."),
            fix=_(
                "Copy it from the bot's settings in the chat group: it begins with https://oapi.dingtalk.com,"
                " https://open.feishu.cn or https://qyapi.weixin.qq.com."
            ),
        )
    return kind_of(address)


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
    if not address_of(bot_id):
        raise BadBot(f"there is no bot '{bot_id}'", fix=f"add it, or set KAIBO_BOT_{bot_id.upper()}", bot=bot_id)
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
    address = address_of(bot)
    if not address:
        raise GiveUp(f"the bot '{bot}' has no address any more")
    if clock.now_us() > until_us:
        raise GiveUp("too late: the numbers of this text are old by now")
    try:
        send(address, text)
    except BadBot as error:
        raise GiveUp(error.sentence) from None
    log.info("a text reached the bot %s with try %d", bot, run.tries)
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
