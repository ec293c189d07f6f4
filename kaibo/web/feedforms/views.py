"""Adding a feed of a connector by a form that tries the connection before it saves; changing its settings."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.team import api as team
from kaibo.connectors import api as connectors
from kaibo.connectors.api import FeedSetting, Manifest, UnknownConnector
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView
from kaibo.kit import env
from kaibo.kit.errors import NotFound
from kaibo.web import feeds
from kaibo.web.feedforms import connections
from kaibo.web.feedforms.connections import Tried
from kaibo.web.pages import fields, tools

SECRET_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """A connector that can be added, in the reader's language."""

    id: str
    name: str
    says: str
    platform: str
    takes_pushes: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A setting as the form shows it. A secret has no value: only whether one is kept, or stands in the environment."""

    setting: FeedSetting
    label: str
    value: str
    is_kept: bool
    is_fixed: bool  # the environment's value goes before whatever is typed


@tools.page("feed.edit")
def choose(request: HttpRequest) -> HttpResponseBase:
    """Every connector that takes pushes or asks by itself."""
    return render(request, "kaibo/feedforms/choose.html", {"choices": [_choice(one) for one in _offered()]})


@tools.page("feed.edit", methods=("GET", "HEAD", "POST"))
def connect(request: HttpRequest, connector: str) -> HttpResponseBase:
    """The form of one connector: tried, then saved; or the sentence that says what to mend."""
    manifest = _manifest(connector)
    tried, name, typed_rooms = None, fields.text(request.POST, "name"), _rooms(request)
    if request.method == "POST":
        feeds.require_rooms(request, "feed.edit", manifest.platform, typed_rooms)
        draft = connections.draft_of(tools.me(request), connector)
        settings = _typed(request, connector)
        tried = _tried(connector, settings, kept_at=draft)
        if tried.problem is None:
            name = name or _language(manifest.name)
            feed = connections.create(
                name, connector, settings, rooms=typed_rooms, draft=draft, actor=tools.actor(request)
            )
            messages.success(request, _done(tried))
            return redirect("feed", feed_id=feed.id)
    context = {
        "choice": _choice(manifest),
        "fields": _fields(connector, request, None),
        "tried": tried,
        "sentence": _sentence(connector, tried),
        "name": name,
        "typed_rooms": ", ".join(typed_rooms),
        "room_choices": _room_choices(request, manifest.platform),
    }
    return render(request, "kaibo/feedforms/form.html", context, status=422 if tried else 200)


@tools.page("feed.edit", methods=("GET", "HEAD", "POST"))
def settings_page(request: HttpRequest, feed_id: str) -> HttpResponseBase:
    """Settings of a feed that exists: what is left empty of secrets stays as it is."""
    feed = feeds.get(request, feed_id, "feed.edit")
    manifest, tried = _manifest(feed.connector), None
    if request.method == "POST":
        typed = _typed(request, feed.connector)
        secrets = {need.name for need in connectors.feed_settings(feed.connector) if need.is_secret}
        changed = {name: value for name, value in typed.items() if value or name not in secrets}
        tried = _tried(feed.connector, _whole(feed, changed), kept_at=feed.id)
        if tried.problem is None:
            connections.change(feed, changed, actor=tools.actor(request))
            messages.success(request, _done(tried))
            return redirect("feed", feed_id=feed.id)
    context = {
        "choice": _choice(manifest),
        "feed": feed,
        "fields": _fields(feed.connector, request, feed),
        "tried": tried,
        "sentence": _sentence(feed.connector, tried),
    }
    return render(request, "kaibo/feedforms/form.html", context, status=422 if tried else 200)


@tools.page("feed.edit")
def runbook(request: HttpRequest, connector: str) -> HttpResponseBase:
    """What to get where, which permission it takes, what each answer means and what to do."""
    manifest, book = _manifest(connector), connectors.runbook(connector)
    if book is None:
        raise NotFound(_("This connector has no runbook."))
    context = {
        "choice": _choice(manifest),
        **{name: [_language(one) for one in getattr(book, name)] for name in connectors.RUNBOOK_PARTS},
        "settings": [
            {"name": one.name, "is_needed": one.is_needed, "for_calls": one.for_calls, "label": _label(one)}
            for one in book.settings
        ],
        "answers": [
            {"code": one.code, "says": _language(one.says) or one.says["en"], "is_permanent": one.is_permanent}
            for one in book.answers
        ],
    }
    return render(request, "kaibo/feedforms/runbook.html", context)


def _tried(connector: str, settings: dict[str, str], *, kept_at: str) -> Tried:
    try:
        held = connections.one_of_few()
    except connections.TooMany:
        busy = connectors.ConfigProblem("busy", _("Several connections are being tried at this moment. Try again."))
        return Tried(problem=busy)
    try:
        return connections.attempt(connector, settings, kept_at=kept_at)
    finally:
        held.release()


def _offered() -> list[Manifest]:
    return [one for one in connectors.connectors() if connectors.feed_settings(one.id)]


def _manifest(connector: str) -> Manifest:
    try:
        manifest = connectors.connector(connector)
    except UnknownConnector:
        raise NotFound(_("There is no such connector.")) from None
    if not connectors.feed_settings(connector):
        raise NotFound(_("This connector reads files; import one instead."))
    return manifest


def _choice(manifest: Manifest) -> Choice:
    return Choice(
        manifest.id,
        _language(manifest.name),
        _language(manifest.says),
        manifest.platform,
        takes_pushes=manifest.transport == "push",
        asks=connectors.can_ask(manifest.id),
    )


def _language(texts: dict[str, str]) -> str:
    return texts["zh" if (get_language() or "").startswith("zh") else "en"]


def _label(setting: FeedSetting) -> str:
    return setting.zh if setting.zh and (get_language() or "").startswith("zh") else setting.says


def _typed(request: HttpRequest, connector: str) -> dict[str, str]:
    return {
        need.name: fields.text(request.POST, f"setting_{need.name}")[:SECRET_LENGTH]
        for need in connectors.feed_settings(connector)
    }


def _whole(feed: FeedView, changed: dict[str, str]) -> dict[str, str]:
    """What the feed would work with: the environment, what was typed, what is kept."""
    return {
        need.name: env.read_feed(feed.id, need.name) or changed.get(need.name) or _unless(changed, need.name, feed.id)
        for need in connectors.feed_settings(feed.connector)
    }


def _unless(changed: dict[str, str], name: str, feed_id: str) -> str:
    return "" if name in changed else eventlog.kept_setting(feed_id, name)


def _fields(connector: str, request: HttpRequest, feed: FeedView | None) -> list[Field]:
    kept = eventlog.kept_names(feed.id) if feed else frozenset()
    found = []
    for need in connectors.feed_settings(connector):
        typed = fields.text(request.POST, f"setting_{need.name}")
        value = typed if request.method == "POST" else ""
        if feed is not None and request.method != "POST" and not need.is_secret and need.name in kept:
            value = eventlog.kept_setting(feed.id, need.name)
        is_fixed = feed is not None and bool(env.read_feed(feed.id, need.name))
        found.append(Field(need, _label(need), "" if need.is_secret else value, need.name in kept, is_fixed))
    return found


def _rooms(request: HttpRequest) -> tuple[str, ...]:
    typed = fields.text(request.POST, "rooms").replace("，", ",").split(",")
    return tuple(room.strip() for room in typed if room.strip())


def _room_choices(request: HttpRequest, platform: str) -> list[object]:
    scope = team.visible_rooms(request.user)
    return [one for one in rooms.rooms() if one.platform == platform and (one.platform, one.room_id) in scope]


def _sentence(connector: str, tried: Tried | None) -> str:
    """The problem in the reader's language: the connector's own words for it, else ours by its code."""
    if tried is None or tried.problem is None:
        return ""
    own = connectors.error_sentence(connector, tried.problem.code, get_language() or "")
    if own:
        return own
    named = {
        "missing_setting": _("A setting is missing: %(name)s"),
        "bad_choice": _("This value is not one of the choices: %(name)s"),
        "no_answer": _("The platform does not answer as it should. Check the address, or try again in a while."),
        "line_broken": _("The line broke. Try again in a while."),
    }
    said = named.get(tried.problem.code)
    if said is None:
        return tried.problem.sentence
    label = next((_label(one) for one in connectors.feed_settings(connector) if one.name == tried.field), tried.field)
    return said % {"name": label} if "%(name)s" in said else said


def _done(tried: Tried) -> str:
    if tried.said is not None:
        found = {
            "rooms_today": _("%(number)s rooms today"),
            "shows_today": _("%(number)s shows today"),
            "orders_changed": _("%(number)s orders changed within the hour"),
            "room": _("room %(number)s"),
            "account": _("account %(number)s"),
        }[tried.said.what] % {"number": tried.said.number}
        return _("Connected: %(said)s. Secrets are sealed and never shown again.") % {"said": found}
    return _("Saved. Type the address below into the platform's console; the first push shows that it works.")
