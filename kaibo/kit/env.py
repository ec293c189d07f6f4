"""Settings from the environment, read once, checked at start. Secrets come from here only."""

import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kaibo.kit.errors import BadConfiguration


@dataclass(frozen=True)
class Setting:
    """A documented environment variable; `docs/reference/settings.md` is made from this list."""

    name: str
    default: str
    purpose: str
    is_secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("KAIBO_HOME", "~/.kaibo", "Folder that holds everything: records, log, lake, keys."),
    Setting("KAIBO_DATABASE_URL", "", "postgresql://… for records; empty means SQLite inside KAIBO_HOME."),
    Setting("KAIBO_ZONE", "Asia/Shanghai", "Time zone of the team; pages show times in it."),
    Setting("KAIBO_DAY_CUT_HOUR", "6", "Hour at which the business day ends, 0-12."),
    Setting(
        "KAIBO_EFFECTIVE_SECONDS", "10", "Seconds from which a visit is an effective view; shows are counted again."
    ),
    Setting("KAIBO_CURRENCY", "CNY", "Currency assumed where an event names none."),
    Setting("KAIBO_HOSTS", "127.0.0.1,localhost", "Host names the server answers to, comma separated."),
    Setting(
        "KAIBO_SERVED_AS",
        "",
        "host or host:port by which servers on other machines reach this one; empty: the machine's name.",
    ),
    Setting("KAIBO_SECRET_KEY", "", "Signs cookies; empty means a generated file in KAIBO_HOME/keys.", True),
    Setting("KAIBO_VIEWER_KEY", "", "Keys the viewer-id hash; empty means a generated file in KAIBO_HOME/keys.", True),
    Setting("KAIBO_SEAL_KEY", "", "Seals settings of feeds at rest; empty: a generated file in KAIBO_HOME/keys.", True),
    Setting("KAIBO_TOKEN", "", "Token of the feed that `kaibo simulate --to` sends with.", True),
    Setting("KAIBO_INBOX_DAYS", "30", "Days that the raw body of a translated push is kept; 0 keeps it for ever."),
    Setting("KAIBO_CASE_DAYS", "1095", "Days that evidence of closed violation cases is kept; 0 keeps it for ever."),
    Setting(
        "KAIBO_RECORDINGS",
        "",
        "Folders, comma separated, whose recordings a case may play; `recordings` in KAIBO_HOME is always one.",
    ),
    Setting("KAIBO_RECORDING_DAYS", "30", "Days that sound kept by `kaibo listen --keep` stays; 0 keeps it for ever."),
    Setting(
        "KAIBO_SENSITIVE_WORD_RATIO", "0.005", "Sensitive-word rate that a team stays under: a share of texts, 0 to 1."
    ),
    Setting("KAIBO_COMMENT_DAYS", "0", "Days that the text of comments is kept; 0 keeps it for ever."),
    Setting(
        "KAIBO_LOG_SHARDS",
        "1",
        "Appenders that share out the rooms; more than one needs PostgreSQL. Change it with every server stopped.",
    ),
    Setting("KAIBO_BACKUP_TO", "", "Folder or address (s3://…) that `kaibo backup` writes to when none is given."),
    Setting(
        "KAIBO_LAKE",
        "",
        "Folder or address (s3://…) to which the lake is sent too, for other tools and machines to read.",
    ),
    Setting("KAIBO_LOG", "line", "Form of log lines: `line` for people, `json` for machines."),
    Setting("KAIBO_METRICS_TOKEN", "", "Bearer token of `/ops/metrics`; empty admits this machine only.", True),
    Setting(
        "KAIBO_COUNT_APART", "0", "1 when `kaibo count` runs by itself, e.g. on Spark: the server starts no counter."
    ),
    Setting(
        "KAIBO_END_HUNG_HOLDER_SECONDS",
        "60",
        "Seconds after which a replica ends a holder of the log on its machine that answers nobody; 0 never.",
    ),
    Setting("KAIBO_TLS", "0", "1 when a proxy speaks TLS before us: cookies become Secure."),
    Setting(
        "KAIBO_TWO_STEP",
        "optional",
        "Who must log in with a code of the phone: `optional` (nobody), `directors` or `everybody`.",
    ),
    Setting("KAIBO_DEBUG", "0", "1 shows tracebacks in the browser; never on a reachable host."),
    Setting("KAIBO_SHARED_DATA", "../shared/data", "Real recordings that some tests and benchmarks read."),
    Setting("KAIBO_REQUIRE_ALL", "0", "1 makes a skipped test a failure."),
)
FEED_PATTERN = "KAIBO_FEED_<ID>_<NAME>"
"""Secrets of a feed: `<ID>` is the feed's id without `feed_`, `<NAME>` a setting of its connector, both in capitals."""
BOT_PATTERN = "KAIBO_BOT_<NAME>"
"""Address of a chat bot, a secret: `<NAME>` is what pages call it, in capitals."""
MOST_SHARDS = 64
"""Each is a lock, a writer and a connection to the database; a machine gains nothing beyond its cores."""
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


def read(name: str) -> str:
    """The value of a documented setting, or its default. Raises KeyError for an undocumented name."""
    return os.environ.get(name, "") or _DEFAULTS[name]


def feed_variable(feed_id: str, name: str) -> str:
    """The environment variable that holds a setting of a feed."""
    return f"KAIBO_FEED_{feed_id.removeprefix('feed_').upper()}_{name.upper()}"


def read_feed(feed_id: str, name: str) -> str:
    """A setting of a feed from the environment; empty when it is not set. Secrets of feeds are nowhere else."""
    return os.environ.get(feed_variable(feed_id, name), "").strip()


def bot_addresses() -> dict[str, str]:
    """Name in small letters -> address of every bot of the environment. Others were typed in and are sealed."""
    found = {
        name.removeprefix("KAIBO_BOT_").lower(): value.strip()
        for name, value in os.environ.items()
        if name.startswith("KAIBO_BOT_")
    }
    return {name: address for name, address in found.items() if name and address}


def inbox_days() -> int:
    """How long raw bodies of pushes are kept; 0 is for ever."""
    return _days("KAIBO_INBOX_DAYS", like="30")


def two_step() -> str:
    """Who must log in with a code of the phone: optional, directors or everybody. Raises BadConfiguration."""
    wanted = read("KAIBO_TWO_STEP")
    if wanted not in {"optional", "directors", "everybody"}:
        raise BadConfiguration(
            f"KAIBO_TWO_STEP={wanted} names nobody", fix="set it to optional, directors or everybody"
        )
    return wanted


def comment_days() -> int:
    """How long the text of comments is kept; 0 is for ever."""
    return _days("KAIBO_COMMENT_DAYS", like="180")


def case_days() -> int:
    """How long evidence of closed violation cases is kept; 0 is for ever."""
    return _days("KAIBO_CASE_DAYS", like="1095")


def recording_days() -> int:
    """How long sound that was kept on air stays; 0 is for ever."""
    return _days("KAIBO_RECORDING_DAYS", like="30")


def recording_folders() -> list[Path]:
    """Folders in which recordings may be heard; the home's own comes first, whether it is there or not."""
    named = [Path(one.strip()).expanduser() for one in read("KAIBO_RECORDINGS").split(",") if one.strip()]
    for one in named:
        if not one.is_absolute():
            raise BadConfiguration(f"KAIBO_RECORDINGS: {one} is no whole path", fix="begin it at the root")
    return [home() / "recordings", *named]


def sensitive_word_ratio() -> float:
    """The share of texts with a confirmed forbidden word that a team stays under. Raises BadConfiguration."""
    text = read("KAIBO_SENSITIVE_WORD_RATIO")
    try:
        ratio = float(text)
    except ValueError:
        ratio = -1.0
    if not 0 < ratio <= 1:
        raise BadConfiguration(
            f"KAIBO_SENSITIVE_WORD_RATIO={text} is no share", fix="use a number above 0 up to 1, like 0.005 for 0.5 %"
        )
    return ratio


def _days(name: str, *, like: str) -> int:
    value = read(name)
    if not value.isdigit() or int(value) > 36500:
        raise BadConfiguration(f"{name}={value} is no number of days", fix=f"set it to {like}, or to 0")
    return int(value)


def read_flag(name: str) -> bool:
    """True for 1, true, yes, on. Raises BadConfiguration for anything that is neither yes nor no."""
    value = read(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise BadConfiguration(f"{name}={value} is neither 1 nor 0", fix=f"set {name}=1 or {name}=0")


def log_shards() -> int:
    """How many appenders share out the rooms. Raises BadConfiguration."""
    value = read("KAIBO_LOG_SHARDS")
    if not value.isdigit() or not 1 <= int(value) <= MOST_SHARDS:
        raise BadConfiguration(f"KAIBO_LOG_SHARDS={value} is no number from 1 to {MOST_SHARDS}", fix="set it to 1")
    if int(value) > 1 and not read("KAIBO_DATABASE_URL"):
        raise BadConfiguration(
            f"KAIBO_LOG_SHARDS={value} needs records in PostgreSQL, and KAIBO_DATABASE_URL is empty",
            fix="set KAIBO_DATABASE_URL, or KAIBO_LOG_SHARDS=1",
        )
    return int(value)


def end_hung_holder_seconds() -> int:
    """After how long without an answer a replica ends the holder of the log; 0 is never. Raises BadConfiguration."""
    value = read("KAIBO_END_HUNG_HOLDER_SECONDS")
    if not value.isdigit() or int(value) > 86400:
        raise BadConfiguration(
            f"KAIBO_END_HUNG_HOLDER_SECONDS={value} is no number of seconds", fix="set it to 60, or to 0 for never"
        )
    return int(value)


def served_as() -> tuple[str, int]:
    """Host and port by which other machines reach this server; empty and 0 where nothing is set."""
    value = read("KAIBO_SERVED_AS")
    host, colon, port = value.rpartition(":")
    if value and not colon:
        return value, 0
    if value and not (host and port.isdigit() and 0 < int(port) < 65536):
        raise BadConfiguration(f"KAIBO_SERVED_AS={value} is no address", fix="set it to a host, or to host:port")
    return host, int(port or 0)


def home() -> Path:
    """The folder that holds everything; made on first use."""
    folder = Path(read("KAIBO_HOME")).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def zone() -> ZoneInfo:
    """The team's zone."""
    name = read("KAIBO_ZONE")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadConfiguration(f"KAIBO_ZONE={name} is no time zone", fix="use a name such as Asia/Shanghai") from error


def effective_seconds() -> int:
    """Seconds from which a visit counts as an effective view."""
    value = read("KAIBO_EFFECTIVE_SECONDS")
    if not value.isdigit() or not 1 <= int(value) <= 3600:
        raise BadConfiguration(f"KAIBO_EFFECTIVE_SECONDS={value} is no number from 1 to 3600", fix="set it to 10")
    return int(value)


def day_cut_hour() -> int:
    """Hour at which the business day ends."""
    value = read("KAIBO_DAY_CUT_HOUR")
    if not value.isdigit() or not 0 <= int(value) <= 12:
        raise BadConfiguration(f"KAIBO_DAY_CUT_HOUR={value} is no hour from 0 to 12", fix="set it to 6")
    return int(value)


def _written(path: Path) -> bytes:
    """The key that another process may be writing just now. Raises: BadConfiguration when it never comes."""
    for _ in range(200):
        if content := path.read_bytes():
            return content
        time.sleep(0.01)
    raise BadConfiguration(f"{path} is empty", fix="restore it from a backup; delete it only on a new home")


def key(name: str) -> bytes:
    """A secret key from the environment, else a generated file in KAIBO_HOME/keys, mode 600."""
    given = os.environ.get(name, "")
    if given:
        return given.encode()
    folder = home() / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name.removeprefix("KAIBO_").removesuffix("_KEY").lower()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _written(path)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()
