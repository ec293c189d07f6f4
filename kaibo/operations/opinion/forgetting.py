"""Words of viewers that the watch holds, and letting them go: numbers and history stay."""

from collections.abc import Collection

from kaibo.kit import env
from kaibo.kit.clock import DAY_US, now_us
from kaibo.operations.opinion.contracts import MatterState
from kaibo.operations.opinion.models import Heard, Mention

KEPT_US = 35 * DAY_US
"""What no matter needs: the week that is usual and the longest span of days fit in twice."""


def forget(*, before_us: int, viewers: Collection[str] = ()) -> int:
    """Let words go that are older, unless a matter that is still open needs them, and of these viewers any; how many
    mentions lost theirs. Repeating it does nothing more."""
    closed = Mention.objects.exclude(matter__state__in=[MatterState.WATCHED, MatterState.HANDLING])
    gone = closed.filter(at_us__lt=before_us).exclude(text="").update(text="", matched="")
    own = Mention.objects.filter(viewer_id__in=sorted(viewers)).exclude(text="", voice__startswith="gone:")
    for one in own:
        gone += bool(one.text)
        one.text, one.matched, one.viewer_id, one.voice = "", "", "", f"gone:{one.pk}"
        one.save(update_fields=["text", "matched", "viewer_id", "voice"])
    return gone


def let_go(*, now: int | None = None) -> int:
    """The nightly share: words of matters closed before `KAIBO_CASE_DAYS`, and what no matter needs; how many."""
    at = now or now_us()
    gone, _ = Mention.objects.filter(matter__isnull=True, at_us__lt=at - KEPT_US).delete()
    Heard.objects.filter(hour_us__lt=at - KEPT_US).delete()
    days = env.case_days()
    if days:
        over = Mention.objects.filter(matter__state=MatterState.CLOSED, matter__closed_us__lt=at - days * DAY_US)
        gone += over.exclude(text="").update(text="", matched="")
    return gone
