"""Calls to a platform: made anew for each attempt, limited, repeated with growing pauses, errors in our words."""

import contextlib
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from kaibo.connectors.pacing import Bucket, Clock, Rate, pause
from kaibo.connectors.payloads import BadField, decode, whole
from kaibo.connectors.registry import error_texts
from kaibo.connectors.tokens import Granted, Tokens
from kaibo.eventlog.errors import TurnTaken
from kaibo.kit.errors import KaiboError

if TYPE_CHECKING:  # it takes a fifth of a second to import: only who calls pays for it
    import ssl

    import httpx

TIMEOUT_SECONDS, CONNECT_SECONDS = 20.0, 5.0
ATTEMPTS = 7
"""With the pauses between them at least half a minute; then the poll fails and is tried again later."""
REPLY_BYTES = 32 * 1024 * 1024
FETCH_SECONDS = 180.0
"""A file that does not come within this is given up: a line that drips must not hold a poll for ever."""
LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
BAD_TOKEN, TOO_FAST = "bad_token", "too_fast"


class PlatformFault(KaiboError):
    """The platform did not give what we asked for; `code` is ours, the sentence the operator's."""

    code = "platform_down"
    status = 502
    is_permanent = False
    is_for_later = False  # not again within this call, but soon


class AddressEnded(PlatformFault):
    """The address of a file is good no more: the platform has to name another."""

    code = "address_ended"
    is_for_later = True


class TooLong(PlatformFault):
    """A file is larger than we hold."""

    code = "too_large"


class PlatformRefused(PlatformFault):
    """Asking again changes nothing: somebody has to act."""

    code = "refused"
    is_permanent = True


@dataclass(frozen=True, slots=True)
class Call:
    """One request. A GET carries its parameters in `query`, a POST its bytes in `body`."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that the platform calls good: its bytes as received, and what they say."""

    raw: bytes
    said: dict[str, Any]


@cache
def _whom_we_trust() -> "ssl.SSLContext":
    """The authorities of this machine, read once: to read them takes as long as several calls."""
    import httpx

    return httpx.create_ssl_context()


class Caller:
    """The calls of one feed. One instance per thread; its buckets count what the application may do."""

    def __init__(
        self,
        connector: str,
        *,
        base: str,
        clock: Clock,
        code_of: Callable[[dict[str, Any]], str],
        rates: Mapping[str, Rate] | None = None,
        timeout: "httpx.Timeout | None" = None,
        draw: random.Random | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        import httpx

        timeout = timeout or httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
        self._connector, self._clock, self._code_of = connector, clock, code_of
        self._http = httpx.Client(
            base_url=check_base(base), timeout=timeout, follow_redirects=False, verify=_whom_we_trust()
        )
        self._buckets = {name: Bucket(rate, clock) for name, rate in (rates or {}).items()}
        self._draw = draw or random.Random()
        self._errors = error_texts(connector)
        self._attempts = attempts

    def close(self) -> None:
        self._http.close()

    def ask(self, make: Callable[[str], Call], *, tokens: Tokens | None = None, bucket: str = "") -> Answer:
        """The platform's good reply; `make` gets the access token and is called again for each attempt.

        Raises: PlatformRefused (permanent), PlatformFault (after several attempts), Stopped.
        """
        fault, is_renewed = PlatformFault("there was no attempt"), False
        for attempt in range(self._attempts):
            if bucket in self._buckets:
                self._buckets[bucket].take()
            with _in_turn():
                token = tokens.current() if tokens is not None else ""
            try:
                return self._once(make(token))
            except _Refusal as refusal:
                fault = self._fault(refusal.code, refusal.said)
            except _Slow as slow:
                fault = self._fault(TOO_FAST, "")
                self._slow_down(bucket, attempt, slow.seconds)
                continue
            except _Broken as broken:
                fault = PlatformFault(broken.sentence)
                fault.code = broken.code
                self._rest(attempt)
                continue
            if fault.code == BAD_TOKEN and tokens is not None and not is_renewed:
                with _in_turn():
                    tokens.renew(token)
                is_renewed = True
            elif fault.is_permanent or fault.is_for_later:
                raise fault
            elif fault.code == TOO_FAST:
                self._slow_down(bucket, attempt, None)
            else:
                self._rest(attempt)
        raise fault

    def fetch(self, address: str, *, hosts: tuple[str, ...], longest: int) -> bytes:
        """A file at an address that the platform named, as received; no redirect is followed.

        Shape: `hosts` are the platform's documented domains; the host that is called with http (a trial on this
        machine) may name itself.
        Raises: PlatformRefused (another host, a redirect), AddressEnded, TooLong, PlatformFault after several
        attempts, Stopped.
        """
        self._check_address(address, hosts)
        fault = PlatformFault("there was no attempt")
        for attempt in range(self._attempts):
            try:
                status, headers, raw = self._send(Call("GET", address), longest=longest, within=FETCH_SECONDS)
            except _TooLarge:
                raise TooLong(f"the file of {self._connector} is larger than {longest >> 20} MB") from None
            except _Broken as broken:
                fault = PlatformFault(broken.sentence)
                fault.code = broken.code
                self._rest(attempt)
                continue
            if status == 429:
                fault = self._fault(TOO_FAST, "")
                self._slow_down("", attempt, _seconds(headers.get("retry-after")))
            elif status >= 500:
                fault = PlatformFault(f"{self._connector} answers with status {status} instead of the file")
                self._rest(attempt)
            elif status >= 400:
                raise AddressEnded(f"{self._connector} gives no file at the address that it named (status {status})")
            elif status >= 300:
                refuse("strange_address", f"{self._connector} leads from the file's address to another one")
            else:
                return raw
        raise fault

    def _check_address(self, address: str, hosts: tuple[str, ...]) -> None:
        """Nothing, when a file may be fetched there. Raises PlatformRefused, never with the address: it is a key."""
        parts, own = urlsplit(address), self._http.base_url
        host = parts.hostname or ""
        is_theirs = parts.scheme == "https" and parts.port in (None, 443) and parts.username is None
        is_theirs = is_theirs and any(host == one or host.endswith(f".{one}") for one in hosts)
        is_trial = own.host in LOOPBACK and (parts.scheme, host, parts.port) == (own.scheme, own.host, own.port)
        if not (is_theirs or is_trial):
            refuse(
                "strange_address",
                f"{self._connector} names a file on '{host[:100]}', which is not the platform's",
                f"files are fetched over https from {', '.join(hosts)} alone",
            )

    def _rest(self, attempt: int, told: float | None = None) -> None:
        """The pause before another attempt; after the last one there is nothing to wait for."""
        if attempt + 1 < self._attempts:
            self._clock.sleep(pause(attempt, draw=self._draw, told=told))

    def _slow_down(self, bucket: str, attempt: int, seconds: float | None) -> None:
        self._rest(attempt, seconds)
        if bucket in self._buckets:
            self._buckets[bucket].empty()

    def _once(self, call: Call) -> Answer:
        status, headers, raw = self._send(call)
        if status == 429:
            raise _Slow(_seconds(headers.get("retry-after")))
        if status >= 500:
            raise _Broken(f"{self._connector} answers with status {status}", PlatformFault.code)
        try:
            said = decode(raw)
        except BadField as problem:
            if status in (401, 403):
                raise _Refusal(BAD_TOKEN, f"status {status}") from None
            raise _Broken(f"{self._connector} answers with what is no JSON: {problem.problem}") from None
        if not isinstance(said, dict):
            raise _Broken(f"{self._connector} answers with no object")
        code = self._code_of(said)
        if code:
            raise _Refusal(code, _message(said))
        if status >= 400:
            raise _Refusal(BAD_TOKEN if status in (401, 403) else str(status), _message(said))
        return Answer(raw, said)

    def _send(
        self, call: Call, *, longest: int = REPLY_BYTES, within: float | None = None
    ) -> "tuple[int, httpx.Headers, bytes]":
        import httpx

        chunks, size, begun = [], 0, time.monotonic()
        query = dict(call.query) or None  # an empty one would take an address its own
        try:
            with self._http.stream(
                call.method, call.path, params=query, content=call.body or None, headers=dict(call.headers)
            ) as response:
                for chunk in response.iter_bytes():
                    size += len(chunk)
                    if size > longest:
                        raise _TooLarge(f"{self._connector} answers with more than {longest >> 20} MB")
                    if within is not None and time.monotonic() - begun > within:
                        raise _Broken(f"{self._connector} does not finish its answer in time")
                    chunks.append(chunk)
                return response.status_code, response.headers, b"".join(chunks)
        except httpx.TimeoutException:
            raise _Broken(f"{self._connector} does not answer in time") from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _Broken(f"the line to {self._connector} broke: {type(error).__name__}") from None

    def _fault(self, code: str, said: str) -> PlatformFault:
        """The platform's code in our words; an unknown one is permanent only when it says so nowhere."""
        known = self._errors.get(code)
        if known is None:
            fault = PlatformFault(f"{self._connector} refuses with {code}: {said[:200]}" if said else _OWN[TOO_FAST])
            fault.code = code if code in (BAD_TOKEN, TOO_FAST) else "refused"
            return fault
        kind = PlatformRefused if known.get("permanent") else PlatformFault
        fault = kind(str(known["sentence"]), their_code=code)
        fault.code = str(known["code"])
        fault.is_for_later = bool(known.get("later"))
        return fault


_OWN = {TOO_FAST: "the platform says that we ask too often; the call is repeated later"}


@contextlib.contextmanager
def _in_turn() -> Iterator[None]:
    try:
        yield
    except TurnTaken:
        raise PlatformFault("another process is renewing the access token; the call is repeated later") from None


@contextlib.contextmanager
def closing(caller: Caller) -> Iterator[Caller]:
    """The caller, its connections closed afterwards."""
    try:
        yield caller
    finally:
        caller.close()


def check_base(base: str) -> str:
    """The address when it may be called. Raises PlatformRefused: only TLS, or this machine."""
    parts = urlsplit(base)
    if (parts.scheme == "https" and parts.hostname) or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return base
    raise PlatformRefused(f"'{base}' is no address that is called", fix="write https://…")


def needed_settings(settings: Mapping[str, str], *names: str) -> None:
    """Nothing, when all are given. Raises PlatformRefused naming the first that is missing."""
    for name in names:
        if not settings.get(name):
            refuse("missing_setting", f"{name} is missing")


def refuse(code: str, sentence: str, fix: str = "") -> NoReturn:
    """Raise PlatformRefused with this code."""
    fault = PlatformRefused(sentence, fix=fix)
    fault.code = code
    raise fault


def code_under(name: str) -> Callable[[dict[str, Any]], str]:
    """Reads the platform's code from one field of its replies; none and 0 are good."""
    return lambda said: str(whole(said.get(name)) or "")


def granted(said: object, *, code: str, problem: str, fix: str, seconds: float = 7200) -> Granted:
    """What a reply grants, for `seconds` where it does not say how long. Raises PlatformRefused for none."""
    if not isinstance(said, dict) or not said.get("access_token"):
        refuse(code, problem, fix)
    lasts = float(whole(said.get("expires_in")) or seconds)
    return Granted(str(said["access_token"]), lasts, str(said.get("refresh_token") or ""))


def compact(value: object) -> bytes:
    """JSON without spaces, keys sorted at every level: what some platforms sign, and what is the same each time."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _seconds(told: str | None) -> float | None:
    try:
        return float(told) if told else None
    except ValueError:
        return None


def _message(said: Mapping[str, Any]) -> str:
    names = ("message", "msg", "errmsg", "err_msg", "error_msg", "sub_msg", "description")
    return next((str(said[name]) for name in names if said.get(name)), "")


class _Refusal(Exception):
    def __init__(self, code: str, said: str) -> None:
        super().__init__(code)
        self.code, self.said = code, said


class _Slow(Exception):
    def __init__(self, seconds: float | None) -> None:
        super().__init__("429")
        self.seconds = seconds


class _Broken(Exception):
    def __init__(self, sentence: str, code: str = "no_answer") -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code


class _TooLarge(_Broken):
    pass
