"""What a question can be refused for."""

from kaibo.kit.errors import KaiboError


class TooMuchText(KaiboError):
    """More than one answer should hold; `field` says which limit."""

    code = "too_much_text"
    status = 413
