"""What can go wrong with rounds."""

from kaibo.kit.errors import KaiboError, NotFound


class BadForm(KaiboError):
    """A form that cannot be saved; names the field."""

    code = "bad_round_form"
    status = 422


class NoRound(NotFound):
    code = "no_round"
