"""Numbers for a monitoring system, in the text form that Prometheus reads.

Source: Prometheus text exposition format 0.0.4.
"""

import hmac
import ipaddress
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse

from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env
from kaibo.kit.errors import Forbidden
from kaibo.warehouse import api as warehouse
from kaibo.web.live.stream import watchers
from kaibo.web.pages.addresses import address_of

Sample = tuple[dict[str, str], float]
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def gauges(request: HttpRequest) -> HttpResponse:
    """Health of log, counter, feeds, inbox and background work. Cost: about six queries.

    Raises: Forbidden unless the request carries the token of KAIBO_METRICS_TOKEN or, without one, comes from this
    machine.
    """
    _admit(request)
    lines: list[str] = []
    for name, kind, says, samples in _all():
        lines += [f"# HELP kaibo_{name} {says}", f"# TYPE kaibo_{name} {kind}"]
        lines += [f"kaibo_{name}{_labels(labels)} {value:.17g}" for labels, value in samples]
    return HttpResponse("\n".join(lines) + "\n", content_type=CONTENT_TYPE)


def _admit(request: HttpRequest) -> None:
    token = env.read("KAIBO_METRICS_TOKEN")
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise Forbidden("the token is not the one of KAIBO_METRICS_TOKEN")
        return
    try:
        is_local = ipaddress.ip_address(address_of(request)).is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        raise Forbidden("without KAIBO_METRICS_TOKEN only this machine may read the gauges")


def _all() -> Iterator[tuple[str, str, str, list[Sample]]]:
    now = clock.now_us()
    yield from _of_process()
    log, counted = eventlog.status(), warehouse.count_status()
    ends: list[Sample] = [({"writer": writer}, seq) for writer, seq in log.writers.items()]
    yield "log_last_seq", "counter", "Last sequence number on disk, by writer.", ends
    yield "log_segments", "gauge", "Segment files.", [({}, log.segments)]
    yield "log_bytes", "gauge", "Bytes of segment files.", [({}, log.bytes_total)]
    yield "log_is_refusing", "gauge", "1 while events are refused.", [({}, float(log.is_refusing))]
    yield "log_quarantined_lines", "gauge", "Refused lines that wait to be looked at.", [({}, log.quarantined)]
    yield "count_behind_events", "gauge", "Events on disk that are not counted.", [({}, counted.behind_events)]
    behind = counted.behind_seconds
    yield "count_behind_seconds", "gauge", "Age of the oldest of them.", [({}, behind)] if behind is not None else []
    yield "count_quarantined_batches", "gauge", "Batches set aside.", [({}, counted.quarantined_batches)]
    if (away := eventlog.lake_away()) is not None:
        yield "lake_waiting_files", "gauge", "Files of the lake not at KAIBO_LAKE yet.", [({}, away.waiting)]
        yield "lake_is_in_trouble", "gauge", "1 while KAIBO_LAKE takes none.", [({}, float(bool(away.trouble)))]
    yield from _feeds(now)
    yield (
        "inbox_deliveries", "gauge", "Deliveries of platforms by state.",
        [({"state": state}, number) for state, number in eventlog.inbox.counts().items()],
    )  # fmt: skip
    yield (
        "jobs", "gauge", "Background jobs by state.",
        [({"state": state}, number) for state, number in eventlog.work.job_counts().items()],
    )  # fmt: skip


def _of_process() -> Iterator[tuple[str, str, str, list[Sample]]]:
    """What differs between the servers of a home; everything else is the same whichever is asked."""
    yield (
        "server_holds_log",
        "gauge",
        "1 where the log or its first shard is held, else 0.",
        [({}, float(eventlog.holds_log()))],
    )
    held, number = eventlog.shards_held(), eventlog.count_shards()
    parts: list[Sample] = [({"shard": str(shard)}, float(shard in held)) for shard in range(number)]
    yield "server_holds_shard", "gauge", "1 where a shard of the log is held (KAIBO_LOG_SHARDS).", parts
    yield "server_forwarded_total", "counter", "Hand-overs to the holder of the log.", [({}, eventlog.forwarded())]
    told = float(eventlog.notices.is_listening())
    yield "server_is_told", "gauge", "1 while notices of other processes come.", [({}, told)]
    yield "server_told_total", "counter", "Notices that came.", [({}, eventlog.notices.heard())]
    yield "server_watchers", "gauge", "Streams of control rooms that are open here.", [({}, watchers())]
    servers = [one for one in eventlog.processes() if one.does == "serve"]
    yield "servers", "gauge", "Servers of this home that live.", [({}, len(servers))]


def _feeds(now: int) -> Iterator[tuple[str, str, str, list[Sample]]]:
    feeds = [(feed, {"feed": feed.id, "connector": feed.connector}) for feed in eventlog.feeds() if feed.is_enabled]
    for name in ("accepted", "duplicates", "rejected"):
        samples = [(labels, float(getattr(feed, name))) for feed, labels in feeds]
        yield f"feed_{name}_total", "counter", f"Lines of a feed: {name}.", samples
    yield (
        "feed_silent_seconds", "gauge", "Since the last line of a feed; absent before the first.",
        [(labels, (now - feed.last_received_at) / 1e6) for feed, labels in feeds if feed.last_received_at],
    )  # fmt: skip


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    told = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{" + ",".join(told) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
