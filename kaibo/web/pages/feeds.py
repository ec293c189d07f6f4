"""Feeds: health, tokens, quarantine."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rooms.contracts import PLATFORMS
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.commerce.team import api as team
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Coverage, FeedView, Share
from kaibo.eventlog.kinds import KINDS
from kaibo.kit import clock
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.contracts import SetAside
from kaibo.web import export, feeds, feedwords
from kaibo.web.feedforms.health import health
from kaibo.web.pages import feed_tables, fields, home, needs, tools

RECENT = 8  # shows whose coverage a feed's page tells, beside those on air


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A feed with its light. `light`: good speaks, bad should and does not, off disabled, idle nothing on air.

    Shape: `share` is how much it covers of the show that is on air, None where it belongs to none.
    """

    feed: FeedView
    light: str
    lag_seconds: float | None
    share: Share | None = None

    @property
    def covered(self) -> str:
        """For people; empty where there is nothing to cover."""
        return feedwords.covered(self.share)


@tools.page("feed.see")
def feed_list(request: HttpRequest) -> HttpResponseBase:
    """Every feed with its health, what is on air and covered, and what was set aside; exportable."""
    now = clock.now_us()
    on_air = home.visible(request, shows.shows(status=ShowStatus.ON_AIR, now_us=now))
    shares = _shares(on_air, now_us=now)
    lines = [_line(feed, on_air, shares.get(feed.id), now_us=now) for feed in feeds.visible(request)]
    tables = {
        "feeds": lambda: feed_tables.of_feeds(lines),
        "coverage": lambda: feed_tables.of_coverage(
            [(show.title, coverage_rows(eventlog.coverage(show.show_id, now_us=now))) for show in on_air]
        ),
        "batches": lambda: feed_tables.of_batches(_set_aside(request, limit=feed_tables.EXPORTED)),
        "quarantine": lambda: feed_tables.of_quarantine(feeds.quarantined(request, limit=feed_tables.EXPORTED)),
    }
    asked = export.wanted(request, tables)
    if asked is not None:
        return asked
    away = eventlog.lake_away()
    context = {
        "lines": lines,
        "log": eventlog.status(),
        "count": warehouse.count_status(),
        "away": away,
        "away_says": needs.lake_sentence(away) if away is not None and away.trouble else "",
        "coverages": [(show, coverage_rows(eventlog.coverage(show.show_id, now_us=now))) for show in on_air],
        "quarantined": feeds.quarantined(request, limit=50),
        "set_aside": _set_aside(request, limit=50),
        "may_edit": team.may(request.user, "feed.edit"),
        "may_replay": team.may(request.user, "quarantine.replay"),
        "platforms": PLATFORMS,
        "room_choices": [
            room for room in rooms.rooms() if (room.platform, room.room_id) in team.visible_rooms(request.user)
        ],
        "kinds": sorted(KINDS),
    }
    return render(request, "kaibo/feeds.html", context)


@tools.page("feed.see")
def feed_page(request: HttpRequest, feed_id: str) -> HttpResponseBase:
    """One feed: what it declares, what it sent, its acts."""
    feed = feeds.get(request, feed_id)
    asked = export.wanted(request, {"gaps": lambda: feed_tables.of_gaps(eventlog.gaps_of(feed.id, limit=10_000))})
    return asked if asked is not None else render(request, "kaibo/feed.html", _context(request, feed))


@never_cache
@tools.page("feed.edit", methods=("POST",))
def feed_create(request: HttpRequest) -> HttpResponseBase:
    """A feed and its token, shown on this answer only."""
    typed = fields.text(request.POST, "rooms").replace("，", ",").split(",")
    try:
        feed, token = feeds.create(
            request,
            fields.text(request.POST, "name"),
            platform=fields.text(request.POST, "platform"),
            rooms=tuple(room.strip() for room in typed if room.strip()),
            kinds=tuple(request.POST.getlist("kind")),
        )
    except feeds.BadFeed as error:
        messages.error(request, error.sentence)
        return redirect("feeds")
    return render(request, "kaibo/feed.html", {**_context(request, feed), "token": token})


@never_cache
@tools.page("feed.edit", methods=("POST",))
def feed_rotate(request: HttpRequest, feed_id: str) -> HttpResponseBase:
    """A new token; the old one stops at once."""
    feed = feeds.get(request, feed_id, "feed.edit")
    token = eventlog.rotate_token(feed_id, actor=tools.actor(request))
    return render(request, "kaibo/feed.html", {**_context(request, feed), "token": token})


@tools.page("feed.edit", methods=("POST",))
def feed_switch(request: HttpRequest, feed_id: str) -> HttpResponseBase:
    """Enable or disable."""
    feeds.get(request, feed_id, "feed.edit")
    enabled = request.POST.get("enabled") == "1"
    return tools.act(
        request,
        lambda: eventlog.set_feed_enabled(feed_id, enabled, actor=tools.actor(request)),
        done=_("The feed is enabled.") if enabled else _("The feed is disabled; its events are refused."),
        back=reverse("feed", args=[feed_id]),
    )


@tools.page("quarantine.replay", methods=("POST",))
def quarantine_replay(request: HttpRequest) -> HttpResponseBase:
    """Try what was set aside again: lines at once, batches by the counter within a second."""
    receipt = eventlog.replay_quarantine()
    batches = warehouse.request_retry()
    after = {"accepted": receipt.accepted, "batches": batches}
    eventlog.audit(tools.actor(request), "quarantine.replayed", "quarantine", after=after)
    if batches:
        messages.info(
            request,
            ngettext("%(count)s batch is counted again now.", "%(count)s batches are counted again now.", batches)
            % {"count": batches},
        )
    messages.success(
        request,
        _("%(accepted)s accepted, %(rejected)s still unreadable.")
        % {"accepted": receipt.accepted, "rejected": receipt.rejected},
    )
    return redirect("feeds")


def _set_aside(request: HttpRequest, *, limit: int) -> list[SetAside]:
    return warehouse.set_aside(limit) if team.may(request.user, "quarantine.replay") else []


def coverage_rows(coverage: Coverage) -> list[dict[str, object]]:
    """One line per kind that is declared or seen: who declares it and how many came."""
    names = {feed.id: feedwords.feed_name(feed.name) for feed in coverage.feeds}
    kinds = sorted(set(coverage.declared) | set(coverage.seen))
    return [
        {
            "kind": kind,
            "feeds": [names.get(feed, feed) for feed in coverage.declared.get(kind, ())],
            "seen": coverage.seen.get(kind, 0),
        }
        for kind in kinds
    ]


def _context(request: HttpRequest, feed: FeedView) -> dict[str, object]:
    room = feed.rooms[0] if feed.rooms else "ROOM_ID"
    on_air, now = home.visible(request, shows.shows(status=ShowStatus.ON_AIR)), clock.now_us()
    found = health(feed, [*on_air, *home.visible(request, shows.shows(limit=RECENT))], now_us=now)
    return {
        "feed": feed,
        "line": _line(feed, on_air, _shares(on_air, now_us=now).get(feed.id), now_us=now),
        "address": request.build_absolute_uri("/api/v1/events"),
        "sample_room": room,
        "sample_at": clock.iso(clock.now_us()),
        "gaps": eventlog.gaps_of(feed.id),
        "may_edit": team.may(request.user, "feed.edit"),
        "health": found,
        "hook_address": request.build_absolute_uri(found.hook) if found.hook else "",
    }


def _shares(on_air: list[ShowView], *, now_us: int) -> dict[str, Share]:
    """Feed -> what it covers of a show on air; of several the one it covers least. Cost: seven queries per show."""
    found: dict[str, Share] = {}
    for show in on_air:
        for share in eventlog.shares(show.show_id, now_us=now_us):
            known = found.get(share.feed_id)
            if known is None or (share.ratio or 0) < (known.ratio or 0):
                found[share.feed_id] = share
    return found


def _line(feed: FeedView, on_air: list[ShowView], share: Share | None, *, now_us: int) -> FeedLine:
    lag = None if feed.last_received_at is None else (now_us - feed.last_received_at) / clock.MICROS
    if not feed.is_enabled:
        return FeedLine(feed, "off", lag)
    is_wanted = any(needs.covers(feed, show.platform, show.room_id) for show in on_air)
    if not is_wanted:
        return FeedLine(feed, "idle", lag, share)
    is_silent = needs.is_silent(feed, now_us=now_us) or (share is not None and share.is_open)
    return FeedLine(feed, "bad" if is_silent else "good", lag, share)
