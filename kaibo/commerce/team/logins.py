"""Logins are slowed down by name and address: guessing one name cannot lock it for its owner elsewhere."""

import hashlib

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kaibo.commerce.team.errors import TooManyLogins
from kaibo.commerce.team.models import LoginTry
from kaibo.kit import clock

ALLOWED_FAILURES = 5  # OWASP Authentication Cheat Sheet: lock after a handful of failures, for minutes, not for ever
WINDOW_US = 10 * clock.MINUTE_US


def check(username: str, address: str) -> None:
    """Raises TooManyLogins with the minutes to wait."""
    row = LoginTry.objects.filter(key=_key(username, address)).first()
    now = clock.now_us()
    if row is None or row.failures < ALLOWED_FAILURES or row.since + WINDOW_US <= now:
        return
    minutes = max(1, -((now - row.since - WINDOW_US) // clock.MINUTE_US))
    raise TooManyLogins(
        _("Too many wrong passwords for this name."),
        fix=_("Try again in %(minutes)s minutes.") % {"minutes": minutes},
        retry_after_seconds=minutes * 60,
    )


@transaction.atomic
def note_failure(username: str, address: str) -> int:
    """Count a wrong password; returns the failures inside the window."""
    now = clock.now_us()
    row, _is_new = LoginTry.objects.get_or_create(key=_key(username, address), defaults={"since": now})
    if row.since + WINDOW_US <= now:
        LoginTry.objects.filter(pk=row.pk).update(failures=1, since=now)
        return 1
    LoginTry.objects.filter(pk=row.pk).update(failures=F("failures") + 1)
    return row.failures + 1


def forget(username: str, address: str) -> None:
    """A right password clears the count."""
    LoginTry.objects.filter(key=_key(username, address)).delete()


def _key(username: str, address: str) -> str:
    return hashlib.sha256(f"{username.strip().casefold()}\n{address}".encode()).hexdigest()
