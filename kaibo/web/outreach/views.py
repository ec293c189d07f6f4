"""Message tasks that members confirm: written, looked at, confirmed, followed, taken back."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaibo.commerce.team import api as team
from kaibo.kit.errors import KaiboError
from kaibo.operations.outreach import api as outreach
from kaibo.operations.outreach.contracts import BadMessage, Draft, Link
from kaibo.web.outreach import shape
from kaibo.web.pages import fields, tools

ACT = "message.task"


@tools.page(ACT)
def page(request: HttpRequest) -> HttpResponseBase:
    """The list, and the form where somebody can be written to."""
    return _form(request, fields.text(request.GET, "feed"))


@tools.page(ACT, methods=("POST",))
def read(request: HttpRequest) -> HttpResponseBase:
    """Let a worker read members, groups and tags."""
    feed_id = fields.text(request.POST, "feed")
    return tools.act(
        request,
        lambda: outreach.ask_audience(feed_id, actor=tools.actor(request)),
        done=_("Members, groups and tags are being read; reload the page in a moment."),
        back=f"{reverse('outreach')}?feed={feed_id}",
    )


@tools.page(ACT, methods=("POST",))
def preview(request: HttpRequest) -> HttpResponseBase:
    """What would be asked for, word by word; or the form with what to mend."""
    feed_id, draft = fields.text(request.POST, "feed"), _draft(request)
    if "change" in request.POST:
        return _form(request, feed_id)
    try:
        outreach.check(feed_id, draft)
    except BadMessage as problem:
        return _form(request, feed_id, problem=problem, status=422)
    context = {
        "feed_id": feed_id,
        "draft": draft,
        "typed": shape.typed(request),
        "whom": shape.whom(outreach.audience(feed_id), draft),
        "key": secrets.token_hex(16),
    }
    return render(request, "kaibo/outreach/preview.html", context)


@tools.page(ACT, methods=("POST",))
def send(request: HttpRequest) -> HttpResponseBase:
    """Ask for it; the same key asks once, however often it is posted."""
    feed_id = fields.text(request.POST, "feed")
    try:
        outreach.send(feed_id, _draft(request), key=fields.text(request.POST, "key"), actor=tools.actor(request))
    except KaiboError as problem:
        if problem.status >= 500:
            raise
        return _form(request, feed_id, problem=problem, status=problem.status)
    messages.success(request, _("The task is on its way to the member, who has to confirm it."))
    return redirect("outreach")


@tools.page(ACT, methods=("POST",))
def take_back(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """Take a task back before it is sent."""
    return tools.act(
        request,
        lambda: outreach.take_back(task_id, actor=tools.actor(request)),
        done=_("The task is being taken back. What was sent already stays sent."),
        back=reverse("outreach"),
    )


def _form(
    request: HttpRequest, feed_id: str, *, problem: KaiboError | None = None, status: int = 200
) -> HttpResponseBase:
    feeds = outreach.senders()
    feed = next((one for one in feeds if one.id == feed_id), feeds[0] if feeds else None)
    known = outreach.audience(feed.id) if feed is not None else None
    context = {
        "feeds": feeds,
        "feed": feed,
        "known": known,
        "why_unread": shape.why_unread(feed, known),
        "groups": shape.by_owner(known.groups if known else ()),
        "tags": known.tags if known else (),
        "typed": shape.typed(request),
        "problem": problem,
        "field": str(problem.ids.get("field", "")) if problem is not None else "",
        "lines": [shape.line(one) for one in outreach.tasks()],
        "may_connect": team.may(request.user, "feed.edit"),
    }
    return render(request, "kaibo/outreach/page.html", context, status=status)


def _draft(request: HttpRequest) -> Draft:
    post = request.POST
    url, title = fields.text(post, "url"), fields.text(post, "title")
    about, picture = fields.text(post, "about"), fields.text(post, "picture")
    return Draft(
        sender=fields.text(post, "sender"),
        text=fields.text(post, "text").replace("\r\n", "\n"),
        to_groups=fields.text(post, "whom") == "groups",
        groups=tuple(post.getlist("group")) if fields.text(post, "whom") == "groups" else (),
        tags=tuple(post.getlist("tag")) if fields.text(post, "whom") != "groups" else (),
        link=Link(url, title, about, picture) if url or title or about or picture else None,
    )
