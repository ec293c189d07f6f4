"""A program without a login: a feed's bearer token is the key, for what tells nothing of rooms and people."""

from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView


class FeedToken(HttpBearer):
    """The feed that a token belongs to; a token of no feed, or of one that is off, is refused."""

    def authenticate(self, _request: HttpRequest, token: str) -> FeedView:
        feed = eventlog.feed_by_token(token)
        if feed is None or not feed.is_enabled:
            raise AuthenticationError(message="token")
        return feed
