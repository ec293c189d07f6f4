"""Who is held and how they are let go."""

from kaibo.eventlog import api as eventlog
from kaibo.kit import env
from kaibo.kit.clock import DAY_US, now_us
from kaibo.operations.compliance import api as compliance
from kaibo.operations.opinion import api as opinion
from kaibo.operations.privacy.contracts import Erased, Kept, Known
from kaibo.operations.privacy.errors import NoViewer
from kaibo.operations.radar import api as radar
from kaibo.warehouse import api as warehouse

ALWAYS_US = -(2**62)
LONGEST_ID = 200


def find(nickname: str) -> list[Known]:
    """Viewers whose nickname holds the text, latest first. Cost: one query."""
    text = nickname.strip()
    return [Known(*found) for found in eventlog.viewers_named(text)] if text else []


def erase(viewer: str, *, platform: str, actor: str) -> Erased:
    """Forget one viewer, named by the platform's id or by our hash. Raises: NoViewer. Cost: five queries."""
    raw = viewer.strip()
    if not raw or len(raw) > LONGEST_ID:
        raise NoViewer("name a viewer", fix="give the platform's id of the viewer, or the v_… of our log")
    hidden = eventlog.hidden_viewer(platform, raw)
    had_name = eventlog.erase_viewer(hidden, actor=actor)
    warehouse.forget_comments(before_us=ALWAYS_US, viewers=[hidden])
    radar.forget(before_us=ALWAYS_US, viewers=[hidden])
    opinion.forget(before_us=ALWAYS_US, viewers=[hidden])
    compliance.forget([hidden])
    return Erased(hidden, had_name)


def kept() -> Kept:
    """How long words are kept and who waits to leave the log. Cost: one query."""
    return Kept(env.comment_days(), eventlog.count_erased_waiting())


def let_go(*, actor: str) -> str:
    """Take old words, and those of erased viewers, out of the log; what was done, in words. Repeating it is nothing."""
    days = env.comment_days()
    before_us = now_us() - days * DAY_US if days else ALWAYS_US
    viewers = eventlog.erased_waiting()
    if not days and not viewers:
        return "nothing to let go"
    spans = [(one.writer, one.from_seq, one.to_seq) for one in warehouse.set_aside(10_000)]
    gone = eventlog.forget_comments(before_us=before_us, viewers=viewers, keep=spans)
    warehouse.forget_comments(before_us=before_us, viewers=viewers)
    radar.forget(before_us=before_us, viewers=viewers)
    opinion.forget(before_us=before_us, viewers=viewers)
    compliance.forget(viewers)
    after = {"comments": gone.comments, "segments": gone.segments, "viewers": len(viewers), "days": days}
    eventlog.audit(actor, "comments.let_go", "log", after=after)
    return f"{gone.comments} comments without their text, {gone.segments} segments emptied, {len(viewers)} viewers"
