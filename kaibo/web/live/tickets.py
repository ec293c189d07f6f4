"""The cookie that admits one browser to the stream of one show for a minute."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

COOKIE = "kaibo_live"
LIFE_SECONDS = 60
_SALT = "kaibo.live.ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may watch which show, and whether with its comments."""

    reader: str
    show_id: str
    sees_comments: bool


def stream_path(show_id: str) -> str:
    """The address of the stream; the cookie is sent to it and nowhere else."""
    return f"/live/{quote(show_id, safe='')}/stream"


def sign_ticket(ticket: Ticket) -> str:
    """The ticket as a signed text; valid for LIFE_SECONDS from now."""
    return signing.dumps([ticket.reader, ticket.show_id, ticket.sees_comments], salt=_SALT)


def set_ticket(response: HttpResponse, *, reader: str, show_id: str, sees_comments: bool) -> None:
    """Hand a ticket to the browser: out of reach of scripts and of other sites."""
    response.set_cookie(
        COOKIE,
        sign_ticket(Ticket(reader, show_id, sees_comments)),
        max_age=LIFE_SECONDS,
        path=stream_path(show_id),
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def ticket_of(cookie_header: str, *, show_id: str) -> Ticket | None:
    """The ticket in a Cookie header; None when it is absent, forged, old or for another show.

    Cost: no query; that is why the stream may ask it.
    """
    try:
        morsel = SimpleCookie(cookie_header).get(COOKIE)
    except CookieError:
        return None
    if morsel is None:
        return None
    try:
        reader, ticket_show, sees_comments = signing.loads(morsel.value, salt=_SALT, max_age=LIFE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Ticket(str(reader), show_id, bool(sees_comments)) if ticket_show == show_id else None
