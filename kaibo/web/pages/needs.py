"""What needs somebody: every line says what is wrong, where, and leads to where it is put right."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rooms.contracts import Economics, RoomView
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.commerce.team import api as team
from kaibo.connectors import api as connectors
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView
from kaibo.kit import clock, env
from kaibo.operations.compliance import api as compliance
from kaibo.operations.opinion import api as opinion
from kaibo.operations.opinion import words as opinion_words
from kaibo.operations.opinion.contracts import Level
from kaibo.warehouse import api as warehouse
from kaibo.web import feedwords
from kaibo.web.opinion import access as opinion_access
from kaibo.web.templatetags.kaibo import span

SILENT_POLL_US = 30 * clock.MICROS
SILENT_AFTER_US = 2 * clock.MINUTE_US  # the slowest feed pushes once a minute; twice that is silence
LATE_AFTER_SECONDS = 30  # counting is normally a second behind; thirty is visible to people
CASE_SOON_US = 4 * clock.HOUR_US  # what is left of a case's 24 hours when it is reminded of
LONG_SHOW_US = 14 * clock.HOUR_US  # the longest relay shows run twelve hours


@dataclass(frozen=True, slots=True)
class Need:
    """One line of the list. `level` bad stops work, warn costs numbers, info is worth doing."""

    level: Literal["bad", "warn", "info"]
    sentence: str
    url: str
    go: str


def needs_of(user: AbstractBaseUser | AnonymousUser, shows: Iterable[ShowView], *, now_us: int) -> list[Need]:
    """Everything that waits for this person, worst first."""
    seen = list(shows)
    found: list[Need] = []
    if team.may(user, "feed.see"):
        found += _of_machine()
        found += _of_feeds(user, seen, now_us=now_us)
    found += _of_shows(user, seen, now_us=now_us)
    found += _of_opinion(user, now_us=now_us)
    found += _of_cases(user, now_us=now_us)
    if team.may(user, "room.edit"):
        found += _of_rooms(user)
    order = {"bad": 0, "warn": 1, "info": 2}
    return sorted(found, key=lambda need: order[need.level])


def _of_machine() -> list[Need]:
    found: list[Need] = []
    feeds, log = reverse("feeds"), eventlog.status()
    silent = eventlog.silent_holders()
    found += [Need("bad", _hung_sentence(one), feeds, _("Feeds")) for one in silent]
    if log.is_refusing and not silent:
        found.append(Need("bad", _("Events are being refused: %(reason)s") % {"reason": log.reason}, feeds, _("Feeds")))
    if log.quarantined:
        sentence = ngettext(
            "%(count)s record is set aside because it could not be read.",
            "%(count)s records are set aside because they could not be read.",
            log.quarantined,
        ) % {"count": log.quarantined}
        found.append(Need("warn", sentence, f"{feeds}#quarantine", _("Look at them")))
    away = eventlog.lake_away()
    if away is not None and away.trouble:
        found.append(Need("warn", lake_sentence(away), feeds, _("Feeds")))
    count = warehouse.count_status()
    if count.quarantined_batches:
        sentence = _("%(count)s batches could not be counted.") % {"count": count.quarantined_batches}
        found.append(Need("bad", sentence, feeds, _("Feeds")))
    if (count.behind_seconds or 0) > LATE_AFTER_SECONDS:
        sentence = _("Counting is %(span)s behind (%(events)s events).") % {
            "span": span(count.behind_seconds),
            "events": f"{count.behind_events:,}",
        }
        found.append(Need("warn", sentence, feeds, _("Feeds")))
    return found


def _hung_sentence(one: eventlog.Silent) -> str:
    told = {
        "pid": one.holder.pid,
        "machine": one.holder.machine,
        "span": span(one.seconds),
        "limit": span(env.end_hung_holder_seconds()),
    }
    if one.is_ended:
        return (
            _(
                "Process %(pid)s on %(machine)s holds the log and has answered nobody for %(span)s. It is ended after "
                "%(limit)s, then this server takes over; senders come back by themselves."
            )
            % told
        )
    return (
        _(
            "Process %(pid)s on %(machine)s holds the log and has answered nobody for %(span)s. End it there with "
            "kill -9 %(pid)s: this server then takes over within seconds."
        )
        % told
    )


def lake_sentence(away: eventlog.LakeAway) -> str:
    """Why files of the lake wait, in the reader's words."""
    told = {"files": f"{away.waiting:,}", "address": away.address}
    if away.code == "storage_away":
        return (
            ngettext(
                "%(files)s file of the lake waits: %(address)s does not answer. Counting goes on.",
                "%(files)s files of the lake wait: %(address)s does not answer. Counting goes on.",
                away.waiting,
            )
            % told
        )
    return (
        ngettext(
            "%(files)s file of the lake waits: %(address)s refuses it. Counting goes on.",
            "%(files)s files of the lake wait: %(address)s refuses them. Counting goes on.",
            away.waiting,
        )
        % told
    )


def _of_feeds(user: AbstractBaseUser | AnonymousUser, shows: list[ShowView], *, now_us: int) -> list[Need]:
    """Feeds that should speak now, because a show of their room is on air, and do not."""
    feeds = [feed for feed in eventlog.feeds() if feed.is_enabled]
    found = []
    for show in shows:
        if show.status is not ShowStatus.ON_AIR:
            continue
        mine = [feed for feed in feeds if covers(feed, show.platform, show.room_id)]
        if not mine and team.may(user, "feed.edit"):
            sentence = _("“%(show)s” is on air and no feed reports it.") % {"show": show.title}
            found.append(Need("bad", sentence, reverse("feeds"), _("Connect a feed")))
        for feed in mine:
            if is_silent(feed, now_us=now_us):
                since = _("never") if feed.last_received_at is None else span((now_us - feed.last_received_at) / 1e6)
                sentence = _("Feed “%(feed)s” is silent while “%(show)s” is on air (%(since)s).") % {
                    "feed": feedwords.feed_name(feed.name),
                    "show": show.title,
                    "since": since,
                }
                found.append(Need("bad", sentence, reverse("feed", args=[feed.id]), _("Open the feed")))
    return found


def _of_shows(user: AbstractBaseUser | AnonymousUser, shows: list[ShowView], *, now_us: int) -> list[Need]:
    found = []
    for show in shows:
        url = reverse("show", args=[show.show_id])
        names = {"show": show.title}
        is_mine = team.may(user, "show.target", platform=show.platform, room_id=show.room_id)
        if is_mine and show.status is not ShowStatus.ENDED and not show.targets:
            found.append(Need("info", _("“%(show)s” has no target.") % names, f"{url}#targets", _("Set a target")))
        if is_mine and show.status is ShowStatus.ON_AIR and now_us - (show.started_at or now_us) > LONG_SHOW_US:
            sentence = _("“%(show)s” has been on air for more than 14 hours. Was it ended?") % names
            found.append(Need("warn", sentence, url, _("End the show")))
    for show in shows[:12]:
        orphans = warehouse.unmatched(show.show_id) if show.status is not ShowStatus.PLANNED else 0
        count = orphans if isinstance(orphans, int) else len(orphans)
        if count:
            sentence = ngettext(
                "“%(show)s”: %(count)s refund or shipment names an order nobody reported.",
                "“%(show)s”: %(count)s refunds or shipments name orders nobody reported.",
                count,
            ) % {"show": show.title, "count": count}
            url = reverse("show", args=[show.show_id]) + "#unmatched"
            found.append(Need("warn", sentence, url, _("Open the show")))
    return found


def _of_opinion(user: AbstractBaseUser | AnonymousUser, *, now_us: int) -> list[Need]:
    """Talk that nobody has begun to handle: past its clock, an alarm, a mere warning."""
    if not team.may(user, "opinion.act"):
        return []
    found = []
    waiting = [one for one in opinion.list_matters() if one.is_waiting]
    for one in opinion_access.visible(team.visible_rooms(user), waiting):
        names = {"concern": opinion_words.CONCERNS[one.concern], "count": one.count}
        left = span(max(0, one.due_us - now_us) / 1e6)
        if one.is_late(now_us):
            sentence = _("Opinion watch: “%(concern)s” (%(count)s messages) should be handled by now.") % names
        else:
            sentence = _("Opinion watch: “%(concern)s” (%(count)s messages); begin within %(left)s.") % {
                **names,
                "left": left,
            }
        level: Literal["bad", "warn"] = "bad" if one.is_late(now_us) or one.level == Level.ALARM else "warn"
        found.append(Need(level, sentence, reverse("matter", args=[one.id]), _("Handle it")))
    return found


def _of_cases(user: AbstractBaseUser | AnonymousUser, *, now_us: int) -> list[Need]:
    """Suspected violations whose 24 hours are over, or nearly; the others wait in their list."""
    if not team.may(user, "case.act"):
        return []
    scope = team.visible_rooms(user)
    mine = compliance.list_cases(state="running", rooms=None if scope.is_all else scope.rooms)
    late = sum(one.due_us < now_us for one in mine)
    soon = sum(now_us <= one.due_us < now_us + CASE_SOON_US for one in mine)
    found = []
    if late:
        sentence = ngettext(
            "%(count)s violation case is past its 24 hours.", "%(count)s violation cases are past their 24 hours.", late
        ) % {"count": late}
        found.append(Need("bad", sentence, reverse("cases"), _("Open the cases")))
    if soon:
        sentence = ngettext(
            "%(count)s violation case has to be decided within four hours.",
            "%(count)s violation cases have to be decided within four hours.",
            soon,
        ) % {"count": soon}
        found.append(Need("warn", sentence, reverse("cases"), _("Open the cases")))
    return found


def _of_rooms(user: AbstractBaseUser | AnonymousUser) -> list[Need]:
    scope = team.visible_rooms(user)
    bare = [room for room in rooms.rooms() if (room.platform, room.room_id) in scope and _is_bare(room)]
    return [
        Need(
            "info",
            _("Room “%(room)s” has no costs yet, so break-even ROI stays unknown.") % {"room": room.title},
            reverse("room", args=[room.platform, room.room_id]),
            _("Fill in"),
        )
        for room in bare[:5]
    ]


def covers(feed: FeedView, platform: str, room_id: str) -> bool:
    """Whether the feed should speak while the room is on air.

    No listed room means every room of its platform. The feed of an importer speaks when somebody imports.
    """
    if feed.connector in {one.id for one in connectors.connectors() if one.transport == "file"}:
        return False
    return feed.platform == platform and (not feed.rooms or room_id in feed.rooms)


def is_silent(feed: FeedView, *, now_us: int) -> bool:
    """Whether the feed has said nothing for two minutes; one that asks its platform: whether it gets no answer."""
    asked = [one for one in eventlog.polls.polls(feed.id) if one.tried_at is not None]
    if asked:
        return any(one.failures and now_us - (one.succeeded_at or 0) > SILENT_POLL_US for one in asked)
    return feed.last_received_at is None or now_us - feed.last_received_at > SILENT_AFTER_US


def _is_bare(room: RoomView) -> bool:
    return room.economics == Economics(currency=room.economics.currency)
