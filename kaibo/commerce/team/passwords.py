"""What a password may not be made of, beside what Django's own validators refuse."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = ("kaibo", "开播", "douyin", "抖音", "zhibo", "直播", "password", "qwerty", "admin")
"""Guessed first where this product runs. Source: OWASP ASVS 5.0, 6.2.11."""
LEFT_OVER = 6


class ProductWords:
    """Refuses a password that is one of these words with a little around it."""

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - Django's form
        """Raises ValidationError."""
        plain = password.casefold()
        for word in WORDS:
            plain = plain.replace(word, "")
        if len(plain) != len(password) and len(plain) < LEFT_OVER:
            raise ValidationError(_("This password is easy to guess here."), code="password_of_the_product")

    def get_help_text(self) -> str:
        """For forms."""
        return _("Do not build it around the name of the product or of a platform.")
