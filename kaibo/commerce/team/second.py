"""The second step of a login: one-time codes of a phone (RFC 6238), and recovery codes for when it is lost."""

import base64
import hashlib
import hmac
import os
import secrets
import struct
from urllib.parse import quote

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.team.errors import BadPerson
from kaibo.commerce.team.models import SecondStep
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, seal

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps that a phone's clock may be off, either way."""
SECRET_BYTES = 20  # RFC 4226 section 4: 160 bits
RECOVERY_CODES = 8
ISSUER = "Kaibo"


def is_on(user: User) -> bool:
    """Whether a login of this person wants a code. Cost: one query."""
    return SecondStep.objects.filter(user=user, confirmed_at__isnull=False).exists()


def state(user: User) -> tuple[int | None, int]:
    """(since when, recovery codes left); None while it is off."""
    row = SecondStep.objects.filter(user=user, confirmed_at__isnull=False).first()
    return (row.confirmed_at, len(row.recovery)) if row else (None, 0)


def begin(user: User) -> str:
    """A new secret in base32 for the phone; it counts once a code of it was typed. Raises BadPerson when it is on."""
    if is_on(user):
        raise BadPerson(_("Two-step login is on already."), fix=_("Turn it off first."))
    secret = os.urandom(SECRET_BYTES)
    row = {"sealed": seal.seal(secret, place=_place(user)), "last_step": 0, "recovery": []}
    SecondStep.objects.update_or_create(user=user, defaults=row)
    return base64.b32encode(secret).decode()


def pending(user: User) -> str | None:
    """The secret that waits for its first code, in base32."""
    row = SecondStep.objects.filter(user=user, confirmed_at__isnull=True).first()
    return base64.b32encode(_secret(row)).decode() if row else None


def address(user: User, secret: str) -> str:
    """The `otpauth://` address that an authenticator app reads from a QR code."""
    label = quote(f"{ISSUER}:{user.get_username()}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={ISSUER}&digits={DIGITS}&period={STEP_SECONDS}"


@transaction.atomic
def confirm(user: User, code: str) -> list[str]:
    """Turn it on with the first code; the recovery codes, shown once. Raises BadPerson."""
    row = SecondStep.objects.select_for_update().filter(user=user, confirmed_at__isnull=True).first()
    step = _matching_step(_secret(row), code, after=0) if row else None
    if row is None or step is None:
        raise BadPerson(
            _("This code is not right."), fix=_("Type the six digits that the app shows now."), field="code"
        )
    codes = [_recovery_code() for _each in range(RECOVERY_CODES)]
    row.confirmed_at, row.last_step, row.recovery = clock.now_us(), step, [_digest(each) for each in codes]
    row.save(update_fields=["confirmed_at", "last_step", "recovery"])
    eventlog.audit(f"user:{user.pk}", "person.second_on", f"person:{user.pk}")
    return codes


@transaction.atomic
def check(user: User, code: str) -> bool:
    """Whether the code is right; each code and each recovery code counts once."""
    row = SecondStep.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    if row is None:
        return False
    step = _matching_step(_secret(row), code, after=row.last_step)
    if step is not None:
        row.last_step = step
        row.save(update_fields=["last_step"])
        return True
    digest = _digest(code)
    used = [each for each in row.recovery if hmac.compare_digest(each, digest)]
    if used:
        row.recovery = [each for each in row.recovery if each not in used]
        row.save(update_fields=["recovery"])
        left = len(row.recovery)
        eventlog.audit(f"user:{user.pk}", "person.second_recovered", f"person:{user.pk}", after={"left": left})
    return bool(used)


@transaction.atomic
def turn_off(user: User, *, actor: str) -> None:
    """The password alone is enough again."""
    if SecondStep.objects.filter(user=user).delete()[0]:
        eventlog.audit(actor, "person.second_off", f"person:{user.pk}")


def code_at(secret: bytes, step: int) -> str:
    """The code of a step of 30 seconds."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def _matching_step(secret: bytes, code: str, *, after: int) -> int | None:
    """The step whose code it is, looked for around now; one that was used, or is older than that, does not count."""
    typed = "".join(code.split())
    now = clock.now_us() // (STEP_SECONDS * clock.MICROS)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()) and step > after:
            found = step
    return found


def _secret(row: SecondStep) -> bytes:
    return seal.unseal(bytes(row.sealed), place=_place(row.user))


def _place(user: User) -> str:
    return f"second-step:{user.pk}"


def _recovery_code() -> str:
    """120 bits in six groups: from 112 on a plain hash keeps it (OWASP ASVS 5.0, 6.5.2)."""
    plain = base64.b32encode(secrets.token_bytes(15)).decode().casefold()
    return "-".join(plain[at : at + 4] for at in range(0, 24, 4))


def _digest(code: str) -> str:
    plain = "".join(each for each in code.casefold() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
