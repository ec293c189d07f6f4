"""Who may see a review: people of its room; without a room its author and people of all rooms."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kaibo.commerce.team import api as team
from kaibo.operations.compliance import api as compliance
from kaibo.operations.compliance.contracts import ReviewView
from kaibo.operations.compliance.errors import ReviewNotFound
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
