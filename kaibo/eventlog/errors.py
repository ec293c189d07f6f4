"""What can go wrong with the memory, each with the sentence its caller needs."""

from kaibo.kit.errors import KaiboError


class DamagedSegment(KaiboError):
    """The bytes of an acknowledged batch no longer match their checksum, or are gone."""

    code = "damaged_segment"
    status = 500


class LogRefuses(KaiboError):
    """The log cannot take more now; `retry_after` seconds is when to come back."""

    code = "log_refuses"
    status = 429

    def __init__(self, sentence: str, *, fix: str = "", retry_after: int = 2, **ids: object) -> None:
        super().__init__(sentence, fix=fix, **ids)
        self.retry_after = retry_after


class LogBusy(KaiboError):
    """Another process holds the log and there is no server to hand over to."""

    code = "log_busy"
    status = 503


class LogFailed(KaiboError):
    """The disk refused a write; nothing of it was acknowledged."""

    code = "log_failed"
    status = 503


class UnknownFeed(KaiboError):
    code = "unknown_feed"
    status = 404


class UnknownArtifact(KaiboError):
    code = "unknown_artifact"
    status = 404


class WindowTaken(KaiboError):
    """The room already has a show at that time."""

    code = "window_taken"
    status = 409


class DamagedArtifact(KaiboError):
    """The bytes of a published file no longer match their checksum, or are gone."""

    code = "damaged_artifact"
    status = 500


class DamagedLake(KaiboError):
    """A Parquet file does not hold the rows that were written to it."""

    code = "damaged_lake"
    status = 500


class TurnTaken(KaiboError):
    """Another process has not finished what only one may do at a time."""

    code = "turn_taken"
    status = 503


class BadTask(KaiboError):
    """Background work that nobody can run."""

    code = "bad_task"
    status = 500


class JobNotFound(KaiboError):
    code = "job_not_found"
    status = 404


class UnknownDelivery(KaiboError):
    code = "unknown_delivery"
    status = 404


class BadCommand(KaiboError):
    """An order to a platform that cannot be kept."""

    code = "bad_command"
    status = 422


class CommandNotFound(KaiboError):
    code = "command_not_found"
    status = 404


class CommandTaken(KaiboError):
    """The platform was asked already: it cannot be taken back here."""

    code = "command_taken"
    status = 409
