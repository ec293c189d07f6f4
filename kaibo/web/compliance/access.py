"""Who may see a review: people of its room; without a room its author and people of all rooms."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kaibo.commerce.team import api as team
from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import CaseView, ReviewView
from kaibo.operations.compliance.errors import CaseNotFound, ReviewNotFound
from kaibo.web.pages import tools


def sees(request: HttpRequest, view: ReviewView) -> bool:
    """Whether the review exists for the reader."""
    scope = team.visible_rooms(request.user)
    if view.room_id:
        return (view.platform, view.room_id) in scope
    return scope.is_all or view.actor == tools.actor(request)


def review_or_404(request: HttpRequest, review_id: int, act: str = "text.check") -> ReviewView:
    """The review, where the reader may see it. Raises ReviewNotFound, Forbidden."""
    view = compliance.review(review_id)
    if not sees(request, view):
        raise ReviewNotFound(_("There is no such review."), review_id=review_id)
    if view.room_id:
        tools.require(request, act, platform=view.platform, room_id=view.room_id)
    else:
        tools.require(request, act)
    return view


def my_cases(
    request: HttpRequest, *, show_id: str | None = None, state: str = "", rule: str = "", limit: int = 500
) -> list[CaseView]:
    """Cases of the rooms that the reader sees, the newest first."""
    scope = team.visible_rooms(request.user)
    rooms = None if scope.is_all else scope.rooms
    return compliance.list_cases(show_id=show_id, state=state, rule=rule, rooms=rooms, limit=limit)


def my_reviews(request: HttpRequest) -> list[ReviewView]:
    """Reviews that exist for the reader, the newest first."""
    scope = team.visible_rooms(request.user)
    return (
        compliance.list_reviews()
        if scope.is_all
        else compliance.list_reviews(rooms=scope.rooms, author=tools.actor(request))
    )


def case_or_404(request: HttpRequest, case_id: int, act: str = "case.see") -> CaseView:
    """The case of a room that the reader sees. Raises CaseNotFound, Forbidden."""
    view = compliance.case(case_id)
    if (view.platform, view.room_id) not in team.visible_rooms(request.user):
        raise CaseNotFound(_("There is no such case."), case_id=case_id)
    tools.require(request, act, platform=view.platform, room_id=view.room_id)
    return view
