"""Links that open one report to people without an account: signed, with an end, to be taken back, counted."""

from django.core import signing
from django.db.models import F, Q

from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import DAY_US, now_us
from kaibo.operations.reports.contracts import LinkView
from kaibo.operations.reports.errors import LinkClosed
from kaibo.operations.reports.models import ReportLink

SALT = "kaibo.report"
LONGEST_DAYS = 90
LANGUAGES = ("zh-hans", "en")


def share(show_id: str, *, days: int, language: str, actor: str, is_whole: bool = False) -> LinkView:
    """A new link, good for so many days (1 to 90); `is_whole` opens what the team itself sees too."""
    now = now_us()
    length = min(max(1, days), LONGEST_DAYS)
    row = ReportLink.objects.create(
        show_id=show_id,
        language=language if language in LANGUAGES else LANGUAGES[0],
        is_whole=is_whole,
        created_by=actor,
        created_at=now,
        expires_at=now + length * DAY_US,
    )
    eventlog.audit(actor, "report.shared", f"show:{show_id}", after={"link": row.pk, "days": length, "whole": is_whole})
    return _view(row, now)


def revoke(link_id: int, *, show_id: str, actor: str) -> None:
    """Close a link at once. Raises: LinkClosed when there is no open link of that show with this id."""
    closed = ReportLink.objects.filter(id=link_id, show_id=show_id, revoked_at=None).update(revoked_at=now_us())
    if not closed:
        raise LinkClosed("there is no such open link", fix="reload the page")
    eventlog.audit(actor, "report.link_revoked", f"show:{show_id}", after={"link": link_id})


def opened(token: str) -> LinkView:
    """The link behind a token, counted as opened; the first opening stands in the audit.

    Raises: LinkClosed for a forged, expired or revoked one: they cannot be told apart from outside.
    """
    now = now_us()
    try:
        link_id = int(signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _closed() from error
    still = Q(id=link_id, revoked_at=None, expires_at__gt=now)
    if not ReportLink.objects.filter(still).update(opens=F("opens") + 1, last_opened_at=now):
        raise _closed()
    row = ReportLink.objects.get(id=link_id)
    if row.opens == 1:
        eventlog.audit("link:" + str(link_id), "report.link_opened", f"show:{row.show_id}")
    return _view(row, now)


def links(show_id: str) -> list[LinkView]:
    """Links of a show, newest first. Cost: one query."""
    now = now_us()
    return [_view(row, now) for row in ReportLink.objects.filter(show_id=show_id).order_by("-id")]


def _closed() -> LinkClosed:
    return LinkClosed("this link no longer opens a report", fix="ask the team for a new one")


def _view(row: ReportLink, now: int) -> LinkView:
    return LinkView(
        id=row.pk,
        show_id=row.show_id,
        token=signing.dumps(row.pk, salt=SALT),
        language=row.language,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        opens=row.opens,
        last_opened_at=row.last_opened_at,
        is_whole=row.is_whole,
        is_open=row.revoked_at is None and row.expires_at > now,
    )
