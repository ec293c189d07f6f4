"""Tables of the team module. Django's own User stays; a Person is one-to-one with it."""

from django.conf import settings
from django.db import models

from kaibo.commerce.team.contracts import Role

ROLE_CHOICES = [(role.value, role.value) for role in Role]


class Person(models.Model):
    """Somebody with an account: role, rooms, and the stamp that ends old logins."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="person")
    name = models.CharField(max_length=80, blank=True, default="")
    role = models.CharField(max_length=20, choices=ROLE_CHOICES)
    has_all_rooms = models.BooleanField(default=False)
    rooms = models.JSONField(default=list, blank=True)  # [[platform, room_id], …]
    login_stamp = models.CharField(max_length=32, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name or self.user.get_username()


class Invitation(models.Model):
    """A link that makes one account; only the hash of its token is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20, choices=ROLE_CHOICES)
    has_all_rooms = models.BooleanField(default=False)
    rooms = models.JSONField(default=list, blank=True)
    note = models.CharField(max_length=120, blank=True, default="")
    invited_by = models.CharField(max_length=80)
    expires_at = models.BigIntegerField()
    accepted_at = models.BigIntegerField(null=True, blank=True)
    withdrawn_at = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.note or f"{self.role}"


class LoginTry(models.Model):
    """Failed logins of one name from one address, kept as a hash of both, inside one window of time."""

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    since = models.BigIntegerField()

    def __str__(self) -> str:
        return self.key


class SecondStep(models.Model):
    """The second step of somebody's login: the secret sealed with a key outside the records, recovery codes hashed."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_step")
    sealed = models.BinaryField()
    confirmed_at = models.BigIntegerField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    recovery = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}"
