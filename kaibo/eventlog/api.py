"""The door of the event log: the memory of every room. Contracts in and out."""

from kaibo.eventlog.audit import audit, audit_entries
from kaibo.eventlog.feeds import (
    create_feed,
    feed,
    feed_by_token,
    feeds,
    local_feed,
    rotate_token,
    set_feed_enabled,
)
from kaibo.eventlog.handover import announce_server, server_address, withdraw_server
from kaibo.eventlog.log import Log, open_log, status
from kaibo.eventlog.quarantine import quarantined
from kaibo.eventlog.segments import batches, read_batch
from kaibo.eventlog.viewers import erase_viewer, nicknames
from kaibo.eventlog.windows import close_window, open_window, window_at, windows

__all__ = [
    "Log",
    "announce_server",
    "audit",
    "audit_entries",
    "batches",
    "close_window",
    "create_feed",
    "erase_viewer",
    "feed",
    "feed_by_token",
    "feeds",
    "local_feed",
    "nicknames",
    "open_log",
    "open_window",
    "quarantined",
    "read_batch",
    "rotate_token",
    "server_address",
    "set_feed_enabled",
    "status",
    "window_at",
    "windows",
    "withdraw_server",
]
