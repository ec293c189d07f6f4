"""What people know and no feed says: that a feed missed events, that loose events of a room belong to a show."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import RoomWindow
from kaibo.kit import clock
from kaibo.web import feeds
from kaibo.web.pages import fields, tools


@tools.page("feed.edit", methods=("POST",))
def feed_gap(request: HttpRequest, feed_id: str) -> HttpResponseBase:
    """Write down that the feed missed events: numbers of that time are unknown, not zero."""
    feeds.get(request, feed_id, "feed.edit")

    def work() -> None:
        from_us, to_us = _span(request)
        if from_us > clock.now_us():
            raise fields.BadField(_("A gap begins in the past."), field="from")
        why = fields.text(request.POST, "why")
        if not why:
            raise fields.BadField(_("Say why, for whoever reads the numbers later."), field="why")
        eventlog.note_gap(feed_id, from_us=from_us, to_us=to_us, reason=why, actor=tools.actor(request))

    done = _("The gap is noted. Numbers of that time read “feed was lost” instead of zero.")
    return tools.act(request, work, done=done, back=f"{reverse('feed', args=[feed_id])}#gaps")


@tools.page("show.change", methods=("POST",))
def show_bind(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Give events of the room that belong to no show to this one."""
    show = tools.show_or_404(request, show_id, "show.change")
    found = 0

    def work() -> None:
        nonlocal found
        from_us, to_us = _span_of(show, *_span(request))
        window = RoomWindow(show.platform, show.room_id, show_id, from_us, to_us)
        found = eventlog.bind_window(window, actor=tools.actor(request))

    answer = tools.act(request, work, done=_("The room counted for this show in that time."), back=_url(show_id))
    if found:
        told = ngettext("%(count)s event joined it.", "%(count)s events joined it.", found) % {"count": found}
        messages.info(request, told)
    return answer


def _span_of(show: ShowView, from_us: int, to_us: int | None) -> tuple[int, int | None]:
    """The span, where it neither starts nor ends the show: these are acts of their own, for fewer people."""
    now = clock.now_us()
    if show.status is ShowStatus.PLANNED or from_us > now:
        raise fields.BadField(_("The show has not begun."), fix=_("Start it first."), field="from")
    if show.status is ShowStatus.ENDED:
        if to_us is None or to_us > now:
            raise fields.BadField(
                _("The show has ended."), fix=_("Say until when the room counted for it."), field="to"
            )
        return from_us, to_us
    if to_us is not None:
        raise fields.BadField(_("The show is on air."), fix=_("Leave the end empty, or end the show."), field="to")
    return from_us, max((one.to_us for one in eventlog.windows(show_id=show.show_id) if one.to_us), default=None)


def _span(request: HttpRequest) -> tuple[int, int | None]:
    from_us, to_us = fields.instant(request.POST, "from"), fields.instant(request.POST, "to")
    if from_us is None:
        raise fields.BadField(_("Say when it began."), field="from")
    if to_us is not None and to_us <= from_us:
        raise fields.BadField(_("It must end after it began."), field="to")
    return from_us, to_us


def _url(show_id: str) -> str:
    return reverse("show", args=[show_id])
