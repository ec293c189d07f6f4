"""Bots of the team's chat groups: add one, try it, give it a new address, take it away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p
from django.utils.translation import pgettext_lazy

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rounds import api as rounds
from kaibo.connectors import api as connectors
from kaibo.connectors.contracts import BadBot
from kaibo.eventlog import api as eventlog
from kaibo.web.pages import fields, tools

KEY = "test:bots"
KINDS = {
    "dingtalk": pgettext_lazy("bot", "DingTalk"),
    "feishu": pgettext_lazy("bot", "Feishu"),
    "wecom": pgettext_lazy("bot", "WeCom"),
}
STATES = {"waiting": "", "delivered": "good", "failed": "bad"}


@tools.page("bot.edit", methods=("GET", "HEAD", "POST"))
def bots_page(request: HttpRequest) -> HttpResponseBase:
    """The list, and the form that adds a bot or gives a known one a new address."""
    problem: BadBot | None = None
    if request.method == "POST":
        try:
            bot = connectors.keep_bot(
                fields.text(request.POST, "name"), fields.text(request.POST, "address"), actor=tools.actor(request)
            )
        except BadBot as error:
            problem = error
        else:
            _send_test(bot.id, actor=tools.actor(request))
            messages.success(request, _("The bot is kept; a test message is on its way to its group."))
            return redirect("bots")
    context = {"lines": _lines(), "problem": problem, "typed_name": fields.text(request.POST, "name")}
    return render(request, "kaibo/bots/page.html", context, status=422 if problem else 200)


@tools.page("bot.edit", methods=("POST",))
def bot_test(request: HttpRequest, bot: str) -> HttpResponseBase:
    """Send a test text now."""
    return tools.act(
        request,
        lambda: _send_test(bot, actor=tools.actor(request)),
        done=_("A test message is on its way; this page says whether it arrived."),
        back=reverse("bots"),
    )


@tools.page("bot.edit", methods=("POST",))
def bot_drop(request: HttpRequest, bot: str) -> HttpResponseBase:
    """Forget a bot."""
    return tools.act(
        request,
        lambda: connectors.drop_bot(bot, actor=tools.actor(request)),
        done=_("The bot is gone and its address forgotten."),
        back=reverse("bots"),
    )


def _send_test(bot: str, *, actor: str) -> None:
    text = _("Test from Kaibo: rounds and daily reports will arrive here.")
    connectors.post_to_bot(bot, text, key=KEY, actor=actor)
    eventlog.audit(actor, "bot.tested", f"bot:{bot}")


def _lines() -> list[dict[str, object]]:
    """Bots with how their last test went and which rooms post through them. Cost: three queries and two a bot."""
    found = connectors.bots()
    last = {one.bot: one for one in connectors.bot_posts(KEY, tuple(bot.id for bot in found))}
    used: dict[str, list[str]] = {}
    for room in rooms.rooms():
        for name in rounds.form(room.platform, room.room_id).bots:
            used.setdefault(name, []).append(room.title)
    names = {
        "waiting": _p("post", "on its way"),
        "delivered": _p("post", "delivered"),
        "failed": _p("post", "failed"),
    }
    lines: list[dict[str, object]] = []
    for bot in found:
        sent = last.get(bot.id)
        lines.append(
            {
                "bot": bot,
                "kind": str(KINDS.get(bot.kind, bot.kind)),
                "state": names[sent.state] if sent else "",
                "tone": STATES[sent.state] if sent else "",
                "reason": sent.reason if sent and sent.state != "delivered" else "",
                "sent_at": (sent.settled_us or sent.asked_us) if sent else None,
                "rooms": used.get(bot.id, []),
            }
        )
    return lines
