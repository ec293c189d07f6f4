"""What a log line is about, as fields that machines can search: `log.error("…", extra=about(feed=…, batch=…))`.

Fields hold names that we or a sender gave, never words, nicknames or ids of people.
"""

from kaibo.kit.errors import KaiboError

NAMES = ("event_id", "batch", "feed", "show", "delivery", "case")
LONGEST = 200


def about(**named: str | int | None) -> dict[str, dict[str, str]]:
    """Fields of `NAMES` for `extra`; empty ones are left out. Raises KeyError for another name."""
    strange = named.keys() - set(NAMES)
    if strange:
        raise KeyError(f"{sorted(strange)} is no field of log lines")
    told = {name: str(named[name]) for name in NAMES if named.get(name) not in (None, "")}
    return {"about": {name: value[:LONGEST] for name, value in told.items() if value.isprintable()}}


def batch_name(writer: str, from_seq: int, to_seq: int) -> str:
    """How a batch is called in log lines: writer:from-to."""
    return f"{writer}:{from_seq}-{to_seq}"


def about_damage(error: KaiboError) -> dict[str, dict[str, str]]:
    """The batch that an error about a segment names, where it names one."""
    if "writer" not in error.ids:
        return about()
    return about(
        batch=batch_name(str(error.ids["writer"]), int(str(error.ids["from_seq"])), int(str(error.ids["to_seq"])))
    )
