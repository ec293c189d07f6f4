"""What leaves the connectors room: manifests and the outcomes of a translation. No Django."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from kaibo.eventlog.contracts import Problem
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.errors import KaiboError, NotFound

Tier = Literal["bronze", "silver", "gold"]
Direction = Literal["in", "out", "both"]
Transport = Literal["file", "push", "pull", "socket", "generator"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a connector takes at most. `line_bytes` is one row; `file_bytes` is after decompression."""

    file_bytes: int = 16 * 1024**3
    line_bytes: int = 1024**2
    events_per_second: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A connector as its `manifest.toml` describes it.

    Shape: `kinds` are the event kinds it can report at most; `declares` says which of them a file answers for:
    "seen" only those found in the file for a room (a recorder's settings are unknown), "manifest" all. `lacks`: the
    faults that its protocol does not know, or that nobody can mend, with the reason in both languages.
    """

    id: str
    name: dict[str, str]  # {"zh": …, "en": …}
    says: dict[str, str]
    direction: Direction
    transport: Transport
    tier: Tier
    folder: Path
    platform: str = ""  # empty: the events themselves name it
    api_versions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    docs: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    version: str = "1"  # of the translator; stamped into every line it makes
    declares: Literal["seen", "manifest"] = "seen"
    is_one_recording: bool = False  # a file is one show, however long its pauses
    limits: Limits = field(default_factory=Limits)
    lacks: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was understood and left out on purpose; `reason` is a short sentence, the same for every such row."""

    reason: str
    line: int = 0
    room_id: str = ""


@dataclass(frozen=True, slots=True)
class BadLine(Problem):
    """A row that could not be read, beside its raw text (cut), so that it can be set aside and replayed."""

    raw: str = ""


@dataclass(frozen=True, slots=True)
class Ok:
    """The configuration can be used."""


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """Why a configuration cannot be used: a stable code and the sentence the operator reads."""

    code: str
    sentence: str


type Outcome = PlatformEvent | Skipped | Problem


@dataclass(frozen=True, slots=True)
class FeedSetting:
    """One thing that a feed of a connector needs; `says` and `zh` tell where the platform shows it.

    Shape: `choices` lists the only values there are; `for_calls` marks what only calling the platform needs.
    """

    name: str
    says: str
    is_secret: bool = True
    is_needed: bool = True
    zh: str = ""
    choices: tuple[str, ...] = ()
    for_calls: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """Who answered when a connection was tried: `what` is a word that pages know, `number` what was found."""

    what: Literal["rooms_today", "shows_today", "orders_changed", "room", "account"]
    number: str


SMALL_BYTES = 4 * 1024 * 1024
"""A sealed message is opened before anything is proven, in memory: ten times the largest documented push."""


class BodyTooLarge(Exception):
    """A body that would have to be read whole before it is proven."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as it arrived at a hook. Header names are in lower case; `body` is as received, to the byte.

    Shape: a large body is a view of a file: what only hashes it need not hold it.
    """

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes | memoryview
    received_at: int

    def small(self) -> bytes:
        """The body in memory, for what must be opened or read before it is proven. Raises BodyTooLarge."""
        if len(self.body) > SMALL_BYTES:
            raise BodyTooLarge(f"a body that must be opened to be proven may have {SMALL_BYTES >> 20} MB")
        return bytes(self.body)


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file that a client fetched, in the inbox, without its bytes.

    Shape: `export` is the kind of table that it should be. Units: µs UTC.
    """

    id: int
    feed_id: str
    export: str
    name: str
    received_at: int
    is_emptied: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What the platform expects as an answer."""

    body: bytes = b""
    content_type: str = "application/json"
    status: int = 200


@dataclass(frozen=True, slots=True)
class Accepted:
    """A delivery that its signature proves; it goes into the inbox before `reply` is sent.

    Shape: `delivery_id` is the platform's own, empty where it gives none (then the body identifies itself);
    `payload` is the opened message where the body was sealed; `told` is what signed headers say beside the body.
    """

    reply: Reply
    delivery_id: str = ""
    payload: bytes | None = None
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """A handshake that is proven and holds nothing to keep."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Refused:
    """A delivery that proves nothing: a stable code and the sentence for the operator."""

    code: str
    sentence: str


type Verdict = Accepted | Answered | Refused


class Verifier(Protocol):
    """What `verify.py` of a push connector offers; pure: the clock is in the delivery."""

    def verify(self, delivery: Delivery, settings: Mapping[str, str]) -> Verdict:
        """Whether the platform sent this. Never raises for what a stranger may send."""
        ...


class PayloadTranslator(Protocol):
    """What `translate.py` of a push or pull connector offers; pure: the same payload gives the same outcomes."""

    def translate(self, payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
        """One outcome per thing the payload tells. `told`: signed headers, `room`, `received_at` (µs)."""
        ...


class FileTranslator(Protocol):
    """What `translate.py` of a file connector offers; pure: the same bytes give the same outcomes."""

    def recognise(self, head: bytes) -> bool:
        """True when the first bytes of a file look like this connector's format."""
        ...

    def translate(self, body: BinaryIO, *, room: str | None, options: Mapping[str, str]) -> Iterator[Outcome]:
        """One outcome per row, in file order; never raises for a bad row."""
        ...


class UnknownConnector(NotFound):
    code = "unknown_connector"


class BadFile(KaiboError):
    """The file as a whole cannot be read; nothing was taken from it."""

    code = "bad_file"
    status = 422


class WrongConnector(BadFile):
    code = "wrong_connector"


class BadBot(KaiboError):
    """An address that no bot has."""

    code = "bad_bot"
    status = 422


@dataclass(frozen=True, slots=True)
class BotView:
    """A bot as pages may know it: its name and what it is, never its address."""

    id: str
    kind: str
    problem: str = ""
    is_fixed: bool = False  # from the environment, which goes before what was typed


@dataclass(frozen=True, slots=True)
class PostView:
    """One text on its way: state waiting, delivered or failed, with the reason people read."""

    job_id: int
    bot: str
    state: str
    tries: int
    reason: str
    asked_us: int
    settled_us: int | None
