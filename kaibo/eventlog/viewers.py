"""Viewer ids become keyed hashes at the door; nicknames go to a table of their own, which can forget."""

import hashlib
import threading

from django.db import Error as DatabaseFault
from django.db import transaction

from kaibo.eventlog.audit import audit
from kaibo.eventlog.lines import Line
from kaibo.eventlog.models import ErasedViewer, Nickname
from kaibo.kit import env
from kaibo.kit.clock import now_us

CACHE_LIMIT = 300_000  # written names that are remembered; about 60 MB
CROWD = 40_000
"""More viewers than this are hashed each time: a larger table does not fit the processor's cache, and looking one up
there costs twice the hash."""
CROWD_IDS = 2_000_000  # so many ids later the next room may be smaller
NAME_LENGTH = 200
IN_ONE_QUERY = 500
PREFIX = "v_"
_HASHED_LENGTH = len(PREFIX) + 24


class _Hashes(dict[str | None, str | None]):
    """Raw viewer id of one platform -> its keyed hash, made when it is first asked for: one look-up per line."""

    def __init__(self, platform: str, key: bytes, *, is_trusted: bool) -> None:
        super().__init__({None: None})
        self._begun = hashlib.blake2b(f"{platform}\x1f".encode(), key=key, digest_size=12)
        self._is_trusted = is_trusted
        self._crowd_left = CROWD_IDS

    def __missing__(self, raw: str) -> str:
        hidden = self[raw] = self._hidden(raw)
        return hidden

    def of(self, raws: list[str | None]) -> list[str | None]:
        """The hashes of these ids, None where there is none."""
        if len(self) <= CROWD:
            return list(map(self.__getitem__, raws))
        self._crowd_left -= len(raws)
        if self._crowd_left < 0:
            self._crowd_left = CROWD_IDS
            self.clear()
            self[None] = None
        return [None if raw is None else self._hidden(raw) for raw in raws]

    def _hidden(self, raw: str) -> str:
        if self._is_trusted and len(raw) == _HASHED_LENGTH and raw.startswith(PREFIX):
            return raw
        begun = self._begun.copy()
        begun.update(raw.encode())
        return PREFIX + begun.hexdigest()


class ViewerIds:
    """Raw viewer id of a platform to its keyed hash, remembered for the next line of the same viewer.

    Shape: `v_` and 24 hex digits. An id that is such a hash already is kept when our own code hands it over.
    """

    def __init__(self) -> None:
        key = env.key("KAIBO_VIEWER_KEY")
        self._key = hashlib.blake2b(key, digest_size=32).digest()  # any length of secret fits
        self._known: dict[tuple[str, bool], _Hashes] = {}

    def hidden(self, platform: str, raws: list[str | None], *, is_trusted: bool) -> list[str | None]:
        """The hashes of ids of one platform, None where there is none. Cost: a look-up per id it has met, or a hash."""
        return self._of(platform, is_trusted=is_trusted).of(raws)

    def _of(self, platform: str, *, is_trusted: bool) -> _Hashes:
        known = self._known.get((platform, is_trusted))
        if known is None:
            known = self._known[(platform, is_trusted)] = _Hashes(platform, self._key, is_trusted=is_trusted)
        return known


class NameBook:
    """Nicknames on their way to their table; what is not yet written is lost by a crash and told again later."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, str] = {}
        self._written: dict[str, int] = {}

    def take(self, lines: list[Line]) -> None:
        """Take the nickname out of every line; `viewer_id` is hashed already."""
        for line in [line for line in lines if line.attrs is not None]:
            attrs = line.attrs or {}
            if "nickname" not in attrs:
                continue
            name = attrs.pop("nickname")
            if not attrs:
                line.attrs = None
            if line.viewer_id is None or not isinstance(name, str) or not name:
                continue
            name = name.replace("\x00", "")[:NAME_LENGTH]
            if self._written.get(line.viewer_id) != hash(name):
                with self._lock:
                    self._waiting[line.viewer_id] = name

    def flush(self) -> int:
        """Write what waits; how many names. A failure leaves them waiting. Cost: two statements per 500 names."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        if not waiting:
            return 0
        if len(self._written) > CACHE_LIMIT:
            self._written.clear()
        try:
            written = _write_names(waiting)
        except DatabaseFault:
            with self._lock:
                self._waiting = {**waiting, **self._waiting}
            raise
        self._written.update((viewer, hash(name)) for viewer, name in waiting.items())
        return written

    def forget(self, viewer_id: str) -> None:
        with self._lock:
            self._waiting.pop(viewer_id, None)
        self._written.pop(viewer_id, None)


def _write_names(waiting: dict[str, str]) -> int:
    erased = ErasedViewer.objects.all()
    if len(waiting) <= IN_ONE_QUERY:
        erased = erased.filter(viewer_id__in=waiting)
    forgotten = set(erased.values_list("viewer_id", flat=True))
    at = now_us()
    told = sorted(waiting.items())  # appenders of several shards that write the same names meet in one order
    rows = [Nickname(viewer_id=v, nickname=n, seen_at=at) for v, n in told if v not in forgotten]
    Nickname.objects.bulk_create(
        rows,
        batch_size=IN_ONE_QUERY,
        update_conflicts=True,
        unique_fields=["viewer_id"],
        update_fields=["nickname", "seen_at"],
    )
    return len(rows)


def nicknames(viewer_ids: list[str] | tuple[str, ...] | set[str]) -> dict[str, str]:
    """Display names of hashed viewer ids; a viewer without one is absent. Cost: one query per 500 ids."""
    wanted = list(dict.fromkeys(viewer_ids))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), IN_ONE_QUERY):
        rows = Nickname.objects.filter(viewer_id__in=wanted[start : start + IN_ONE_QUERY])
        found.update(rows.values_list("viewer_id", "nickname"))
    return found


def hidden_viewer(platform: str, raw: str) -> str:
    """The keyed hash that stands for a viewer of a platform; a hash stays itself."""
    [hidden] = ViewerIds().hidden(platform, [raw], is_trusted=True)
    return str(hidden)


def erase_viewer(viewer_id: str, *, actor: str) -> bool:
    """Forget the name of a viewer for ever; True when one was held. The hash in the log names nobody after it."""
    with transaction.atomic():
        gone, _ = Nickname.objects.filter(viewer_id=viewer_id).delete()
        told = {"erased_at": now_us(), "rewritten_at": None}
        ErasedViewer.objects.update_or_create(viewer_id=viewer_id, defaults=told)
        audit(actor, "viewer.erased", f"viewer:{viewer_id}", before={"had_name": bool(gone)})
    return bool(gone)
