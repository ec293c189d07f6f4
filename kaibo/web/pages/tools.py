"""What the page modules share: who may open a page, acting and coming back, reading form fields."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.commerce.shows.errors import ShowNotFound
from kaibo.commerce.team import api as team
from kaibo.kit.errors import Forbidden, KaiboError

log = logging.getLogger("kaibo.web")


class NoPage(KaiboError):
    """An address that only takes what a form sends was opened, for example from the history of the browser."""

    code = "no_page"
    status = 405


type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page[**P](act: str, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[View[P]], View[P]]:
    """Only for people who may do `act` in some room, only by these methods."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            require(request, act)
            if request.method not in methods:
                if request.method == "GET":
                    raise NoPage(_("This address only takes a form; it shows no page."), fix=_("Nothing was changed."))
                return HttpResponseNotAllowed(methods)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def require(request: HttpRequest, act: str, *, platform: str | None = None, room_id: str | None = None) -> None:
    """Raises Forbidden, in words, when the reader may not."""
    if not team.may(request.user, act, platform=platform, room_id=room_id):
        log.warning("%s may not %s at %s %s", actor(request), act, request.method, request.path)
        raise Forbidden(_("Your role does not include this."), fix=_("Ask a director for access."))


def show_or_404(request: HttpRequest, show_id: str, act: str = "show.see") -> ShowView:
    """A show in a room the reader sees; any other show does not exist for them."""
    show = shows.show(show_id)
    if not team.may(request.user, "show.see", platform=show.platform, room_id=show.room_id):
        raise ShowNotFound(_("There is no such show."), show_id=show_id)
    require(request, act, platform=show.platform, room_id=show.room_id)
    return show


def no_room() -> str:
    """The sentence for a room that is not there, or not for the reader."""
    return _("There is no such room.")


def me(request: HttpRequest) -> int:
    """The id of the reader. Raises Forbidden without a login."""
    if request.user.pk is None:
        raise Forbidden(_("Log in first."))
    return request.user.pk


def actor(request: HttpRequest) -> str:
    """How audit rows name the reader."""
    return team.actor_of(request.user)


def act(request: HttpRequest, work: Callable[[], object], *, done: str, back: str, tags: str = "") -> HttpResponseBase:
    """Do it and go back with a sentence: what was done, or why not and what to do."""
    try:
        work()
    except KaiboError as error:
        if error.status >= 500:
            raise
        messages.error(request, f"{error.sentence} {error.fix}".strip())
    else:
        messages.success(request, done, extra_tags=tags)
    return redirect(back)


def keep(request: HttpRequest) -> dict[str, Any]:
    """What was typed, for showing a refused form again."""
    return {name: values[-1] for name, values in request.POST.lists()}
