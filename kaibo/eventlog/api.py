"""The door of the event log: the memory of every room. Contracts in and out."""

from kaibo.eventlog import inbox, notices, outbox, polls, work
from kaibo.eventlog.artifacts import artifact, latest_artifact, publish_artifact
from kaibo.eventlog.audit import audit, audit_entries
from kaibo.eventlog.coverage import coverage, gaps_of, note_gap, shares
from kaibo.eventlog.feeds import (
    create_feed,
    feed,
    feed_by_token,
    feed_changes,
    feeds,
    local_feed,
    rotate_token,
    set_feed_enabled,
)
from kaibo.eventlog.handover import RemoteLog, announce_server, forwarded, server_address, withdraw_server
from kaibo.eventlog.health import status
from kaibo.eventlog.hung import Silent, silent_holders
from kaibo.eventlog.keeping import KeptFile, early_files, log_files
from kaibo.eventlog.lake import every_source, lake_sealed, lake_staged, rewrite_show, sources_of
from kaibo.eventlog.lakeaway import LakeAway, LakeSender, lake_away, send_lake
from kaibo.eventlog.lines import EARLIEST_US, FUTURE_US
from kaibo.eventlog.log import (
    Log,
    borrowed,
    count_shards,
    holds_log,
    open_log,
    shards_held,
    stands_back,
)
from kaibo.eventlog.looks import one_look
from kaibo.eventlog.netevents import events_of, loose_orders, order_homes, stage_events
from kaibo.eventlog.presence import Present, processes
from kaibo.eventlog.quarantine import keep as set_aside
from kaibo.eventlog.quarantine import quarantined
from kaibo.eventlog.readers import News, news
from kaibo.eventlog.retention import count_erased_waiting, erased_waiting, forget_comments, viewers_named
from kaibo.eventlog.retry import replay_quarantine
from kaibo.eventlog.sealed import feed_setting, keep_setting, kept_names, kept_setting
from kaibo.eventlog.segments import batches, read_batch, whole_segments
from kaibo.eventlog.undo import bind_orders, bind_window, rebind, release_orders, retract, unbind
from kaibo.eventlog.viewers import erase_viewer, hidden_viewer, nicknames
from kaibo.eventlog.windows import close_window, drop_window, open_window, window_at, windows

__all__ = [
    "EARLIEST_US",
    "FUTURE_US",
    "KeptFile",
    "LakeAway",
    "LakeSender",
    "Log",
    "News",
    "Present",
    "RemoteLog",
    "Silent",
    "announce_server",
    "artifact",
    "audit",
    "audit_entries",
    "batches",
    "bind_orders",
    "bind_window",
    "borrowed",
    "close_window",
    "count_erased_waiting",
    "count_shards",
    "coverage",
    "create_feed",
    "drop_window",
    "early_files",
    "erase_viewer",
    "erased_waiting",
    "events_of",
    "every_source",
    "feed",
    "feed_by_token",
    "feed_changes",
    "feed_setting",
    "feeds",
    "forget_comments",
    "forwarded",
    "gaps_of",
    "hidden_viewer",
    "holds_log",
    "inbox",
    "keep_setting",
    "kept_names",
    "kept_setting",
    "lake_away",
    "lake_sealed",
    "lake_staged",
    "latest_artifact",
    "local_feed",
    "log_files",
    "loose_orders",
    "news",
    "nicknames",
    "note_gap",
    "notices",
    "one_look",
    "open_log",
    "open_window",
    "order_homes",
    "outbox",
    "polls",
    "processes",
    "publish_artifact",
    "quarantined",
    "read_batch",
    "rebind",
    "release_orders",
    "replay_quarantine",
    "retract",
    "rewrite_show",
    "rotate_token",
    "send_lake",
    "server_address",
    "set_aside",
    "set_feed_enabled",
    "shards_held",
    "shares",
    "silent_holders",
    "sources_of",
    "stage_events",
    "stands_back",
    "status",
    "unbind",
    "viewers_named",
    "whole_segments",
    "window_at",
    "windows",
    "withdraw_server",
    "work",
]
