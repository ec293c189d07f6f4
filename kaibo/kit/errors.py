"""One base for every error that a person meets: a code, a sentence, the fix, an HTTP status."""


class KaiboError(Exception):
    """An error with a stable code and a sentence that says what to do.

    Every room derives its own; `status` is what the web answers, exit code 2 what the shell gets.
    """

    code = "error"
    status = 400

    def __init__(self, sentence: str, *, fix: str = "", **ids: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fix = fix
        self.ids = ids

    def as_dict(self) -> dict[str, object]:
        """The JSON form that the API answers."""
        return {"code": self.code, "problem": self.sentence, "fix": self.fix, **self.ids}


class NotFound(KaiboError):
    code = "not_found"
    status = 404


class Forbidden(KaiboError):
    code = "forbidden"
    status = 403


class Conflict(KaiboError):
    code = "conflict"
    status = 409


class BadConfiguration(KaiboError):
    code = "bad_configuration"
    status = 500
